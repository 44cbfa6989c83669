"""What was embedded once is never embedded again: (model fingerprint, hash of the text) → vector, in SQLite.

A killed build keeps the batches it finished. The cache is never needed to read an index, only to build one:
when the file is damaged it is set aside under another name and a new one begun.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SCHEMA = """CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY (model, text))"""
_LOOKUP = 500


def text_key(text: str) -> bytes:
    """Hash a text as it goes to the model (normalised by the chunker)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class EmbeddingCache:
    """One writer at a time (the index lock sees to it)."""

    def __init__(self, path: Path) -> None:
        """Open or create; a damaged file is renamed to `….damaged` and `set_aside` says so."""
        self.set_aside: Path | None = None
        try:
            self._database = self._open(path)
        except sqlite3.DatabaseError:
            self.set_aside = path.with_name(path.name + ".damaged")
            path.replace(self.set_aside)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._database = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=60)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_SCHEMA)
            database.execute("SELECT count(*) FROM (SELECT 1 FROM vectors LIMIT 1)").fetchall()
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def get(self, model: str, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Look up many texts at once; the result holds only those found."""
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), _LOOKUP):
            part = keys[start : start + _LOOKUP]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})"
            for key, vector in self._database.execute(sql, [model, *part]):
                found[key] = np.frombuffer(vector, "<f4")
        return found

    def put(self, model: str, items: Iterable[tuple[bytes, NDArray[np.float32]]], generation: int) -> None:
        """Store vectors and make them durable."""
        rows = ((model, key, vector.astype("<f4").tobytes(), generation) for key, vector in items)
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def prune(self, model: str, used: Iterable[bytes], generation: int, keep: int) -> int:
        """Mark the rows in use by `generation`; drop those that no generation after `generation` − `keep` used."""
        with self._database:
            self._database.executemany(
                "UPDATE vectors SET generation = ? WHERE model = ? AND text = ?",
                ((generation, model, key) for key in used),
            )
            dropped = self._database.execute("DELETE FROM vectors WHERE generation <= ?", [generation - keep]).rowcount
        return int(dropped)
