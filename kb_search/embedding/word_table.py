"""The word vectors of a model, by token id: a file beside the graph, of which each run reads the rows it needs.

A multilingual vocabulary is most of such a model (multilingual-e5-small: 96 of 118 million weights), and a query
needs a dozen of its rows. They are read, not mapped: at every row it touches, a mapping takes in its neighbours too,
which after some hundred queries was a third of the table.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_word_table(path: Path, words: NDArray[np.float32]) -> None:
    """Write a table of shape (tokens, dimension): as float16 where that loses nothing, as float32 otherwise."""
    with np.errstate(over="ignore"):
        half = words.astype(np.float16)
    exact = np.array_equal(half.astype(np.float32), words)
    np.save(path, half if exact else words, allow_pickle=False)


class WordTable:
    """A table on disk, in C order. Thread-safe, read only."""

    def __init__(self, path: Path) -> None:
        """Open a file that `write_word_table` wrote. Raises OSError or ValueError when it is none, or cut off."""
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)  # checks header and size
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._start, self._dtype = mapped.offset, mapped.dtype
        self._tokens, self._dimension = mapped.shape
        # Only a system without positioned reads (Windows) keeps the mapping.
        self._mapped: NDArray[Any] | None = None if hasattr(os, "pread") else mapped

    def gather(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Give the vectors of some tokens: float32 of shape (len(ids), dimension). Raises IndexError."""
        if not all(0 <= token < self._tokens for token in ids):
            raise IndexError(f"token {max(ids)} of a vocabulary of {self._tokens}")
        if self._mapped is not None:
            return np.asarray(self._mapped[list(ids)], np.float32)
        size = self._dimension * self._dtype.itemsize
        data = b"".join(os.pread(self._file, size, self._start + token * size) for token in ids)
        return np.frombuffer(data, self._dtype).reshape(len(ids), self._dimension).astype(np.float32, copy=False)
