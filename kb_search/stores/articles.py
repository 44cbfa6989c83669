"""SQLite: the texts and front matter of a generation, shared by all its views, and the columns that searching needs.

Opened read-only and immutable; article_rows.py writes it. Ordinals: articles in order of id, chunks in order of
article. It does not decide what a reader may see, nor which articles are translations of each other: a view does (see
snapshot.py).
"""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.filters import DATE_FIELDS, FACET_FIELDS, Condition
from kb_search.stores.article_rows import Meta, StoredPin
from kb_search.stores.base import Mask, Ordinals
from kb_search.stores.pages import Page, Picture, decode_contents, decode_page

_Part = TypeVar("_Part", bound=msgspec.Struct)

_CONNECTIONS = 8
"""As many queries read at the same time; each takes well under a millisecond."""

_LOOKUP = 500


class ArticleRecord(NamedTuple):
    """An article as stored; a tuple, as dozens are made per query and a frozen dataclass takes far longer to make."""

    ordinal: int
    id: str
    title: str
    locale: str
    status: str
    meta: Meta


class ChunkRecord(NamedTuple):
    """A chunk as stored; `heading` is its heading path joined for display, `joint` what stood before it."""

    ordinal: int
    id: str
    anchor: str
    heading: str
    text: str
    joint: str = "\n\n"


class StoredPage(NamedTuple):
    """What readers see of an article: see Article. `page` is None for plain text, `pictures` are by path."""

    file: str
    contents: list[tuple[int, str, str]]
    page: Page | None
    pictures: dict[str, Picture]


