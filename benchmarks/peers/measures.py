"""How good answers are, from ids alone: recall against the exact neighbours, nDCG against judgments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_BLOCK = 64
"""Queries compared with all passages at a time: 64 × 100,000 similarities take 26 MB."""


def exact_neighbours(queries: Vectors, passages: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
    """Find the k nearest passages of each query by comparing with all of them.

    Returns rows, int64, and similarities, float32, both of shape (queries, min(k, passages)), best first.
    """
    k = min(k, len(passages))
    rows = np.empty((len(queries), k), np.int64)
    similarities = np.empty((len(queries), k), np.float32)
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK] @ passages.T
        best = np.argpartition(-block, k - 1, axis=1)[:, :k] if k else np.empty((len(block), 0), np.int64)
        values = np.take_along_axis(block, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        rows[start : start + _BLOCK] = np.take_along_axis(best, order, axis=1)
        similarities[start : start + _BLOCK] = np.take_along_axis(values, order, axis=1)
    return rows, similarities


def neighbour_recall(
    found: Sequence[int], query: Vectors, passages: Vectors, exact: Vectors, k: int, slack: float = 1e-5
) -> float:
    """Share of the k nearest passages that were found, in [0, 1].

    A found passage counts when it is as near as the k-th nearest (less `slack`, the rounding of a dot product):
    copies of one passage are as good as each other. `exact` are the similarities of the nearest, best first.
    """
    k = min(k, len(exact))
    rows = list(dict.fromkeys(row for row in found[:k] if 0 <= row < len(passages)))
    if not k:
        return 1.0
    if not rows:
        return 0.0
    near = passages[rows] @ query >= exact[k - 1] - slack
    return float(np.count_nonzero(near)) / k


def by_article(rows: Sequence[int], article_of: Sequence[int] | NDArray[np.int64], limit: int) -> list[int]:
    """Turn passages, best first, into articles: each where its best passage is, at most `limit`."""
    return list(dict.fromkeys(int(article_of[row]) for row in rows))[:limit]


def ndcg(found: Sequence[int], grades: Mapping[int, int], k: int = 10) -> float:
    """Give nDCG at k with the grade as gain and log2(rank + 1) as discount, in [0, 1]; 0 where nothing is relevant."""
    gained = _gain([grades.get(article, 0) for article in found[:k]])
    ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return gained / ideal if ideal else 0.0


def relevant_recall(found: Sequence[int], grades: Mapping[int, int], k: int = 10) -> float:
    """Share of all relevant articles that are among the first k, in [0, 1]; 0 where nothing is relevant."""
    relevant = {article for article, grade in grades.items() if grade > 0}
    return len(relevant.intersection(found[:k])) / len(relevant) if relevant else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
