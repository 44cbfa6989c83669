"""Shorthand for tests that read folders."""

from __future__ import annotations

from pathlib import Path

from indexer.sources import SourceRead, read_sources
from kb_search.config import Settings

ARTICLE = "---\ntitle: T\nlocale: en\naudience: public\n---\n\nText.\n"


def read(*paths: Path, settings: Settings | None = None) -> SourceRead:
    return read_sources(paths, settings or Settings())


def ids(read: SourceRead) -> list[str]:
    return [article.id for article in read.articles]


def reports(read: SourceRead, root: Path) -> list[tuple[str, str]]:
    """Each finding's file, inside `root`, and its code."""
    return [(Path(finding.path).relative_to(root).as_posix(), finding.code) for finding in read.findings]
