"""What was made of a file before is not made again: sizes and times of files, and what was read from them, in SQLite.

Like the embedding cache it is never needed to read an index, only to build one sooner, and when the file is damaged it
is set aside and a new one begun. Every row carries a checksum, since SQLite does not notice a flipped bit: a row that
contradicts it is as if it were not there.

Tables: `files` knows the bytes of a file by its stamp, `outlines` what came of these bytes, `words` what the keyword
index and the vocabulary want of an article, `contents` what a file of a generation holds, row by row.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, size INTEGER, modified INTEGER, changed INTEGER,
    inode INTEGER, digest BLOB, checksum INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outlines (key BLOB PRIMARY KEY, outline BLOB, unused INTEGER, checksum INTEGER);
CREATE TABLE IF NOT EXISTS words (key BLOB PRIMARY KEY, terms TEXT, forms TEXT, unused INTEGER, checksum INTEGER);
CREATE TABLE IF NOT EXISTS contents (file TEXT PRIMARY KEY, keys BLOB, unused INTEGER, checksum INTEGER);
CREATE INDEX IF NOT EXISTS outlines_in_use ON outlines (unused, key);
CREATE INDEX IF NOT EXISTS words_in_use ON words (unused, key);
"""
_LOOKUP = 500
_MANY = 5_000
"""Rows from which on reading the whole table is sooner done than looking each up."""


class Stamp(NamedTuple):
    """What tells that a file is the one that was read: bytes, times in nanoseconds, inode."""

    size: int
    modified: int
    changed: int
    inode: int


class Words(NamedTuple):
    """An article for the keyword index (`terms`, joined by spaces) and for the vocabulary (`forms`, see there)."""

    terms: str
    forms: str


class BuildCache:
    """One writer at a time (the index lock sees to it). Keys are SHA-256 digests; nothing is kept until `commit`."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises sqlite3.DatabaseError."""
        self._database = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._database.text_factory = bytes  # a damaged text may be none
        try:
            self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_SCHEMA}")
            self._database.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._database.close()

    def commit(self) -> None:
        """Keep all that was put until now."""
        self._database.execute("COMMIT")
        self._database.execute("BEGIN IMMEDIATE")

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────

    def files(self) -> dict[str, tuple[Stamp, str]]:
        """Load all files: absolute path → stamp and SHA-256 of the bytes, in hexadecimal."""
        rows = self._database.execute("SELECT * FROM files")
        return {
            os.fsdecode(path): (Stamp(size, modified, changed, inode), digest.hex())
            for path, size, modified, changed, inode, digest, checksum in rows
            if checksum == _checksum(path, f"{size} {modified} {changed} {inode}", digest)
        }

    def put_files(self, files: Mapping[str, tuple[Stamp, str]]) -> None:
        """Store the files that are new or other than before."""
        # A name on disk may hold bytes that are no text.
        rows = ((os.fsencode(path), stamp, bytes.fromhex(known)) for path, (stamp, known) in files.items())
        self._database.executemany(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (path, *stamp, digest, _checksum(path, " ".join(map(str, stamp)), digest))
                for path, stamp, digest in rows
            ),
        )

    def forget_files(self, paths: Iterable[str]) -> None:
        """Drop files that are gone, or whose bytes are no longer certain."""
        self._database.executemany("DELETE FROM files WHERE path = ?", ((os.fsencode(path),) for path in paths))

    # ── What came of them ────────────────────────────────────────────────────────────────────────────────

    def outlines(self, wanted: Container[bytes] = ()) -> Iterator[tuple[bytes, bytes]]:
        """List key and encoded outline of those that the last build used, and of those that are wanted besides."""
        for key, outline, unused, checksum in self._database.execute("SELECT * FROM outlines"):
            if (unused is None or key in wanted) and checksum == _checksum(key, outline):
                yield key, outline

    def put_outlines(self, outlines: Iterable[tuple[bytes, bytes]]) -> None:
        """Store encoded outlines, in use."""
        self._database.executemany(
            "INSERT OR REPLACE INTO outlines VALUES (?, ?, NULL, ?)",
            ((key, outline, _checksum(key, outline)) for key, outline in outlines),
        )

    def words(self, keys: Sequence[bytes]) -> dict[bytes, Words]:
        """Look up many articles at once; the result holds only those found."""
        found: dict[bytes, Words] = {}
        if len(keys) > _MANY:
            found.update(self._words("WHERE unused IS NULL", ()))
        left = [key for key in keys if key not in found]
        for start in range(0, len(left), _LOOKUP):
            part = left[start : start + _LOOKUP]
            found.update(self._words(f"WHERE key IN ({', '.join('?' * len(part))})", part))
        return found

    def _words(self, where: str, values: Sequence[bytes]) -> Iterator[tuple[bytes, Words]]:
        for key, terms, forms, checksum in self._database.execute(
            f"SELECT key, terms, forms, checksum FROM words {where}", values
        ):
            if checksum == _checksum(key, terms, forms):
                yield key, Words(terms.decode(), forms.decode())

    def put_words(self, words: Mapping[bytes, Words]) -> None:
        """Store what articles are indexed by, in use."""
        self._database.executemany(
            "INSERT OR REPLACE INTO words VALUES (?, ?, ?, NULL, ?)",
            ((key, terms, forms, _checksum(key, terms, forms)) for key, (terms, forms) in words.items()),
        )

    # ── Generations ──────────────────────────────────────────────────────────────────────────────────────

    def contents(self, file: str) -> bytes | None:
        """Give the keys, 32 bytes each, of the rows of a file of a generation, by the SHA-256 of that file."""
        for keys, checksum in self._database.execute("SELECT keys, checksum FROM contents WHERE file = ?", [file]):
            return keys if checksum == _checksum(file, keys) else None
        return None

    def put_contents(self, file: str, keys: bytes) -> None:
        """Store what a file of a generation holds, in use."""
        self._database.execute(
            "INSERT OR REPLACE INTO contents VALUES (?, ?, NULL, ?)", (file, keys, _checksum(file, keys))
        )

    def retire(self, used: Mapping[str, set[Any]], generation: int, keep: int) -> None:
        """Note what `generation` does not use, by table; drop what none of the last `keep` generations did."""
        for table, kept in used.items():
            key = "file" if table == "contents" else "key"
            rows = self._database.execute(f"SELECT {key} FROM {table} WHERE unused IS NULL")
            in_use = {row[0].decode() if table == "contents" else row[0] for row in rows}  # all texts come as bytes
            self._database.executemany(
                f"UPDATE {table} SET unused = ? WHERE {key} = ?", ((generation, left) for left in in_use - kept)
            )
            self._database.executemany(
                f"UPDATE {table} SET unused = NULL WHERE {key} = ?", ((back,) for back in kept - in_use)
            )
            self._database.execute(f"DELETE FROM {table} WHERE unused <= ?", [generation - keep])


def _checksum(*values: str | bytes) -> int:
    return zlib.crc32(b"\x00".join([value if isinstance(value, bytes) else str(value).encode() for value in values]))
