"""The rows of an article store: what is kept of articles, chunks, pins and pictures, and how it is written.

Written once. Ordinals: articles in order of id, chunks in order of article. See articles.py for reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from kb_search.curation import Pin
from kb_search.filters import DATE_FIELDS, TEXT_FIELDS
from kb_search.stores.pages import Picture, encode_contents
from kb_search.types import Article, Chunk

_SCHEMA = """
CREATE TABLE articles (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, locale TEXT NOT NULL,
    status TEXT NOT NULL, first_chunk INTEGER NOT NULL,
    meta BLOB NOT NULL, file TEXT, markdown TEXT NOT NULL, contents BLOB NOT NULL, page BLOB NOT NULL);
CREATE INDEX articles_of_file ON articles (file) WHERE file IS NOT NULL;
CREATE TABLE chunks (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    anchor TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, joint TEXT NOT NULL);
CREATE TABLE fields (article INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (field, value, article)) WITHOUT ROWID;
CREATE INDEX fields_of_article ON fields (article);
CREATE TABLE pins (query TEXT NOT NULL, article INTEGER NOT NULL, place INTEGER, view TEXT);
CREATE TABLE pictures (article INTEGER NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, width INTEGER, height INTEGER,
    PRIMARY KEY (article, path)) WITHOUT ROWID;
CREATE INDEX pictures_of_name ON pictures (name, article);
"""


class Meta(msgspec.Struct, frozen=True, omit_defaults=True):
    """Front matter that is shown, not searched in columns of its own."""

    audience: tuple[str, ...] = ()
    slug: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    translation_of: str | None = None
    confidence: str | None = None
    governance: str | None = None
    owner: str | None = None
    area: str | None = None
    created: str | None = None
    updated: str | None = None
    review_by: str | None = None
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    pinned_for: tuple[str, ...] = ()
    canonical: str | None = None
    source: str = ""
    extra: dict[str, Any] = {}


class StoredPin(NamedTuple):
    """An article, by ordinal, that comes first for a query.

    `place` says where among the others, None for behind all those that have one; `view` is the only one that it is
    for, None for all.
    """

    query: str
    article: int
    place: int | None = None
    view: str | None = None


class ShownPicture(NamedTuple):
    """An article, by ordinal, shows a picture, which it names by the path from its own file."""

    article: int
    path: str
    picture: Picture


def build_articles(
    path: Path,
    articles: Sequence[Article],
    chunks: Sequence[Sequence[Chunk]],
    pins: Sequence[Pin] = (),
    pictures: Iterable[ShownPicture] = (),
) -> None:
    """Write the store of a generation: `articles` in order of id, `chunks` one list per article.

    `pins` name articles that exist; to them come those that articles have themselves (`pinned_for`).
    """
    first_chunks: list[int] = np.cumsum([0, *(len(listed) for listed in chunks)]).tolist()
    with closing(sqlite3.connect(path)) as database:
        create_tables(database)
        insert_articles(database, list(zip(range(len(articles)), first_chunks, articles, chunks, strict=False)))
        insert_pins(database, articles, pins)
        insert_pictures(database, pictures)
        database.commit()


def create_tables(database: sqlite3.Connection) -> None:
    """Lay out a new file. Nobody reads it before it is complete and synced: no journal needed."""
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)


def insert_articles(
    database: sqlite3.Connection, numbered: Sequence[tuple[int, int, Article, Sequence[Chunk]]]
) -> None:
    """Write all that is stored of some articles: ordinal, ordinal of the first chunk, article, chunks."""
    database.executemany(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((row, a.id, a.title, a.locale, a.status, first, *_encode(a)) for row, first, a, _ in numbered),
    )
    flat = ((first + number, c) for _, first, _, chunks in numbered for number, c in enumerate(chunks))
    database.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
        ((row, c.id, c.anchor, shown_heading(c), c.text, c.joint) for row, c in flat),
    )
    # In the order of the primary key, so that every row goes to the end of its stretch.
    fields = sorted((field, value, row) for row, _, article, _ in numbered for field, value in _fields(article))
    database.executemany("INSERT OR IGNORE INTO fields (field, value, article) VALUES (?, ?, ?)", fields)


def insert_pins(database: sqlite3.Connection, articles: Sequence[Article], pins: Sequence[Pin]) -> None:
    """Write all pins."""
    database.executemany("INSERT INTO pins VALUES (?, ?, ?, ?)", _pins(articles, pins))


def insert_pictures(database: sqlite3.Connection, pictures: Iterable[ShownPicture]) -> None:
    """Write which articles show which pictures."""
    rows = ((found.article, found.path, *msgspec.structs.astuple(found.picture)) for found in pictures)
    database.executemany("INSERT INTO pictures VALUES (?, ?, ?, ?, ?)", rows)


def shown_heading(chunk: Chunk) -> str:
    """Join the headings above a chunk as they are shown."""
    return " › ".join(chunk.heading_path)


def _encode(article: Article) -> tuple[bytes, str | None, str, bytes, bytes]:
    """Give the columns that are read one article at a time."""
    values = {name: getattr(article, name) for name in Meta.__struct_fields__ if name != "extra"}
    meta = msgspec.json.encode(Meta(**values, extra=dict(article.extra)))
    return meta, article.file or None, article.markdown, encode_contents(article.contents), article.page


def _fields(article: Article) -> Iterable[tuple[str, str]]:
    for field in (*TEXT_FIELDS, *DATE_FIELDS, "translation_of"):
        value = getattr(article, field)
        for item in (value,) if isinstance(value, str) else value or ():
            yield field, item


def _pins(articles: Sequence[Article], pins: Iterable[Pin]) -> Iterator[StoredPin]:
    rows = {article.id: row for row, article in enumerate(articles)}
    place = 0
    for pin in pins:
        for identifier in pin.articles:
            for query in pin.queries:
                yield from (StoredPin(query, rows[identifier], place, view) for view in pin.views or (None,))
            place += 1
    for row, article in enumerate(articles):
        yield from (StoredPin(query, row) for query in dict.fromkeys(article.pinned_for))