class ArticleStore:
    """Reader of `build_articles`. Thread-safe: each query takes a connection of its own, or waits for one.

    All connections are opened at once: a later one would not find the file when its generation was pruned meanwhile.
    """

    def __init__(self, path: Path) -> None:
        """Open read-only and load the columns. Raises IndexCorrupt when SQLite cannot."""
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            for _ in range(_CONNECTIONS):
                self._idle.put(sqlite3.connect(uri, uri=True, check_same_thread=False))
            rows = self._all("SELECT id, locale, first_chunk FROM articles ORDER BY ordinal")
            named = self._all("SELECT article, value FROM fields WHERE field = 'translation_of'")
            chunk_count = self._all("SELECT count(*) FROM chunks")[0][0]
        except sqlite3.Error as error:
            self.close()
            raise IndexCorrupt(f"{path} cannot be read by SQLite ({error}). Build the index anew.") from error
        self.ids: list[str] = [row[0] for row in rows]
        self.locales: NDArray[np.str_] = np.array([row[1] for row in rows], dtype=np.str_)
        self.originals: Ordinals = _originals(self.ids, named)
        self.first_chunk: Ordinals = np.array([*(row[2] for row in rows), chunk_count], np.int64)
        self.chunk_article: Ordinals = np.repeat(np.arange(len(rows)), np.diff(self.first_chunk))

    def close(self) -> None:
        """Close the connections. They stay in the queue, so that whoever asks later gets an error and does not wait."""
        for _ in range(self._idle.qsize()):
            connection = self._idle.get()
            connection.close()
            self._idle.put(connection)

    def chunk_ids(self) -> list[str]:
        """List the ids of all chunks, in order of ordinal."""
        return [row[0] for row in self._all("SELECT id FROM chunks ORDER BY ordinal")]

    def ordinal(self, article_id: str) -> int | None:
        """Find an article by id."""
        rows = self._all("SELECT ordinal FROM articles WHERE id = ?", [article_id])
        return int(rows[0][0]) if rows else None

    def records(self, ordinals: Iterable[int]) -> dict[int, ArticleRecord]:
        """Fetch articles by ordinal."""
        columns = "ordinal, id, title, locale, status, meta"
        rows = self._in(f"SELECT {columns} FROM articles WHERE ordinal IN", ordinals)
        return {row[0]: _record(row) for row in rows}

    def chunks(self, ordinals: Iterable[int]) -> dict[int, ChunkRecord]:
        """Fetch chunks by ordinal."""
        rows = self._in("SELECT ordinal, id, anchor, heading, text, joint FROM chunks WHERE ordinal IN", ordinals)
        return {row[0]: ChunkRecord(*row) for row in rows}

    def chunks_of(self, ordinal: int) -> list[ChunkRecord]:
        """Fetch all chunks of an article, in order."""
        span = range(int(self.first_chunk[ordinal]), int(self.first_chunk[ordinal + 1]))
        found = self.chunks(span)
        return [found[row] for row in span]

    def scan(self, part: type[_Part]) -> list[tuple[int, str, str, _Part]]:
        """Read all articles in order: ordinal, title, status, and that part of Meta which the fields of `part` name."""
        decode = msgspec.json.Decoder(part).decode
        rows = self._all("SELECT ordinal, title, status, meta FROM articles ORDER BY ordinal")
        return [(ordinal, title, status, decode(meta)) for ordinal, title, status, meta in rows]

    def markdown(self, ordinal: int) -> str:
        """Fetch an article's source text, without front matter."""
        return str(self._all("SELECT markdown FROM articles WHERE ordinal = ?", [ordinal])[0][0])

    def page(self, ordinal: int) -> StoredPage:
        """Fetch what readers see of an article."""
        sql = "SELECT file, contents, page FROM articles WHERE ordinal = ?"
        file, contents, page = self._all(sql, [ordinal])[0]
        shown = self._all("SELECT path, name, width, height FROM pictures WHERE article = ?", [ordinal])
        pictures = {path: Picture(name, width, height) for path, name, width, height in shown}
        return StoredPage(file or "", decode_contents(contents), decode_page(page) if page else None, pictures)

    def of_files(self, files: Iterable[str]) -> list[tuple[str, int]]:
        """Find articles by the files that links lead to: pairs of file and ordinal, in order of ordinal."""
        return self._any("SELECT file, ordinal FROM articles WHERE file IN", files, " ORDER BY ordinal")

    def showing(self, picture: str) -> list[int]:
        """List the articles that show a picture, by its name among the assets."""
        return [row[0] for row in self._all("SELECT article FROM pictures WHERE name = ?", [picture])]

    def matching(self, conditions: Sequence[Condition]) -> Mask | None:
        """Mark the articles that meet every condition: bool of shape (articles,); None when there is none."""
        allowed: Mask | None = None
        for condition in conditions:
            sql, values = _where(condition)
            mask = np.zeros(len(self.ids), np.bool_)
            found = [row[0] for row in self._all(f"SELECT article FROM fields WHERE field = ? AND ({sql})", values)]
            mask[found] = True
            allowed = mask if allowed is None else allowed & mask
        return allowed

    def has_matching(self, condition: Condition, members: Mask) -> bool:
        """Tell whether any of `members`, bool of shape (articles,), meets one condition."""
        sql, values = _where(condition)
        return self._has(f"field = ? AND ({sql})", values, members)

    def values(self, field: str, members: Mask) -> list[str]:
        """List the values of a field that any of `members`, bool of shape (articles,), has, in order."""
        found = self._all("SELECT DISTINCT value FROM fields WHERE field = ? ORDER BY value", [field])
        return [value for (value,) in found if self._has("field = ? AND value = ?", [field, value], members)]

    def latest(self, ordinals: Iterable[int], limit: int) -> list[int]:
        """Order articles by date of last update (else creation), latest first, then by ordinal."""
        dates = "SELECT article, max(CASE field WHEN 'updated' THEN '1' ELSE '0' END || value) AS day FROM fields"
        dates += " WHERE field IN ('created', 'updated') GROUP BY article"
        sql = f"SELECT ordinal FROM articles LEFT JOIN ({dates}) ON article = ordinal WHERE ordinal IN"
        tail = f" ORDER BY substr(day, 2) DESC NULLS LAST, ordinal LIMIT {int(limit)}"
        return [row[0] for row in self._in(sql, ordinals, tail)]

    def facets(self, ordinals: Iterable[int]) -> dict[str, dict[str, int]]:
        """Count the values of the facet fields over the given articles; most frequent first, months latest first."""
        counts: dict[str, dict[str, int]] = {field: {} for field in FACET_FIELDS}
        value = "CASE WHEN field = 'updated' THEN substr(value, 1, 7) ELSE value END"
        sql = f"SELECT field, {value} AS counted, count(*) FROM fields WHERE article IN"
        tail = " GROUP BY field, counted ORDER BY field, count(*) DESC, counted"
        for field, found, count in self._in(sql, ordinals, tail):
            if field in counts:
                counts[field][found] = count
        counts["updated"] = dict(sorted(counts["updated"].items(), reverse=True))
        return {field: values for field, values in counts.items() if values}

    def pins(self) -> list[StoredPin]:
        """List all pins by place, then article and query."""
        rows = self._all("SELECT query, article, place, view FROM pins ORDER BY place NULLS LAST, article, query, view")
        return [StoredPin(*row) for row in rows]

    def _has(self, sql: str, values: Sequence[str], members: Mask) -> bool:
        """Read rows up to the first that is of a member: mostly the first, where reading all would take long."""
        connection = self._idle.get()
        try:
            with closing(connection.execute(f"SELECT article FROM fields WHERE {sql}", values)) as rows:
                return any(members[row] for (row,) in rows)
        finally:
            self._idle.put(connection)

    def _any(self, sql: str, values: Iterable[str], tail: str) -> list[tuple[str, int]]:
        listed, found = list(values), []
        for start in range(0, len(listed), _LOOKUP):
            part = listed[start : start + _LOOKUP]
            found += self._all(f"{sql} ({', '.join('?' * len(part))}){tail}", part)
        return found

    def _in(self, sql: str, ordinals: Iterable[int], tail: str = "") -> list[Any]:
        # Ordinals are our own integers: written out, they need no limit on the number of parameters.
        return self._all(f"{sql} ({','.join(str(int(ordinal)) for ordinal in ordinals)}){tail}")

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        connection = self._idle.get()
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            self._idle.put(connection)


