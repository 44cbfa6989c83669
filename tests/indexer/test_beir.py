from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.article import ReadDefaults
from indexer.beir import CorpusRead, read_corpus
from kb_search.types import Section


def corpus(folder: Path, defaults: ReadDefaults, *lines: dict[str, Any] | str | bytes) -> CorpusRead:
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    file = folder / "corpus.jsonl"
    file.write_bytes(b"\n".join(raw))
    return read_corpus(file, "corpus.jsonl", defaults, max_line=1_000)


def test_a_row_is_an_article_of_plain_text(tmp_path: Path, defaults: ReadDefaults) -> None:
    row = {"_id": "q/1", "title": "A  title", "text": "Not *Markdown*,\n# no heading.", "lang": "fr-ca"}
    (article,) = corpus(tmp_path, defaults, row).articles
    assert (article.id, article.title, article.locale, article.audience) == ("q/1", "A title", "fr-CA", ("internal",))
    assert article.sections == (Section((), "", "Not *Markdown*,\n# no heading.", 1),)
    assert (article.extra, article.source) == ({}, "corpus.jsonl")


def test_a_row_without_title_shows_the_start_of_its_text(tmp_path: Path, defaults: ReadDefaults) -> None:
    text = "How do I change the address that my invoices are sent to, when I no longer have access to it?"
    first, second = corpus(
        tmp_path,
        defaults,
        {"_id": "1", "title": "", "text": text, "lang": "en"},
        {"_id": 2, "text": "Short.", "lang": "en"},
    ).articles
    assert first.title == "How do I change the address that my invoices are sent to, when I no longer have…"
    assert first.extra == {"title_from_text": True}
    assert (second.id, second.title, second.sections[0].line) == ("2", "Short.", 2)


def test_other_fields_are_read_as_front_matter_and_the_rest_is_kept(tmp_path: Path, defaults: ReadDefaults) -> None:
    row = {
        "_id": "1",
        "title": "T",
        "text": "x",
        "lang": "en",
        "audience": ["agent"],
        "updated": "2026-01-05",
        "metadata": {"votes": 3},
        "group": 35,
    }
    (article,) = corpus(tmp_path, defaults, row).articles
    assert (article.audience, article.updated) == (("agent",), "2026-01-05")
    assert article.extra == {"metadata": {"votes": 3}, "group": 35}


def test_a_row_without_language_is_identified(tmp_path: Path, defaults: ReadDefaults) -> None:
    (article,) = corpus(tmp_path, defaults, {"_id": "1", "title": "", "text": "Bonjour à tous"}).articles
    assert article.locale == "fr"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "it is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))."),
        ("[1]", "it is not an object."),
        ("[" * 500, "it is not JSON (Expecting value: line 1 column 501 (char 500))."),
        ({"title": "T", "text": "x"}, "it has no _id."),
        ({"_id": "", "text": "x"}, "it has no _id."),
        ({"_id": "1", "text": None}, "its text is not a string."),
        ({"_id": "1", "title": "", "text": " "}, "it has neither title nor text."),
        ('{"_id": "1", "text": "x", "n": NaN}', "it is not JSON (NaN is not a JSON number)."),
        ('{"_id": "1", "text": "x", "n": "\\ud83d"}', "it holds half of a character (a lone surrogate)."),
        (b'{"_id": "1", "text": "\xff"}', "byte 22 of the line is not UTF-8."),
        ({"_id": "1", "text": "x" * 1_000}, "it is longer than 1,000 bytes."),
    ],
)
def test_a_line_that_is_no_article_is_reported_and_the_others_are_read(
    tmp_path: Path, defaults: ReadDefaults, line: dict[str, Any] | str | bytes, message: str
) -> None:
    good = {"_id": "good", "title": "T", "text": "x", "lang": "en"}
    read = corpus(tmp_path, defaults, line, "", good)
    assert [article.id for article in read.articles] == ["good"]
    (finding,) = read.findings
    assert (finding.code, finding.line, finding.message) == ("bad-row", 1, f"Line 1 is not an article: {message}")


def test_a_row_with_a_wrong_audience_is_left_out(tmp_path: Path, defaults: ReadDefaults) -> None:
    read = corpus(tmp_path, defaults, {"_id": "1", "title": "T", "text": "x", "lang": "en", "audience": "partners"})
    assert read.articles == []
    assert [(finding.code, finding.line) for finding in read.findings] == [("bad-audience", 1)]


def test_deeply_nested_json_is_refused(tmp_path: Path, defaults: ReadDefaults) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text("[" * 200_000)
    read = read_corpus(file, "corpus.jsonl", defaults, max_line=1_000_000)
    assert [finding.code for finding in read.findings] == ["bad-row"]


def test_of_many_wrong_lines_only_a_hundred_are_listed(tmp_path: Path, defaults: ReadDefaults) -> None:
    read = corpus(tmp_path, defaults, *["{"] * 150)
    assert len(read.findings) == 101
    assert read.findings[-1].message == "50 more findings in this file are not listed."
