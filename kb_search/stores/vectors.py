"""FAISS: the vectors of one view, 8 bits per component to find candidates, the exact float32 rows to rank them.

The exact rows live once per generation (vectors.f32, mapped); a view holds only the small codes. Flat, so
recall does not depend on the data: this model's vectors lie in a narrow cone, which is hard on graphs and
partitions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Mask, Ordinals, Ranking, Scores

KIND = "sq8-flat"
# One query is too little work to share out: waking the other threads costs more than they save, and a server has
# other queries for them.
faiss.omp_set_num_threads(1)

_EXTRA = 64
"""So many more candidates than asked for are re-ranked: 8 bits misplace a vector by a few ranks."""


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


def build_vectors(path: Path, vectors: NDArray[np.float32]) -> None:
    """Write the FAISS index of one view: float32 of shape (chunks of the view, dimension), in order of ordinal."""
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    contiguous = np.ascontiguousarray(vectors, np.float32)
    if len(contiguous):
        index.train(contiguous)
        index.add(contiguous)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(faiss.serialize_index(index).tobytes())


class FaissVectors:
    """Reader of `build_vectors`; see VectorStore. Searches may run in parallel."""

    def __init__(self, path: Path, rows: Ordinals, matrix: NDArray[np.float32]) -> None:
        """Open the index of one view; row i of it is row `rows[i]` of the generation's matrix. Raises IndexCorrupt."""
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexCorrupt(f"{path} cannot be read by FAISS ({str(error)[:120]}). Build the index anew.") from error
        self._rows = rows
        self._matrix = np.asarray(matrix)  # a plain view of the map: indexing a memmap costs more
        if self._index.ntotal != len(self._rows) or (len(self._rows) and self._index.d != matrix.shape[1]):
            raise IndexCorrupt(
                f"{path} holds {self._index.ntotal} vectors of dimension {self._index.d}, expected "
                f"{len(self._rows)} of dimension {matrix.shape[1]}. Build the index anew."
            )

    @property
    def rows(self) -> Ordinals:
        """The chunk ordinals of this view, ascending, int64."""
        return self._rows

    def search(self, query: NDArray[np.float32], k: int, allowed: Mask | None = None) -> Ranking:
        """Nearest chunks by exact dot product among the candidates of the 8-bit scan; see VectorStore."""
        parameters = None
        available = len(self._rows)
        if allowed is not None:
            bits = allowed[self._rows]
            available = int(bits.sum())
            packed = np.packbits(bits, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(packed))
            parameters = faiss.SearchParameters(sel=selector)
        wanted = min(available, k + _EXTRA)
        if k <= 0 or not available:
            return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
        candidates = self._candidates(query, k, wanted, available, parameters)
        scores = self.similarity(query, candidates)
        best = np.argsort(-scores, kind="stable")[:k]
        return Ranking(candidates[best], scores[best])

    def _candidates(self, query: NDArray[np.float32], k: int, wanted: int, available: int, parameters: Any) -> Ordinals:
        """Ask the 8-bit scan for `wanted` chunks, and for more while equals of the k-th may have been cut off."""
        row = np.ascontiguousarray(query.reshape(1, -1), np.float32)
        while True:
            coarse, found = self._index.search(row, wanted, params=parameters)
            if wanted == available or coarse[0, -1] < coarse[0, min(k, wanted) - 1]:
                rows: Ordinals = self._rows[np.sort(found[0][found[0] >= 0])]
                return rows
            wanted = min(available, 4 * wanted)

    def similarity(self, query: NDArray[np.float32], chunks: Ordinals) -> Scores:
        """Exact dot product; see VectorStore."""
        # One dot product per row: a matrix product rounds a row differently by which rows it comes with.
        similarities: Scores = np.vecdot(self._matrix[chunks], query)
        return similarities.astype(np.float32, copy=False)
