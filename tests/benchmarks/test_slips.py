"""The slips are those that are promised, and the losses are worked out by hand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from benchmarks import results, summary
from benchmarks.__main__ import main
from benchmarks.robustness import versions
from benchmarks.slips import alphabet_of, mistype, without_diacritics
from kb_search.embedding import loading
from tests.fakes import FakeEmbedder, article, build, write


@given(st.lists(st.text("abcdefş", min_size=1, max_size=12), min_size=1, max_size=6), st.integers(0, 1000))
def test_one_edit_in_each_word_of_five_letters_and_none_in_the_others(words: list[str], seed: int) -> None:
    typed = mistype(" ".join(words), "abcdefş", random.Random(seed)).split(" ")
    assert len(typed) == len(words)
    for word, slip in zip(words, typed, strict=True):
        assert OSA.distance(word, slip) == (1 if len(word) >= 5 else 0)


def test_codes_and_numbers_stay_as_they_are() -> None:
    assert mistype("E-1042 17.4 a b12c", "abc", random.Random(1)) == "E-1042 17.4 a b12c"


def test_all_kinds_of_edits_and_all_places_occur() -> None:
    chance = random.Random(3)
    slips = {mistype("wörter", "abc", chance) for _ in range(3_000)}
    assert {len(slip) for slip in slips} == {5, 6, 7}
    assert {"öwrter", "örter", "awörter", "wörterc", "wbrter", "wörtre"} <= slips
    assert all(any(slip[at] != "wörter"[at] for slip in slips if len(slip) == 6) for at in range(6))


@pytest.mark.parametrize(
    ("text", "plain"),
    [("İADE, ışık ve şifre", "IADE, isik ve sifre"), ("cœur à l'été", "coeur a l'ete"), ("abc", "abc")],
)
def test_without_diacritics(text: str, plain: str) -> None:
    assert without_diacritics(text) == plain


def test_versions() -> None:
    assert alphabet_of(["Été 2", "bat"]) == "abté"
    assert list(versions(["parcel"], 2)) == ["as typed", "mistyped 1", "mistyped 2"]
    assert versions(["été"], 0) == {"as typed": ["été"], "without diacritics": ["ete"]}
    assert versions(["parcel"], 2) == versions(["parcel"], 2)


def test_a_toy_run_and_its_losses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    index = build(
        tmp_path, {"tr/iade.md": article("Şikayet", "Nasıl yapılır."), "tr/kargo.md": article("Kargo", "Yolda.")}
    )
    judged = {
        "queries.jsonl": '{"_id": "q1", "text": "şikayet"}\n{"_id": "q2", "text": "kargo"}\n',
        "qrels.tsv": "query-id\tcorpus-id\tscore\nq1\ttr/iade\t1\nq2\ttr/kargo\t1\n",
    }
    write(tmp_path / "judged", judged)
    arguments = ["--index", str(index), "--dataset", str(tmp_path / "judged"), "--results", str(tmp_path / "results")]
    assert main(["robustness", *arguments, "--mode", "keyword", "--seeds", "1"]) == 0
    (path,) = (tmp_path / "results").rglob("*.json")
    record = results.load(path)
    assert record.measured.samples["tr as typed"] == [1, 1]
    assert record.measured.samples["tr without diacritics"] == [1, 1]
    assert "tr, mistyped: loss, %" in capsys.readouterr().out


def test_losses_by_hand() -> None:
    samples = {
        "en as typed": [1.0, 0.5],
        "en mistyped 1": [0.5, 0.5],
        "en mistyped 2": [1.0, 0.25],
        "tr as typed": [1.0],
        "tr mistyped 1": [1.0],
        "tr mistyped 2": [0.5],
        "tr without diacritics": [0.75],
    }
    record = results.Record("robustness", "", {}, results.Measured({}, {}, samples))
    assert dict(summary._robustness(record)) == pytest.approx(
        {
            "en, mistyped: loss, %": 25.0,  # 3 becomes 2.25
            "tr, mistyped: loss, %": 25.0,
            "tr, without diacritics: loss, %": 25.0,
            "all, mistyped: loss, %": 25.0,
            "all, without diacritics: loss, %": 25.0,
        }
    )
