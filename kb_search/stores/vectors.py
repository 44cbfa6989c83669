"""FAISS: the vectors of one view, a bit per component to find candidates, the exact float32 rows to rank them.

The exact rows live once per generation (matrix.py); a view holds only the small codes: RaBitQ (Gao and Long, SIGMOD
2024) in the blocked layout that is scanned by register shuffles (André and others, VLDB 2015). A large view is cut into
lists, of which only the nearest are scanned. How much has to be looked at for the recall that is wanted depends on the
data (this model's vectors lie in a narrow cone, which is hard on partitions), so it is measured when the index is
built: see tuning.py.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import faiss
import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Mask, Ordinals, Ranking, Scores
from kb_search.stores.matrix import Residency

VECTORS_VERSION = 2
"""Bumped when the same vectors would be coded otherwise."""

EXACT = 4_096
"""Up to so many vectors are compared one by one: coding them would not be faster."""
_EXACT_FILTERED = 1_500
"""… of those that a filter leaves, which are scattered."""
_PARTITIONED, _LIST = 250_000, 1_000
"""From so many vectors on they are cut into lists, of so many each."""
_BLOCK = 8_192
"""Rows that are multiplied at once."""
_EXTRA = 64
"""So many more candidates than asked for are ranked exactly, at least."""
_LONGEST_QUERY = 8.0
"""Times the length of the vectors' centre, see _scaled."""
_SEED, _ITERATIONS, _TRAINED_ON = 1234, 10, 64
"""Of the clustering: the same vectors give the same lists. Vectors looked at for each list."""


def _alone() -> None:
    """Keep FAISS to the calling thread; the setting is one of each thread, so it is made before each call.

    One query is too little work to share out: the others would be woken, wait for the next one spinning, and take the
    cores from the model and from other queries.
    """
    faiss.omp_set_num_threads(1)


class Tuning(msgspec.Struct, frozen=True):
    """How a view is searched, and what that finds.

    `kind` is "exact" or "rabitq"; of the codes, `lists` lists are scanned and `candidates` of what they give are ranked
    exactly, at least. `recall` is the share of the true 10 nearest that were found by `queries` queries.
    """

    kind: str = "exact"
    lists: int = 1
    candidates: int = 0
    recall: float = 1.0
    queries: int = 0


def build_vectors(path: Path, vectors: NDArray[np.float32]) -> None:
    """Write the FAISS index of one view: float32 of shape (chunks of the view, dimension), in order of ordinal."""
    contiguous = np.ascontiguousarray(vectors, np.float32)
    count, dimension = contiguous.shape
    lists = count // _LIST if count >= _PARTITIONED else 1
    quantizer = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFRaBitQFastScan(quantizer, dimension, lists, faiss.METRIC_INNER_PRODUCT, 32, True, 1)
    index.cp.seed, index.cp.niter = _SEED, _ITERATIONS
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, _TRAINED_ON
    if count:
        _alone()  # sums do not depend on how many cores there are
        index.train(contiguous)
        index.add(contiguous)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(faiss.serialize_index(index).tobytes())


