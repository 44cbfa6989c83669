"""How far a mean could have come out otherwise: 95 % intervals by resampling queries (Efron's percentile method).

The topics of one query are drawn together: three locales of one question are not three independent questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb_search.evaluation.metrics import Table, auroc

RESAMPLES = 1_000
_SEED = 20_240_229
_TAILS = (2.5, 97.5)
_CACHED = 2_000
"""Draws for more queries than this are made anew: a table of them would take many megabytes."""

Scores = NDArray[np.float64]
"""One score per query."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean (or an AUROC, or a difference of two) and its 95 % interval."""

    mean: float
    low: float
    high: float


def estimates(values: Table, queries: Sequence[str]) -> list[Estimate]:
    """Mean and interval of every column; `queries` names the query of each row. Equal input, equal output."""
    if not len(values):
        return []
    _, group = np.unique(np.asarray(queries), return_inverse=True)
    sizes = np.bincount(group)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, group, values)
    drawn = _draws(len(sizes))
    means = (drawn @ sums) / (drawn @ sizes)[:, None]
    low, high = np.percentile(means, _TAILS, axis=0)
    return [Estimate(*map(float, row)) for row in zip(values.mean(axis=0), low, high, strict=True)]


def auroc_estimate(negatives: Scores, positives: Scores) -> Estimate:
    """AUROC and its interval, both kinds of query resampled for themselves; neither may be empty."""
    return _estimate(auroc(negatives, positives), _resampled_auroc(negatives, positives))


def auroc_difference(first: tuple[Scores, Scores], second: tuple[Scores, Scores]) -> Estimate:
    """AUROC of the first less that of the second, paired: (negatives, positives) are of the same queries in both."""
    resampled = _resampled_auroc(*first) - _resampled_auroc(*second)
    return _estimate(auroc(*first) - auroc(*second), resampled)


def _estimate(value: float, resampled: NDArray[np.float64]) -> Estimate:
    low, high = np.percentile(resampled, _TAILS)
    return Estimate(value, float(low), float(high))


def _resampled_auroc(negatives: Scores, positives: Scores) -> NDArray[np.float64]:
    """AUROC of every resample: float64 of shape (RESAMPLES,). A query drawn twice makes its pairs twice."""
    # Other draws for the one kind than for the other, or kinds of equal size would be drawn in step.
    idle, fitting = _draws(len(negatives), 0)[:, np.argsort(negatives, kind="stable")], _draws(len(positives), 1)
    below = np.hstack([np.zeros((RESAMPLES, 1)), idle.cumsum(axis=1)])
    low = np.sort(negatives)
    pairs = below[:, np.searchsorted(low, positives, "left")] + below[:, np.searchsorted(low, positives, "right")]
    shares: NDArray[np.float64] = (fitting * pairs).sum(axis=1) / 2 / (len(negatives) * len(positives))
    return shares


def _draws(count: int, stream: int = 0) -> NDArray[np.float64]:
    """How often each of `count` queries is in each resample: float64 of shape (RESAMPLES, count)."""
    draw = _cached_counts if count <= _CACHED else _counts
    return draw(count, stream).astype(np.float64)


def _counts(count: int, stream: int) -> NDArray[np.uint16]:
    random = np.random.default_rng(_SEED + stream)
    rows = (np.bincount(random.integers(count, size=count), minlength=count) for _ in range(RESAMPLES))
    return np.stack(list(rows)).astype(np.uint16)


# Every mode, view and index has groups of the same sizes; drawing is what takes the time.
_cached_counts = lru_cache(maxsize=64)(_counts)
