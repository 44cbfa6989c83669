from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Query, read_dataset
from tests.evaluation.toy import QRELS_HEADER, dataset
from tests.fakes import write

ONE = {"_id": "q1", "text": "password", "lang": "en"}


def test_queries_and_grades(tmp_path: Path) -> None:
    full = {"_id": "q2", "text": "fatura", "lang": "TR", "kind": "typo", "audience": "agent", "metadata": {"x": 1}}
    read = read_dataset(dataset(tmp_path / "set", [ONE, full], [("q1", "a", 2), ("q1", "b", 0), ("q2", "c", 1)]))
    assert read.name == "set"
    assert read.queries == (
        Query("q1", "password", "en"),
        Query("q2", "fatura", "tr", "typo", True, ("agent",)),
    )
    assert read.grades == {"q1": {"a": 2, "b": 0}, "q2": {"c": 1}}
    assert (read.unjudged, read.unknown) == (0, 0)


def test_a_query_that_nothing_is_relevant_to_is_skipped_unless_it_says_so(tmp_path: Path) -> None:
    queries: list[dict[str, Any]] = [
        ONE,
        {"_id": "q2", "text": "x"},
        {"_id": "q3", "text": "y"},
        {"_id": "q4", "text": "z", "answerable": False},
    ]
    read = read_dataset(dataset(tmp_path, queries, [("q1", "a", 1), ("q3", "a", 0), ("gone", "a", 1)]))
    assert [query.id for query in read.queries] == ["q1", "q4"]
    assert (read.unjudged, read.unknown) == (2, 1)


def test_beir_layout(tmp_path: Path) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "1", "text": "t"}\n', "qrels/test.tsv": QRELS_HEADER + "1\ta\t1\n"})
    assert read_dataset(tmp_path).grades == {"1": {"a": 1}}


@pytest.mark.parametrize("inside", [True, False], ids=["in the folder", "as given"])
def test_another_file_of_judgments(tmp_path: Path, inside: bool) -> None:
    folder = dataset(tmp_path / "set", [ONE], [("q1", "a", 1)])
    write(folder if inside else tmp_path, {"other.tsv": QRELS_HEADER + "q1\tb\t1\n"})
    chosen = Path("other.tsv") if inside else tmp_path / "other.tsv"
    assert read_dataset(folder, chosen).grades == {"q1": {"b": 1}}


def test_one_split_is_asked_alone(tmp_path: Path) -> None:
    queries = [{**ONE, "split": "dev"}, {"_id": "q2", "text": "parcel", "split": "test"}, {"_id": "q3", "text": "fee"}]
    folder = dataset(tmp_path, queries, [("q1", "a", 1), ("q2", "b", 1), ("q3", "c", 1)])
    read = read_dataset(folder, split="test")
    assert ([query.id for query in read.queries], read.grades, read.unknown) == (["q2"], {"q2": {"b": 1}}, 0)
    assert len(read_dataset(folder).queries) == 3
    with pytest.raises(ConfigError, match=r"has the split 'train'\. Its splits are dev, test"):
        read_dataset(folder, split="train")


def test_a_file_without_header_keeps_its_first_judgment(tmp_path: Path) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "1", "text": "t"}\n', "qrels.tsv": "1\ta\t1\r\n1\tb\t2\r\n"})
    assert read_dataset(tmp_path).grades == {"1": {"a": 1, "b": 2}}


def test_line_separators_inside_a_text_do_not_end_the_line(tmp_path: Path) -> None:
    write(tmp_path, {"queries.jsonl": '\ufeff{"_id": "1", "text": "two\u2028lines"}\n\n', "qrels.tsv": "1\ta b\t1\n"})
    read = read_dataset(tmp_path)
    assert read.queries[0].text == "two\u2028lines"
    assert read.grades == {"1": {"a b": 1}}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"_id": "q1", "text": "a"}\n{"_id": "q2"}\n', "line 2: Object missing required field `text`"),
        ('{"_id": 7, "text": "a"}\n', "line 1: Expected `str`, got `int` - at `$._id`"),
        ('{"_id": "q1", "text": "a"\n', "line 1: Input data was truncated"),
        ('{"_id": "q1", "text": " "}\n', "line 1: the query 'q1' has no text"),
        ('{"_id": "", "text": "a"}\n', "line 1: the query '' has no _id"),
        ('{"_id": "q1", "text": "a", "lang": "english"}\n', "line 1: 'english' is not a locale"),
        ('{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}\n', "line 2: the id 'q1' is that of line 1"),
    ],
)
def test_a_bad_query_is_named(tmp_path: Path, lines: str, said: str) -> None:
    write(tmp_path, {"queries.jsonl": lines, "qrels.tsv": "q1\ta\t1\n"})
    with pytest.raises(ConfigError, match=r"queries\.jsonl") as error:
        read_dataset(tmp_path)
    assert said in str(error.value)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "\xff"}\n')
    with pytest.raises(ConfigError, match=r"queries\.jsonl, line 1"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("q1 a 1", "line 2 has 1 columns, not 3"),
        ("q1\t0\ta\t1", "Four columns are TREC's form"),
        ("q1\ta\tgood", "line 2: the score 'good' is not a grade"),
        ("q1\ta\t-1", "line 2: the score '-1' is not a grade"),
        ("\ta\t1", "line 2 lacks a query-id"),
        ("q1\t\t1", "line 2 lacks a corpus-id"),
        ("q1\ta\t1\nq1\ta\t2", "line 3: 'a' was given the score 1 for query 'q1' further up, and 2 here"),
    ],
)
def test_a_bad_judgment_is_named(tmp_path: Path, row: str, said: str) -> None:
    write(tmp_path, {"queries.jsonl": '{"_id": "q1", "text": "a"}\n', "qrels.tsv": QRELS_HEADER + row + "\n"})
    with pytest.raises(ConfigError, match=r"qrels\.tsv") as error:
        read_dataset(tmp_path)
    assert said in str(error.value)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"queries\.jsonl does not exist"):
        read_dataset(tmp_path)
    write(tmp_path, {"queries.jsonl": '{"_id": "q1", "text": "a"}\n'})
    with pytest.raises(ConfigError, match=r"neither .*qrels\.tsv nor .*test\.tsv is a file"):
        read_dataset(tmp_path)
    write(tmp_path, {"qrels.tsv": QRELS_HEADER + "q2\ta\t1\n"})
    with pytest.raises(ConfigError, match=r"No query of .* has a judgment"):
        read_dataset(tmp_path)
    (tmp_path / "qrels.tsv").write_bytes(b"q1\t\xff\t1\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_dataset(tmp_path)