_META = msgspec.json.Decoder(Meta)


def _record(row: Sequence[Any]) -> ArticleRecord:
    ordinal, identifier, title, locale, status, meta = row
    return ArticleRecord(ordinal, identifier, title, locale, status, _META.decode(meta))


def _originals(ids: Sequence[str], named: Iterable[tuple[int, str]]) -> Ordinals:
    """Number the original that each article names: see ranking/families.py."""
    numbers = {identifier: row for row, identifier in enumerate(ids)}
    originals = np.full(len(ids), -1, np.int64)
    for row, name in named:
        originals[row] = numbers.setdefault(name, len(numbers))
    return originals


def _where(condition: Condition) -> tuple[str, list[str]]:
    parts: list[str] = []
    values = [condition.field]
    if condition.values:
        values += condition.values
        if condition.field in DATE_FIELDS:  # 2026-03 begins 2026-03-01
            parts.append(" OR ".join(["instr(value, ?) = 1"] * len(condition.values)))
        else:
            parts.append(f"value IN ({', '.join('?' * len(condition.values))})")
        if condition.field == "locale":
            parts[-1] += " OR instr(value, ? || '-') = 1" * len(condition.values)
            values += condition.values
    if condition.gte is not None:
        parts.append("value >= ?")
        values.append(condition.gte)
    if condition.lte is not None:
        # A day includes its hours: 2026-01-31T09:00 is not after 2026-01-31.
        parts.append("substr(value, 1, length(?)) <= ?")
        values += [condition.lte, condition.lte]
    return ") AND (".join(parts), values
