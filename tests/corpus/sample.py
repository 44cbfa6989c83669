"""The sample help center and its judgments, read into plain values for the rules."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from indexer.lint import lint
from indexer.sources import SourceRead, read_sources
from kb_search.config import Settings
from kb_search.types import Article, Finding

FOLDER = Path(__file__).resolve().parents[2] / "corpus"
LANGUAGES = ("en", "fr", "tr")
TODAY = datetime.date(2026, 11, 22)
"""The day of the fiction: reviews are overdue by it, whenever the check runs."""

Row = dict[str, str]


@dataclass(frozen=True)
class Sample:
    """Articles by id, what lint finds in them, the tables of judgments, the queries and the tickets."""

    folder: Path
    read: SourceRead
    articles: dict[str, Article]
    findings: list[Finding]
    duplicates: list[Row]
    stale: list[Row]
    broken_links: list[Row]
    qrels: list[Row]
    passages: list[Row]
    second_judgings: list[Row]
    queries: list[dict[str, Any]]
    tickets: list[dict[str, Any]]

    def file(self, finding: Finding) -> str:
        """Name the article a finding is about by its id, which is its path in this sample."""
        return Path(finding.path).relative_to(self.folder).with_suffix("").as_posix()

    def topics(self) -> dict[str, list[Article]]:
        """Group the articles by original: a topic is an article with its translations."""
        topics: dict[str, list[Article]] = {}
        for article in self.articles.values():
            topics.setdefault(article.translation_of or article.id, []).append(article)
        return topics


def read_sample(folder: Path = FOLDER) -> Sample:
    """Read everything. Raises SourceError, and OSError for a missing table."""
    read = read_sources([folder], Settings())
    judgments = folder / "judgments"
    return Sample(
        folder=folder,
        read=read,
        articles={article.id: article for article in read.articles},
        findings=[f for f in lint(read, lambda path: (folder / path).exists(), TODAY) if f.severity != "note"],
        duplicates=_table(judgments / "duplicates.tsv"),
        stale=_table(judgments / "stale.tsv"),
        broken_links=_table(judgments / "broken-links.tsv"),
        qrels=_table(judgments / "qrels.tsv"),
        passages=_table(judgments / "passages.tsv"),
        second_judgings=_table(judgments / "second-judgings.tsv"),
        queries=_lines(judgments / "queries.jsonl"),
        tickets=_lines(judgments / "tickets.jsonl"),
    )


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
