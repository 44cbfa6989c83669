"""Pins order hits and change nothing else: those of articles (`pinned_for`), and those of curation.yaml."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb_search import Searcher, SearchResult
from kb_search.finding import Request, find
from kb_search.ranking.rollup import Scored
from kb_search.types import Mode
from tests.fakes import Open, article, build, searcher_for
from tests.help_center import FILES, VIEWS

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def curated(*pins: str) -> dict[str, str]:
    return {**FILES, "curation.yaml": "pins:\n" + "".join(f"  - {pin}\n" for pin in pins)}


def window(searcher: Searcher, query: str) -> list[Scored]:
    with ThreadPoolExecutor(1) as pool:
        return find(Request(query, "public", "hybrid"), searcher.snapshot, searcher.embedder, pool).window.page(0, 200)


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


# ── Curated pins ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", MODES)
def test_pinned_articles_come_first_in_the_order_of_the_file(opened: Open, mode: Mode) -> None:
    searcher = opened(curated("{query: [password, lost key], articles: [tr/parcel, en/error, en/invoice]}"))
    for query in ("password", " LOST  key"):
        found = ids(searcher.search(query, mode=mode, locale="en", limit=20))
        assert found[:3] == ["tr/parcel", "en/error", "en/invoice"]
        assert len(found) == len(set(found))
    assert ids(searcher.search("password please", mode=mode, locale="en"))[0] == "en/password"


def test_entries_come_in_the_order_of_the_file_and_then_what_articles_pin_themselves(opened: Open) -> None:
    files = curated("{query: q, articles: [en/refund]}", "{query: q, articles: [en/error, en/refund]}")
    own = article("Own pin", "Words.", locale="en", pinned_for="[q]", updated="2030-01-01")
    searcher = opened({**files, "en/aaa.md": own})
    assert ids(searcher.search("q", locale="en"))[:3] == ["en/refund", "en/error", "en/aaa"]


@pytest.mark.parametrize("mode", MODES)
def test_scores_outcome_and_total_are_those_without_pins(opened: Open, mode: Mode) -> None:
    plain, pinned = (
        opened(FILES),
        opened(curated("{query: [password, facture, xyzzy], articles: [tr/parcel, en/error]}")),
    )
    for query in ("password", "facture", "xyzzy"):
        expected, found = (one.search(query, mode=mode, locale="en", limit=50, explain=True) for one in (plain, pinned))
        assert ids(found)[:2] == ["tr/parcel", "en/error"]
        assert (found.outcome, found.total, found.locale) == (expected.outcome, expected.total, expected.locale)
        scores = {hit.id: hit.score for hit in found.hits}
        assert {hit.id: scores[hit.id] for hit in expected.hits} == {hit.id: hit.score for hit in expected.hits}
        rest = [identifier for identifier in ids(expected) if identifier not in ids(found)[:2]]
        assert ids(found)[2:] == rest


def test_a_pin_shows_in_no_view_that_may_not_see_its_article(opened: Open) -> None:
    everything = ["en/vault", "en/refund-limits", "en/password-draft", "en/password-old", "en/error"]
    searcher = opened(curated(f"{{query: q, articles: [{', '.join(everything)}]}}"))
    for view, visible in VIEWS.items():
        allowed = [identifier for identifier in everything if identifier in visible]
        found = ids(searcher.search("q", view=view, locale="en", limit=50))
        assert found[: len(allowed)] == allowed, view
        assert set(found) <= set(visible), view


def test_a_pin_is_for_the_views_it_names(opened: Open) -> None:
    searcher = opened(
        curated("{query: q, articles: [en/error], views: [agents, owners]}", "{query: q, articles: [en/refund]}")
    )
    first = {view: ids(searcher.search("q", view=view, locale="en"))[0] for view in VIEWS}
    assert first == {"public": "en/refund", "agents": "en/error", "internal": "en/refund", "owners": "en/error"}


def test_a_pin_obeys_filters(opened: Open) -> None:
    searcher = opened(curated("{query: password, articles: [en/error, en/invoice]}"))
    found = searcher.search("password", filters={"tags": "billing"}, locale="en")
    assert ids(found)[0] == "en/invoice" and "en/error" not in ids(found)


def test_a_pinned_article_is_shown_once_and_in_the_language_of_the_reader(opened: Open) -> None:
    searcher = opened(curated("{query: q, articles: [en/invoice, tr/password, fr/invoice]}"))
    shown = {locale: ids(searcher.search("q", locale=locale, limit=50))[:2] for locale in ("en", "fr", "tr")}
    assert shown == {
        "en": ["en/invoice", "en/password"],
        "fr": ["fr/invoice", "fr/password"],
        "tr": ["en/invoice", "tr/password"],
    }
    for locale in shown:
        hits = searcher.search("q", locale=locale, limit=50).hits
        members = [identifier for hit in hits for identifier in (hit.id, *(other.id for other in hit.translations))]
        assert len(members) == len(set(members))


def test_unfolded_a_pin_is_the_article_that_it_names(opened: Open) -> None:
    searcher = opened(curated("{query: q, articles: [tr/password, en/invoice]}"))
    found = ids(searcher.search("q", locale="fr", fold_translations=False, limit=50))
    assert found[:2] == ["tr/password", "en/invoice"]
    assert len(found) == len(set(found))


def test_a_blank_query_shows_all_pinned_articles_first_in_the_order_of_the_file(opened: Open) -> None:
    searcher = opened(
        curated(
            "{query: a, articles: [tr/parcel]}",
            "{query: [b, c], articles: [en/error, en/vault]}",
            "{query: d, articles: [en/error, en/refund]}",
        )
    )
    latest = ids(searcher.search("", locale="en"))
    assert latest[:3] == ["tr/parcel", "en/error", "en/refund"]
    assert len(latest) == len(set(latest)) == 5
    assert ids(searcher.search(" ", locale="en", view="internal"))[:4] == [
        "tr/parcel",
        "en/error",
        "en/vault",
        "en/refund",
    ]


def test_a_page_begins_where_the_one_before_it_ends(opened: Open) -> None:
    searcher = opened(curated("{query: password, articles: [tr/parcel, en/error]}"))
    whole = searcher.search("password", locale="en", limit=5)
    pages = [searcher.search("password", locale="en", limit=1, offset=offset).hits[0] for offset in range(5)]
    assert [hit.id for hit in pages] == ids(whole)


def test_an_article_that_nothing_finds_says_that_it_is_pinned(opened: Open) -> None:
    searcher = opened(curated("{query: xyzzy, articles: [tr/parcel]}"))
    hit = searcher.search("xyzzy", mode="keyword", locale="en", explain=True).hits[0]
    assert hit.id == "tr/parcel" and hit.explanation is not None


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


@pytest.mark.parametrize("query", ["\u0640", "\u02bc", "\u05b0"])
def test_a_query_of_signs_that_are_compared_as_nothing_has_no_pins(opened: Open, query: str) -> None:
    searcher = opened(curated("{query: password, articles: [tr/parcel]}"))
    assert not any(scored.pinned for scored in window(searcher, query))
    assert any(scored.pinned for scored in window(searcher, ""))
