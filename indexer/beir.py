"""Articles from a `corpus.jsonl`, one JSON object a line: `_id`, `title`, `text`, `lang`, as BEIR writes them.

Other fields are read as front matter would be (`audience`, `tags` …), the rest is kept. The text is plain text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from indexer.article import Content, ReadDefaults, blocks, make_article
from indexer.fields import typed_fields
from kb_search.text.normalize import normalize
from kb_search.types import Article, Finding, Section

CORPUS_FILE = "corpus.jsonl"
_TITLE_LENGTH = 80
_MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class CorpusRead:
    """The articles of a corpus, what is wrong with its lines, and the SHA-256 of the file."""

    articles: list[Article]
    findings: list[Finding]
    digest: str


class _BadRow(Exception):
    """A line that is no article; the message says why."""


def read_corpus(file: Path, path: str, defaults: ReadDefaults, max_line: int) -> CorpusRead:
    """Read a corpus line by line; lines longer than `max_line` bytes are left out.

    `path` is its name inside the source folder. Raises OSError if the file cannot be read.
    """
    articles: list[Article] = []
    findings: list[Finding] = []
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for number, line, whole in _lines(stream, max_line, digest.update):
            if not line.strip():
                continue
            try:
                if not whole:
                    raise _BadRow(f"it is longer than {max_line:,} bytes.")
                article, wrong = _article(line, path, number, defaults)
            except _BadRow as error:
                message = f"Line {number:,} is not an article: {error}"
                remedy = 'Write one object a line: {"_id": "…", "title": "…", "text": "…", "lang": "en"}'
                findings.append(Finding(path, "bad-row", message, remedy, "error", number))
            else:
                findings += wrong
                if article:
                    articles.append(article)
    return CorpusRead(articles, _shortened(findings, path), digest.hexdigest())


def _lines(stream: BinaryIO, limit: int, update: Any) -> Iterator[tuple[int, bytes, bool]]:
    """Number the lines; of one that is too long only the start is held, and it is marked as not whole."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        update(line)
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(limit + 1)):
            update(rest)
        yield number, line.rstrip(b"\r\n"), rest is line or not rest


def _article(line: bytes, path: str, number: int, defaults: ReadDefaults) -> tuple[Article | None, list[Finding]]:
    row = _row(line)
    identifier, text = row.get("_id"), row.get("text")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise _BadRow("it has no _id.")
    if not isinstance(text, str):
        raise _BadRow("its text is not a string.")
    values = {key: value for key, value in row.items() if key not in ("_id", "id", "text")}
    fields, findings = typed_fields({"id": str(identifier), **values}, path, dict.fromkeys(row, number))
    plain = normalize(text)
    if not plain and "title" not in fields:
        raise _BadRow("it has neither title nor text.")
    if "title" not in fields:
        fields |= {"title": _start_of(plain), "extra": {**fields["extra"], "title_from_text": True}}
    content = Content(
        id=str(identifier),
        title="",
        sections=(Section((), "", plain, number),),
        markdown=text,
        source=path,
        digest=hashlib.sha256(line).hexdigest(),
        line=number,
    )
    article, wrong = make_article(fields, content, defaults)
    return None if blocks(findings) else article, [*findings, *wrong]


def _row(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig")
        row = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text.lower():
            json.dumps(row, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise _BadRow(f"byte {error.start} of the line is not UTF-8.") from error
    except UnicodeEncodeError as error:
        raise _BadRow("it holds half of a character (a lone surrogate).") from error
    except (ValueError, RecursionError) as error:
        raise _BadRow(f"it is not JSON ({error}).") from error
    if not isinstance(row, dict):
        raise _BadRow("it is not an object.")
    return row


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _start_of(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _TITLE_LENGTH:
        return line
    return f"{line[:_TITLE_LENGTH].rpartition(' ')[0] or line[:_TITLE_LENGTH]}…"


def _shortened(findings: list[Finding], path: str) -> list[Finding]:
    more = len(findings) - _MOST_FINDINGS
    if more <= 0:
        return findings
    message = f"{more:,} more findings in this file are not listed."
    return [*findings[:_MOST_FINDINGS], Finding(path, "bad-rows", message, "Correct those above first.", "warning")]
