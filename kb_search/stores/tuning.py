"""How much of a view's codes has to be looked at, measured on the view's own vectors against exact search.

Believing a library's default costs a fifth of the neighbours on vectors like these: here the queries are what the
view's articles are called, and the cheapest search that finds the wanted share of their true neighbours is taken. Where
none does, the search is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.vectors import EXACT, FaissVectors, Tuning

TUNING_VERSION = 2
"""Bumped when the same codes and queries would be tuned otherwise."""
RECALL = 0.99
"""Share of the true nearest that is to be found."""
QUERIES = 256
"""Most queries that are asked: one in a hundred neighbours is then 25 of them."""

_NEAREST = 10
_MOST = 3_200
_CANDIDATES = (100, 150, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400, _MOST)
_SCAN, _RANK = 6e-6, 6e-4
"""Milliseconds to scan a code and to rank a candidate: only their ratio matters, to compare ways of searching."""
_ALIKE = 1e-6
"""Difference of scores below which either neighbour will do."""


def tune(store: FaissVectors, queries: NDArray[np.float32], recall: float = RECALL) -> Tuning:
    """Choose lists and candidates for a store: `queries` is float32 of shape (queries, dimension)."""
    rows = len(store.rows)
    if rows <= EXACT or not len(queries) or recall >= 1:  # that some queries miss nothing proves nothing
        return Tuning()
    least = store.kth_best(queries, _NEAREST).tolist()
    options = []
    for lists in _ladder(store.lists):
        asked = zip(queries, least, strict=True)
        shares: list[float] = np.mean([_found(store, query, floor, lists) for query, floor in asked], axis=0).tolist()
        for candidates, share in zip(_CANDIDATES, shares, strict=True):
            if share >= recall:
                cost = _SCAN * rows * lists / store.lists + _RANK * candidates
                options.append((cost, Tuning("rabitq", lists, candidates, round(share, 4), len(queries))))
                break
    return min(options, key=lambda option: option[0])[1] if options else Tuning(queries=len(queries))


def save_tuning(path: Path, tuning: Tuning) -> None:
    """Write as JSON: the same values give the same bytes."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(tuning), indent=1) + b"\n")


def load_tuning(path: Path) -> Tuning:
    """Read the file of `save_tuning`. Raises IndexCorrupt."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Tuning)
    except (OSError, msgspec.DecodeError) as error:
        raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error


def _ladder(lists: int) -> Iterator[int]:
    """Give the numbers of lists to try, about half as many again each time, all of them last."""
    tried = max(1, lists // 64)
    while tried < lists:
        yield tried
        tried += max(1, tried // 2)
    yield lists


def _found(store: FaissVectors, query: NDArray[np.float32], least: float, lists: int) -> NDArray[np.float64]:
    """Share of the nearest that are among the first candidates of the codes, for each number in _CANDIDATES."""
    found, _ = store.nearest_by_codes(query, min(_MOST, len(store.rows)), lists)
    good = store.similarity(query, store.rows[found[found >= 0]]) >= least - _ALIKE
    counts = np.cumsum(good)
    reached = [counts[min(candidates, len(counts)) - 1] if len(counts) else 0 for candidates in _CANDIDATES]
    return np.minimum(np.array(reached, np.float64), _NEAREST) / _NEAREST
