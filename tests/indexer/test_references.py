"""Links that lead from one article to another, with their words."""

from __future__ import annotations

from pathlib import Path

from indexer.references import references
from indexer.sources import read_sources
from kb_search.types import Reference
from tests.fakes import article, settings, write

TEXT = """
See [how to **choose** a `new` one](reset%20it.md?from=login#by-phone) and [the desk][desk].
[Elsewhere](https://example.com/desk.md), [absolute](/desk.md), [itself](login.md), [nowhere](gone.md),
[below](#below), [](desk.md), [![Menu](menu.png)](desk.md), ![desk.md](desk.md)
<a href="desk.md">in HTML</a>

[desk]: ../desk.md
"""


def test_links_between_articles(tmp_path: Path) -> None:
    files = {"en/login.md": article("Log in", TEXT), "en/reset it.md": article("Reset", "Text.")}
    write(tmp_path, {**files, "desk.md": article("Desk", "Text.")})
    assert list(references(read_sources([tmp_path], settings()))) == [
        Reference("en/login", "how to choose a new one", "en/reset it"),
        Reference("en/login", "the desk", "desk"),
    ]


def test_the_words_of_a_picture_inside_a_link_are_its_words(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": article("A", "[![Menu of the app](menu.png)](b.md)"), "b.md": article("B", "Text.")})
    assert list(references(read_sources([tmp_path], settings()))) == [Reference("a", "Menu of the app", "b")]
