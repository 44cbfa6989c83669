"""Pins order hits and change nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import article, build, searcher_for


def test_a_pin_never_feeds_the_outcome(tmp_path: Path) -> None:
    files = {f"{number}.md": article(f"Title {number}", "Plain words.") for number in range(31)}
    without = build(tmp_path / "without", files)
    with_pin = build(tmp_path / "with", files | {"0.md": article("Title 0", "Plain words.", pinned_for="crocodile")})
    with searcher_for(without) as plain, searcher_for(with_pin) as pinned:
        expected, found = plain.search("crocodile", mode="keyword"), pinned.search("crocodile", mode="keyword")
    assert (expected.outcome, expected.total, expected.hits) == ("none", 0, ())
    assert (found.outcome, found.total, [hit.id for hit in found.hits]) == ("none", 0, ["0"])


def test_a_weak_pin_in_the_window_does_not_make_the_total_look_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_search.finding.WINDOW", 20)
    files = {f"{number:03}.md": article(f"Password {number}", "Reset your password.") for number in range(30)}
    files |= {f"other{number:03}.md": article(f"Parcel {number}", "Track your delivery.") for number in range(300)}
    files["pin.md"] = article("Something else", "Unrelated words.", pinned_for="password")
    with searcher_for(build(tmp_path, files)) as searcher:
        result = searcher.search("password", limit=1)
    assert result.hits[0].id == "pin"
    assert (result.total, result.total_is_lower_bound) == (19, True)


def test_a_weak_pin_in_a_window_that_is_just_full_leaves_one_that_fits_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_search.finding.WINDOW", 20)
    files = {f"{number:03}.md": article(f"Password {number}", "Reset your password.") for number in range(20)}
    files |= {f"other{number:03}.md": article(f"Parcel {number}", "Track your delivery.") for number in range(300)}
    files["pin.md"] = article("Something else", "Unrelated words.", pinned_for="password")
    with searcher_for(build(tmp_path, files)) as searcher:
        pinned, plain = searcher.search("password", limit=1), searcher.search("password!", limit=1)
    assert (plain.total, plain.total_is_lower_bound) == (20, False)
    assert (pinned.hits[0].id, pinned.total, pinned.total_is_lower_bound) == ("pin", 19, True)
