"""The exact vectors of a generation: float32 rows in one mapped file, shared by all views."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt

LARGE = 1 << 29
"""Bytes above which a mapped matrix is let go of now and then."""
LET_GO = 4_000
"""Rows that are read in between. A system maps up to 64 kB around each, so that they hold a quarter of a gigabyte."""


class Residency:
    """Keeps small how much of a large matrix a process has mapped.

    What is mapped counts as memory of the process as long as it runs, though the system could drop it. Of a million
    rows, read here and there, that would soon be all. The pages stay in the system's cache, and come back when they are
    read again, by other threads in the same moment too.
    """

    def __init__(self, matrix: NDArray[np.float32]) -> None:
        """Watch over a matrix that `open_matrix` mapped; any other, and a small one, is left alone."""
        mapped = getattr(matrix, "base", None)
        large = isinstance(mapped, mmap.mmap) and matrix.nbytes > LARGE and hasattr(mmap, "MADV_DONTNEED")
        self._map: mmap.mmap | None = mapped if large else None
        self._read = 0

    def read(self, rows: int) -> None:
        """Take note that so many rows were read."""
        if self._map is None:
            return
        self._read += rows  # threads may count past each other: it need not be exact
        if self._read >= LET_GO:
            self._read = 0
            self._map.madvise(mmap.MADV_DONTNEED)


def create_matrix(path: Path, dimension: int, rows: int) -> NDArray[np.float32]:
    """Make the file of all chunk vectors of a generation and map it for writing: float32 of shape (rows, dimension)."""
    if rows == 0:
        path.write_bytes(b"")
        return np.empty((0, dimension), np.float32)
    # Claim the space now: on a full disk a write to a mapped page would kill the process instead of raising.
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, rows * dimension * 4)
    return np.memmap(path, "<f4", "r+", shape=(rows, dimension))


def open_matrix(path: Path, dimension: int, rows: int) -> NDArray[np.float32]:
    """Map the file of `create_matrix`: float32 of shape (rows, dimension), read-only. Raises IndexCorrupt."""
    size = path.stat().st_size
    if size != rows * dimension * 4:
        raise IndexCorrupt(f"{path} has {size} bytes, expected {rows} × {dimension} × 4. Build the index anew.")
    if rows == 0:
        return np.empty((0, dimension), np.float32)
    return np.memmap(path, "<f4", "r", shape=(rows, dimension))
