"""What was embedded once is never embedded again: (model fingerprint, hash of the text) → vector, in SQLite.

A killed build keeps the batches it finished. The cache is never needed to read an index, only to build one:
when the file is damaged it is set aside under another name and a new one begun.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY (model, text))""",
    "CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (generation, model)",
    "CREATE TABLE IF NOT EXISTS in_use (model TEXT PRIMARY KEY, texts BLOB NOT NULL)",
)
_IN_USE = 1 << 62
"""Generation of what the last build uses; what a later one does not use gets its number."""
_KEY = 32
_LOOKUP = 500
_TOLERANCE = 0.01


def text_key(text: str, role: str = "") -> bytes:
    """Hash a text as it goes to the model (normalised by the chunker); one text has a vector for each `role`."""
    marked = f"{role}\x00{text}" if role else text
    return hashlib.sha256(marked.encode("utf-8", "surrogatepass")).digest()


class _Malformed(sqlite3.DatabaseError):
    """Raised where SQLite itself would, had it looked."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Tell a damaged file from a disk that is full, slow or read-only: only the former is worth setting aside."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


_Cache = TypeVar("_Cache")


def open_cache(path: Path) -> tuple[EmbeddingCache, Path | None]:
    """Open or create the cache; a damaged file is renamed to `….damaged` and a new one begun: the new name, or None."""
    return open_or_set_aside(EmbeddingCache, path)


def open_or_set_aside(opened: Callable[[Path], _Cache], path: Path) -> tuple[_Cache, Path | None]:
    """Open a cache of any kind; see open_cache."""
    try:
        return opened(path), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    renamed = set_aside(path)
    return opened(path), renamed


def set_aside(path: Path) -> Path:
    """Rename a damaged file, and give its new name."""
    renamed = path.with_name(path.name + ".damaged")
    path.replace(renamed)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return renamed


@contextlib.contextmanager
def readable_cache(path: Path) -> Iterator[EmbeddingCache | None]:
    """Open the cache if it is there and whole; leave it alone otherwise."""
    with contextlib.ExitStack() as stack:
        cache = None
        if path.is_file():
            with contextlib.suppress(sqlite3.DatabaseError):
                cache = stack.enter_context(contextlib.closing(EmbeddingCache(path)))
        yield cache


class EmbeddingCache:
    """One writer at a time (the index lock sees to it)."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises sqlite3.DatabaseError; see is_damage."""
        self._database = sqlite3.connect(path, timeout=60)
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            for table in _SCHEMA:
                self._database.execute(table)
            found = self._database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise _Malformed(found)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def get(self, model: str, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Look up many texts at once; the result holds only those found, and not what has become no unit vector."""
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), _LOOKUP):
            part = keys[start : start + _LOOKUP]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})"
            for key, data in self._database.execute(sql, [model, *part]):
                vector = np.frombuffer(data, "<f4")
                # SQLite does not notice a flipped bit in a value.
                if abs(float(np.square(vector, dtype=np.float64).sum()) - 1) < _TOLERANCE:
                    found[key] = vector
        return found

    def put(self, model: str, items: Iterable[tuple[bytes, NDArray[np.float32]]], generation: int) -> None:
        """Store vectors; they survive a kill, and a power cut costs no more than embedding them again."""
        rows = ((model, key, vector.astype("<f4").tobytes(), generation) for key, vector in items)
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def knows_use(self, model: str) -> bool:
        """Tell whether the vectors of the last build with this model were all put here."""
        return bool(self._used(model))

    def prune(self, model: str, used: Iterable[bytes], generation: int, keep: int) -> int:
        """Note what `generation` uses; drop what none of the last `keep` generations did.

        Only what is used no longer, or again, is written: the rest is marked as being in use.
        """
        now, before = set(used), self._used(model)
        with self._database:
            self._mark(_IN_USE, model, now - before)
            self._mark(generation - 1, model, before - now)
            self._database.execute(
                "UPDATE vectors SET generation = ? WHERE generation = ? AND model <> ?",
                [generation - 1, _IN_USE, model],
            )
            self._database.execute("DELETE FROM in_use WHERE model <> ?", [model])
            if now != before:
                self._database.execute("INSERT OR REPLACE INTO in_use VALUES (?, ?)", [model, b"".join(sorted(now))])
            dropped = self._database.execute("DELETE FROM vectors WHERE generation <= ?", [generation - keep]).rowcount
        return int(dropped)

    def _mark(self, generation: int, model: str, keys: Iterable[bytes]) -> None:
        self._database.executemany(
            "UPDATE vectors SET generation = ? WHERE model = ? AND text = ?", ((generation, model, key) for key in keys)
        )

    def _used(self, model: str) -> set[bytes]:
        rows = self._database.execute("SELECT texts FROM in_use WHERE model = ?", [model])
        return {texts[start : start + _KEY] for (texts,) in rows for start in range(0, len(texts), _KEY)}
