"""The store of a generation from that of the one before: only the rows of articles that changed are written anew.

The other rows are copied by SQLite itself, moved where ordinals moved.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

from kb_search.curation import Pin
from kb_search.stores.article_rows import ShownPicture, create_tables, insert_articles, insert_pictures, insert_pins
from kb_search.types import Article, Chunk


def copy_articles(
    path: Path,
    old: Path,
    places: Sequence[int | None],
    articles: Sequence[Article],
    chunks: Sequence[Sequence[Chunk]],
    counts: Sequence[int],
    pins: Sequence[Pin] = (),
    pictures: Iterable[ShownPicture] = (),
) -> None:
    """Write what `build_articles` would, given a store in which most of it is.

    `places` has for each article its ordinal in `old`, None where it is new; of an article that is there, `articles`
    needs no text and `chunks` nothing at all. `counts` are the chunks of each. Places ascend.
    """
    first = [0]
    for count in counts:
        first.append(first[-1] + count)
    fresh = [(row, first[row], articles[row], chunks[row]) for row, place in enumerate(places) if place is None]
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}", uri=True)) as database:
        if _is_in_place(old, places, first):
            shutil.copyfile(old, path)
            # What an author took out of an article must not stay behind in free pages.
            database.executescript("PRAGMA secure_delete = ON; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            for row, start, _, _ in fresh:
                for sql, values in (
                    ("DELETE FROM articles WHERE ordinal = ?", (row,)),
                    ("DELETE FROM chunks WHERE ordinal >= ? AND ordinal < ?", (start, first[row + 1])),
                    ("DELETE FROM fields WHERE article = ?", (row,)),
                ):
                    database.execute(sql, values)
            database.execute("DELETE FROM pins")
            database.execute("DELETE FROM pictures")
        else:
            create_tables(database)
            database.execute("ATTACH ? AS old", [f"{old.resolve().as_uri()}?mode=ro&immutable=1"])
            _copy_moved(database, places, first)
        insert_articles(database, fresh)
        insert_pins(database, articles, pins)
        insert_pictures(database, pictures)
        database.commit()


def _copy_moved(database: sqlite3.Connection, places: Sequence[int | None], first: Sequence[int]) -> None:
    columns = {table: _columns(database, table) for table in ("articles", "chunks")}
    for start, place, length in _runs(places):
        values = database.execute("SELECT first_chunk FROM old.articles WHERE ordinal = ?", [place]).fetchone()
        by, moved = start - place, first[start] - values[0]
        shifted = {"ordinal": f"ordinal + {by}", "first_chunk": f"first_chunk + {moved}"}
        listed = ", ".join(shifted.get(name, name) for name in columns["articles"])
        database.execute(
            f"INSERT INTO main.articles SELECT {listed} FROM old.articles WHERE ordinal >= ? AND ordinal < ?",
            [place, place + length],
        )
        listed = ", ".join(f"ordinal + {moved}" if name == "ordinal" else name for name in columns["chunks"])
        database.execute(
            f"INSERT INTO main.chunks SELECT {listed} FROM old.chunks WHERE ordinal >= ? AND ordinal < ?",
            [values[0], values[0] + first[start + length] - first[start]],
        )
    database.execute("CREATE TEMP TABLE moved (place INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL)")
    pairs = ((place, row) for row, place in enumerate(places) if place is not None)
    database.executemany("INSERT INTO moved VALUES (?, ?)", pairs)
    # In the order of both primary keys: every row goes to the end.
    database.execute(
        "INSERT INTO main.fields (article, field, value) SELECT moved.ordinal, field, value "
        "FROM old.fields AS known CROSS JOIN moved ON moved.place = known.article ORDER BY field, value, article"
    )
    database.execute("DROP TABLE moved")


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA main.table_info({table})")]


def _runs(places: Sequence[int | None]) -> Iterator[tuple[int, int, int]]:
    """Give the stretches that stay together: new ordinal, old ordinal, length."""
    known = enumerate((row, place) for row, place in enumerate(places) if place is not None)
    for _, group in groupby(known, key=lambda item: (item[1][0] - item[0], item[1][1] - item[0])):
        run = [pair for _, pair in group]
        yield *run[0], len(run)


def _is_in_place(old: Path, places: Sequence[int | None], first: Sequence[int]) -> bool:
    """Tell whether no row moves: as many articles and chunks as before, each where it was."""
    if any(place is not None and place != row for row, place in enumerate(places)):
        return False
    return first_chunks(old) == list(first)


def first_chunks(path: Path) -> list[int]:
    """List the ordinal of each article's first chunk in a store; then the number of all chunks."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        first = [row[0] for row in database.execute("SELECT first_chunk FROM articles ORDER BY ordinal")]
        return first + [row[0] for row in database.execute("SELECT count(*) FROM chunks")]
