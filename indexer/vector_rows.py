"""Keys of texts → the matrix of their vectors: rows of the live generation, of the cache, and those just embedded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embed import EmbeddingPlan
from indexer.embedding_cache import EmbeddingCache
from indexer.publish import hard_link
from kb_search.stores.vectors import create_matrix, open_matrix


def plan_rows(
    keys: Sequence[bytes],
    texts: Mapping[bytes, str],
    live: Mapping[bytes, int],
    cache: EmbeddingCache | None,
    fingerprint: str,
) -> EmbeddingPlan:
    """Say what is to be embedded: what is neither a row of the live generation nor in the cache.

    `texts` has those of all keys that `live` lacks.
    """
    wanted = [key for key in dict.fromkeys(keys) if key not in live]
    found = cache.get(fingerprint, wanted) if cache else {}
    missing = {key: texts[key] for key in wanted if key not in found}
    return EmbeddingPlan(list(keys), found, missing)


def write_rows(
    path: Path, plan: EmbeddingPlan, old: Path, live: Mapping[bytes, int], dimension: int
) -> NDArray[np.float32]:
    """Write and map a matrix, float32 of shape (keys, dimension); equal files are one file.

    `old` is the matrix in which `live` gives the rows.
    """
    count = len(plan.keys)
    sources = np.array([live.get(key, -1) for key in plan.keys], np.int64)
    if live and count == _rows(old, dimension) and np.array_equal(sources, np.arange(count)):
        hard_link(old, path)
        return open_matrix(path, dimension, count)
    matrix = create_matrix(path, dimension, count)
    before = open_matrix(old, dimension, _rows(old, dimension)) if live else matrix
    # Where rows follow each other in both files they are copied at once.
    breaks = np.flatnonzero((np.diff(sources) != 1) | (sources[:-1] < 0)) + 1
    for start, end in zip([0, *breaks.tolist()], [*breaks.tolist(), count], strict=True):
        first = int(sources[start]) if count else -1
        if first >= 0:
            matrix[start:end] = before[first : first + end - start]
        else:
            for row in range(start, end):
                matrix[row] = plan.vectors[plan.keys[row]]
    return matrix


def _rows(path: Path, dimension: int) -> int:
    return path.stat().st_size // (4 * dimension)
