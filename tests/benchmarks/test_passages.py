"""The passage that answers, measured on articles and quotes of which one can tell by eye."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.passages import Judged, Place, _values, read_judged, shown_share
from kb_search.embedding import loading
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Query
from kb_search.types import Hit, Passage
from tests.fakes import FakeEmbedder, article, build, write

FILES = {
    "en/parcel.md": article("Parcels", "## Where it is\n\nFollow the parcel by its number.\n\n## Other\n\nInvoices."),
    "en/zinnia.md": article("Zinnia", "## Water\n\nWater it at dawn."),
    "fr/colis.md": article("Colis", "## Suivi\n\nSuivez le colis."),
}
QUERIES = [
    {"_id": "q1", "text": "parcel", "split": "dev"},
    {"_id": "q2", "text": "invoices", "split": "test"},
    {"_id": "q3", "text": "phone", "split": "dev"},
]
HEAD = "query-id\tcorpus-id\tanchor\tquote\n"
ROWS = (
    HEAD + "q1\ten/parcel\twhere-it-is\tFollow the  parcel by its number.\n"
    "q1\ten/parcel\tother\tInvoices.\n"
    "q1\tfr/colis\tsuivi\tSuivez le colis.\n"
    "q2\ten/parcel\twhere-it-is\tFollow the parcel by its number.\n"
    "q3\ten/gone\t\tNowhere.\n"
)


def judgments(folder: Path, rows: str = ROWS) -> Path:
    lines = "".join(json.dumps(query) + "\n" for query in QUERIES)
    return write(folder / "judgments", {"queries.jsonl": lines, "passages.tsv": rows})


@pytest.mark.parametrize(
    ("quote", "text", "share"),
    [
        ("Select Restore.", "Point at it and\nselect it. Select  Restore. Done.", 1.0),
        ("abcdefghij", "xabcdefghx", 0.8),
        ("abcde fghij", "abcde and fghij", 6 / 11),
        ("ab", "", 0.0),
    ],
)
def test_the_share_of_a_quote_is_that_of_its_longest_run(quote: str, text: str, share: float) -> None:
    assert shown_share(quote, text) == pytest.approx(share)


def test_a_toy_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    arguments = ["passages", "--index", str(build(tmp_path, FILES)), "--judgments", str(judgments(tmp_path))]
    assert main([*arguments, "--results", str(tmp_path / "results")]) == 0
    rows = {line.split("  ")[0]: line.split()[-6:] for line in capsys.readouterr().out.splitlines()}
    # Queries and articles, shown, the first marked shown, in any passage, right section; then characters. The last of
    # the four is in no index.
    assert rows["semantic, fr"][:5] == ["1", "100.0", "100.0", "100.0", "100.0"]
    assert rows["semantic, en"][:5] == ["2", "50.0", "50.0", "100.0", "50.0"]
    assert rows["semantic"][:5] == ["4", "50.0", "50.0", "75.0", "50.0"]
    assert rows["keyword, fr"] == ["1", "0.0", "0.0", "0.0", "0.0", "0"]
    assert rows["meaning alone, fr"][0] == "1"
    assert "meaning alone, en" not in rows

    assert main([*arguments, "--results", str(tmp_path / "more"), "--split", "test", "--json"]) == 0
    samples = json.loads(capsys.readouterr().out)["measured"]["samples"]
    assert samples["hybrid, en: section"] == [0.0]


@pytest.mark.parametrize(
    ("rows", "split", "message"),
    [
        (ROWS, "none", "no row of the split 'none'"),
        (ROWS + "q9\ten/parcel\t\tText.\n", None, "line 7: .*'q9'"),
        (ROWS + "q1\ten/parcel\t\t \n", None, "line 7: no article or quote"),
        ("query-id\tcorpus-id\n", None, "no column anchor"),
    ],
)
def test_judgments_that_cannot_be_used(tmp_path: Path, rows: str, split: str | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_judged(judgments(tmp_path, rows), split)


def test_an_article_that_answers_in_two_places_is_asked_once(tmp_path: Path) -> None:
    judged = read_judged(judgments(tmp_path), "dev")
    assert [(row.query.id, row.article, len(row.places)) for row in judged] == [
        ("q1", "en/parcel", 2),
        ("q1", "fr/colis", 1),
        ("q3", "en/gone", 1),
    ]
    assert judged[0].places[0].anchor == "where-it-is"


def test_any_marked_place_will_do_and_the_first_is_told_apart() -> None:
    places = (Place("a", "Follow the parcel."), Place("b", "Ask the carrier."))
    passage = Passage("Ask the carrier. Wait.", "", "B", "b")
    hit = Hit("id", "Title", "/", "en", 0.5, "published", None, None, None, passage)
    found = _values(Judged(Query("q", "parcel"), "id", places), hit)
    assert (found["shown_share"], found["any_share"], found["section"]) == (1.0, 1.0, 1.0)
    assert found["first_share"] < 0.5


def test_a_folder_without_judgments(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"queries\.jsonl does not exist"):
        read_judged(tmp_path)