class FaissVectors:
    """Reader of `build_vectors`; see VectorStore. Searches may run in parallel."""

    def __init__(self, path: Path, rows: Ordinals, matrix: NDArray[np.float32], tuning: Tuning | None = None) -> None:
        """Open the index of one view; row i of it is row `rows[i]` of the generation's matrix. Raises IndexCorrupt."""
        self.tuning = tuning or Tuning()
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexCorrupt(f"{path} cannot be read by FAISS ({str(error)[:120]}). Build the index anew.") from error
        self._rows = np.ascontiguousarray(rows, np.int64)
        self._matrix = np.asarray(matrix)  # a plain view of the map: indexing a memmap costs more
        self._start = faiss.swig_ptr(self._matrix) if self._matrix.size else None
        self._residency = Residency(matrix)
        self._centre = _centre(self._index)
        if self._index.ntotal != len(self._rows) or (len(self._rows) and self._index.d != matrix.shape[1]):
            raise IndexCorrupt(
                f"{path} holds {self._index.ntotal} vectors of dimension {self._index.d}, expected "
                f"{len(self._rows)} of dimension {matrix.shape[1]}. Build the index anew."
            )

    @property
    def rows(self) -> Ordinals:
        """The chunk ordinals of this view, ascending, int64."""
        return self._rows

    @property
    def lists(self) -> int:
        """Into how many lists the codes are cut."""
        return int(self._index.nlist)

    def search(self, query: NDArray[np.float32], k: int, allowed: Mask | None = None) -> Ranking:
        """Nearest chunks by exact dot product among the candidates of the codes; see VectorStore."""
        bits = None if allowed is None else allowed[self._rows]
        available = len(self._rows) if bits is None else int(np.count_nonzero(bits))
        if k <= 0 or not available:
            return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
        if self.tuning.kind == "exact" or (bits is not None and available <= _EXACT_FILTERED):
            candidates = self._rows if bits is None else self._rows[bits]
        else:
            candidates = self._candidates(query, k, bits, available)
        scores = self.similarity(query, candidates)
        best = _best(scores, k)
        return Ranking(candidates[best], scores[best])

    def nearest_by_codes(
        self, query: NDArray[np.float32], k: int, lists: int, bits: Mask | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Give row numbers of this view and estimates, best first, from so many lists; row −1 where they have no more.

        `bits` says which rows count, bool of shape (rows,).
        """
        _alone()
        parameters = faiss.IVFRaBitQSearchParameters()
        parameters.nprobe, parameters.qb = min(lists, self.lists), self._index.qb
        packed: Any = None
        if bits is not None:
            packed = np.packbits(bits, bitorder="little")  # held until the search is over
            parameters.sel = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(packed))
        estimates, found = self._index.search(self._scaled(query).reshape(1, -1), k, params=parameters)
        return found[0], estimates[0]

    def _scaled(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Make a query as long as the codes estimate best, which changes no order of dot products.

        They estimate from what query and vector are beside the centre c of the vectors. The error grows with
        ‖λq − c‖ and the differences that matter with λ: their ratio is smallest at λ = ‖c‖² / q·c. A query without what
        all queries have in common (ranking/calibration.py) is too short otherwise: it took six times the candidates.
        """
        length, along = float(self._centre @ self._centre), float(self._centre @ query)
        longest = _LONGEST_QUERY * math.sqrt(length / max(float(query @ query), 1e-12))
        scale = length / along if along * longest > length else longest
        return np.multiply(query, scale, dtype=np.float32)

    def _candidates(self, query: NDArray[np.float32], k: int, bits: Mask | None, available: int) -> Ordinals:
        """Ask the codes for candidates, and for more while equals of the k-th may have been cut off.

        What a filter leaves is spread over all lists: the fewer there are, the more lists are looked at.
        """
        wanted = min(available, max(k + _EXTRA, self.tuning.candidates))
        lists = min(self.lists, math.ceil(self.tuning.lists * len(self._rows) / available))
        while True:
            found, estimates = self.nearest_by_codes(query, wanted, lists, bits)
            short = found[-1] < 0
            if wanted == available and not short:
                return self._rows[np.sort(found)]
            if short and lists < self.lists:
                lists = min(self.lists, 4 * lists)
            elif short or estimates[-1] < estimates[min(k, wanted) - 1]:
                return self._rows[np.sort(found[found >= 0])]
            else:
                wanted = min(available, 4 * wanted)

    def kth_best(self, queries: NDArray[np.float32], k: int) -> Scores:
        """Exact dot product of each query with the k-th nearest row: float32 of shape (queries,), for 0 < k ≤ rows.

        By products of whole blocks, on all cores: for measuring, not for searching.
        """
        best = np.full((len(queries), k), -np.inf, np.float32)
        for start in range(0, len(self._rows), _BLOCK):
            block = queries @ self._matrix[self._rows[start : start + _BLOCK]].T
            best = np.partition(np.concatenate([best, block], axis=1), -k, axis=1)[:, -k:]
        least: Scores = best.min(axis=1)
        return least

    def similarity(self, query: NDArray[np.float32], chunks: Ordinals) -> Scores:
        """Exact dot product; see VectorStore."""
        # One dot product per row: a matrix product rounds a row differently by which rows it comes with.
        chunks, query = np.ascontiguousarray(chunks, np.int64), np.ascontiguousarray(query, np.float32)
        scores = np.empty(len(chunks), np.float32)
        if len(chunks):
            _alone()
            faiss.fvec_inner_products_by_idx(
                *(faiss.swig_ptr(scores), faiss.swig_ptr(query), self._start, faiss.swig_ptr(chunks)),
                *(len(query), 1, len(chunks)),
            )
            self._residency.read(len(chunks))
        return scores


def _centre(index: Any) -> NDArray[np.float32]:
    """Mean of the centroids, float32 of shape (dimension,)."""
    if not index.ntotal:
        return np.zeros(index.d, np.float32)
    centroids: NDArray[np.float32] = index.quantizer.reconstruct_n(0, index.nlist)
    centre: NDArray[np.float32] = centroids.mean(axis=0)
    return centre


def _best(scores: Scores, k: int) -> NDArray[np.int64]:
    """Give the places of the k highest scores, best first, equals in order."""
    if len(scores) > 2 * k:  # sorting all of many to keep a few costs more than finding the k-th
        least = -np.partition(-scores, k - 1)[k - 1]
        fitting = np.flatnonzero(scores >= least)
        return fitting[np.argsort(-scores[fitting], kind="stable")[:k]]
    return np.argsort(-scores, kind="stable")[:k]
