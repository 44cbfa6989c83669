"""Half of a toy help center taken away: what goes together, which queries keep an answer, what the figures are."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.abstention import configure, measure
from benchmarks.halves import asked, choose_half, copy_kept, threads, topics
from benchmarks.results import Measured, Record
from benchmarks.summary import describe
from indexer.sources import read_sources
from kb_search.errors import UnknownView
from kb_search.evaluation.dataset import Dataset, Query
from tests.fakes import FakeEmbedder, article, settings, write

GRADES: Mapping[str, Mapping[str, int]] = {
    "q1": {"a": 3, "b": 1},
    "q2": {"b": 2, "c": 3, "gone": 3},
    "q3": {"d": 3, "a": 0},
}
QUERIES = (Query("q1", "one"), Query("q2", "two"), Query("q3", "three"), Query("q4", "four", answerable=False))
DATASET = Dataset("toy", QUERIES, GRADES, unjudged=0, unknown=0)


def test_a_thread_is_what_judgments_tie_together() -> None:
    # a and b by q1, b and c by q2; a is judged 0 for q3, which ties nothing; nobody asks for e.
    assert sorted(map(sorted, threads("abcde", GRADES))) == [["a", "b", "c"], ["d"], ["e"]]


def test_a_topic_is_an_article_with_its_translations(tmp_path: Path) -> None:
    files = {"en/a.md": article("A", "A."), "fr/a.md": article("A", "A.", translation_of="en/a")}
    read = read_sources([write(tmp_path, files | {"en/b.md": article("B", "B.")})], settings())
    assert topics(read.articles) == [["en/a", "fr/a"], ["en/b"]]


@pytest.mark.parametrize(("groups", "stay"), [(10, 5), (7, 4), (1, 1)])
def test_half_of_the_groups_stays_whole_and_the_seed_says_which(groups: int, stay: int) -> None:
    pairs = [[f"{group}a", f"{group}b"] for group in range(groups)]
    halves = [choose_half(pairs, seed) for seed in range(20)]
    assert {len(half) for half in halves} == {2 * stay}
    assert all((f"{group}a" in half) == (f"{group}b" in half) for half in halves for group in range(groups))
    assert halves == [choose_half(pairs, seed) for seed in range(20)]
    assert groups == 1 or len({frozenset(half) for half in halves}) > 1


@pytest.mark.parametrize(
    ("kept", "grade", "answerable", "unanswerable", "left_out"),
    [
        ({"a", "d"}, 1, ["q1", "q3"], ["q2", "q4"], 0),
        ({"b"}, 1, ["q1", "q2"], ["q3", "q4"], 0),
        ({"b"}, 2, ["q2"], ["q3", "q4"], 1),  # of q1 only an article of grade 1 is left: neither
        (set(), 1, [], ["q1", "q2", "q3", "q4"], 0),
    ],
)
def test_which_queries_have_an_answer_left(
    kept: set[str], grade: int, answerable: list[str], unanswerable: list[str], left_out: int
) -> None:
    found = asked(DATASET, kept, grade)
    assert [query.id for query in found.answerable] == answerable
    assert [query.id for query in found.unanswerable] == unanswerable
    assert found.left_out == left_out


def test_articles_are_copied_as_they_are(tmp_path: Path) -> None:
    rows = [f'{{"_id": {name}, "title": "T", "text": "Text {name}.", "lang": "en"}}\n' for name in (1, 2, 3)]
    beir = write(tmp_path / "beir", {"corpus.jsonl": "\n".join(rows)})
    copy_kept(beir, read_sources([beir], settings()), {"1", "3"}, tmp_path / "left")
    assert (tmp_path / "left" / "corpus.jsonl").read_text() == rows[0] + rows[2]
    pages = write(tmp_path / "pages", {"en/a.md": article("A", "A."), "b.md": article("B", "B.")})
    copy_kept(pages, read_sources([pages], settings()), {"en/a"}, tmp_path / "right")
    assert [path.relative_to(tmp_path / "right").as_posix() for path in (tmp_path / "right").rglob("*.md")] == [
        "en/a.md"
    ]


WORDS = ("password", "invoice", "parcel", "refund")


def _toy(tmp_path: Path) -> argparse.Namespace:
    files = {f"en/{word}.md": article(word.title(), f"All about the {word}.", locale="en") for word in WORDS}
    files["en/staff.md"] = article("Vault", "Secret.", locale="en", audience="agent")
    write(tmp_path / "source", files)
    queries = [f'{{"_id": "{word}", "text": "{word}", "lang": "en"}}\n' for word in (*WORDS, "vault")]
    qrels = [f"{word}\ten/{word}\t1\n" for word in WORDS] + ["vault\ten/staff\t1\n"]
    write(tmp_path / "judged", {"queries.jsonl": "".join(queries), "qrels.tsv": "".join(qrels)})
    parser = argparse.ArgumentParser()
    configure(parser)
    return parser.parse_args(
        ["--dataset", str(tmp_path / "judged"), "--source", str(tmp_path / "source"), "--seeds", "2"]
    )


def test_every_query_is_asked_of_every_half(tmp_path: Path) -> None:
    before = FakeEmbedder()
    measured = measure(_toy(tmp_path), lambda settings: before)
    assert list(measured.samples) == ["answerable_0", "unanswerable_0", "answerable_1", "unanswerable_1"]
    for seed in range(2):
        fitting, idle = (measured.samples[f"{kind}_{seed}"] for kind in ("answerable", "unanswerable"))
        assert len(fitting) + len(idle) == 5
        assert len(fitting) in (2, 3)  # three of five articles stay, one of which the view may not show
        assert min(fitting) > max(idle)  # nothing is like another here
    assert measured.facts["articles"] == 5 and measured.facts["threads"] == 5


def test_a_view_that_is_not_there_is_said(tmp_path: Path) -> None:
    options = _toy(tmp_path)
    options.view = "visitors"
    with pytest.raises(UnknownView, match="no view 'visitors'"):
        measure(options, lambda settings: FakeEmbedder())


def test_without_a_data_set_it_is_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["abstention"]) == 0
    assert capsys.readouterr().err.startswith("skipped: abstention needs --dataset")


def test_the_figures_worked_out_by_hand() -> None:
    machine = {"cpu": "Toy", "cores": 1, "usable_cores": 1, "flags": [], "load_average": [0.0, 0.0, 0.0]}
    samples = {
        # 3 × 2 pairs, one of them the wrong way round: 5/6. None: below .25; weak: below .5.
        "answerable_0": [0.9, 0.6, 0.3],
        "unanswerable_0": [0.4, 0.1],
        # All the right way round.
        "answerable_1": [0.9, 0.8],
        "unanswerable_1": [0.2, 0.1],
    }
    shown = describe(Record("abstention", "", machine, Measured({}, {}, samples)))
    figures = dict(line.rsplit(maxsplit=1) for line in shown.splitlines() if ": " in line)
    figures = {name.strip(): value for name, value in figures.items()}
    assert (figures["AUROC: mean"], figures["AUROC: least"], figures["AUROC: greatest"]) == ("0.9167", "0.8333", "1")
    assert figures["answerable called weak, %: mean"] == "16.67"  # a third, and none
    assert figures["unanswerable called none, %: least"] == "50"
    # Below the lowest twentieth of the answerable, which is their lowest: 0.1 of 0.4 and 0.1; both of the others.
    assert figures["unanswerable below the lowest 5 % of answerable, %: mean"] == "75"
