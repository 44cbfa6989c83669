"""A toy run of `python -m benchmarks suggest`: every letter is typed once, and what is found is counted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.__main__ import main
from benchmarks.slips import mistype_once
from kb_search.embedding import loading
from tests.fakes import FakeEmbedder, article, build, write


def test_suggest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    index = build(tmp_path, {"en/password.md": article("Password", "x"), "en/parcel.md": article("Parcel", "x")})
    lines = (
        '{"_id": "q1", "text": "pass", "lang": "en"}\n{"_id": "q2", "text": "parcel", "lang": "en", "split": "dev"}\n'
    )
    write(
        tmp_path, {"queries.jsonl": lines, "qrels.tsv": "q\tc\ts\nq1\ten/password\t3\nq1\ten/parcel\t1\nq2\tgone\t1\n"}
    )
    arguments = [
        "--index",
        str(index),
        "--queries",
        str(tmp_path / "queries.jsonl"),
        "--qrels",
        str(tmp_path / "qrels.tsv"),
    ]
    assert main(["suggest", *arguments, "--results", str(tmp_path / "results")]) == 0
    (path,) = (tmp_path / "results").rglob("*.json")
    samples = results.load(path).measured.samples
    assert len(samples["suggest_ms"]) == 8  # those of both, p and pa once
    assert samples["as typed: 3"] == samples["as typed: whole"] == [1.0]
    assert len(samples["one slip: whole"]) == 3
    shown = capsys.readouterr().out
    assert "suggest_ms" in shown and "as typed: whole" in shown
    assert main(["suggest", *arguments[:4], "--split", "dev", "--results", str(tmp_path / "dev")]) == 0
    (path,) = (tmp_path / "dev").rglob("*.json")
    assert len(results.load(path).measured.samples["suggest_ms"]) == 6


def test_one_slip_is_in_one_word() -> None:
    chance = random.Random(1)
    for _ in range(50):
        changed = mistype_once("reset password now", "abc", chance).split(" ")
        assert sum(left != right for left, right in zip(changed, ["reset", "password", "now"], strict=True)) == 1
    assert mistype_once("a b", "abc", chance) == "a b"
