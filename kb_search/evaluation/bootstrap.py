"""How far a mean could have come out otherwise: 95 % intervals by resampling queries (Efron's percentile method).

The topics of one query are drawn together: three locales of one question are not three independent questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_search.evaluation.metrics import Table

RESAMPLES = 1_000
_SEED = 20_240_229
_TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95 % interval."""

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


def _draws(count: int) -> NDArray[np.float64]:
    """How often each of `count` queries is in each resample: float64 of shape (RESAMPLES, count)."""
    random = np.random.default_rng(_SEED)
    rows = (np.bincount(random.integers(count, size=count), minlength=count) for _ in range(RESAMPLES))
    return np.stack(list(rows)).astype(np.float64)
