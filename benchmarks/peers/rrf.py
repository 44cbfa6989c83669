"""Reciprocal rank fusion, for the peers that leave it to whoever uses them. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

CONSTANT = 60
"""Of the paper (Cormack, Clarke and Büttcher 2009)."""


def fuse(rankings: Sequence[Sequence[int]], k: int) -> list[int]:
    """Fuse rankings of rows, best first, into the k with the highest sum of 1 / (60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] = scores.get(row, 0.0) + 1 / (CONSTANT + rank)
    return sorted(scores, key=lambda row: -scores[row])[:k]
