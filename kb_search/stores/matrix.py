"""The exact vectors of a generation: float32 rows in one mapped file, shared by all views."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt


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
