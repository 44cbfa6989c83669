"""Keys of texts → the matrix of their vectors: rows of the live generation, of the cache, and those just embedded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.embed import EmbeddingPlan
from indexer.embedding_cache import EmbeddingCache
from indexer.publish import hard_link
from kb_search.stores.matrix import create_matrix, open_matrix


class Rows(NamedTuple):
    """The keys of a matrix in order, and where each stands; several rows may have one key."""

    keys: Sequence[bytes]
    places: Mapping[bytes, int]


NO_ROWS = Rows([], {})


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


def write_rows(path: Path, plan: EmbeddingPlan, old: Path, rows: Rows, dimension: int) -> NDArray[np.float32]:
    """Write and map a matrix, float32 of shape (keys, dimension); equal files are one file.

    `rows` are those of the matrix `old`.
    """
    count = len(plan.keys)
    if rows.keys and rows.keys == plan.keys:
        hard_link(old, path)
        return open_matrix(path, dimension, count)
    matrix = create_matrix(path, dimension, count)
    target = np.asarray(matrix)  # a plain view of the map: indexing a memmap costs more
    before = np.asarray(open_matrix(old, dimension, len(rows.keys))) if rows.keys else target
    for start, first, length in _runs(plan.keys, rows):
        if first < 0:
            target[start] = plan.vectors[plan.keys[start]]
        else:  # rows that follow each other in both files are copied at once
            target[start : start + length] = before[first : first + length]
    return matrix


def _runs(keys: Sequence[bytes], rows: Rows) -> Iterator[tuple[int, int, int]]:
    """Cut rows into stretches: first row, first of the old rows that they are, or -1, and length."""
    start, first, length = 0, -1, 0
    for row, key in enumerate(keys):
        after = first + length
        if length and first >= 0 and after < len(rows.keys) and rows.keys[after] == key:
            length += 1
            continue
        if length:
            yield start, first, length
        start, first, length = row, rows.places.get(key, -1), 1
    if length:
        yield start, first, length
