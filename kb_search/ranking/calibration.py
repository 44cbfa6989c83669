"""What an ordinary cosine is for a query, so that a cosine means the same whatever the query. Pure.

This model's vectors lie in a narrow cone: two unrelated texts have a cosine near 0.8, and how near depends on
the query. The mean μ and covariance Σ of a view's vectors give, exactly and without looking at a hit:

* for any query q, the mean (q·μ) and the standard deviation (√qᵀΣq) of its cosines over all chunks of the view;
* for the view, the same over all pairs of chunks: mean μ·μ, and E[(x·y)²] = ‖Σ + μμᵀ‖² (Frobenius).

A hit counts by how many of those deviations it stands above those means, half by each: the first makes queries
comparable within a view, the second keeps a query that is far from everything from being flattered.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt

CALIBRATION_VERSION = 1
"""Bumped when the same vectors would be described otherwise."""

_PRIOR_DEVIATION = 0.03
"""Standard deviation of cosines taken for granted until there are vectors enough to tell."""
_PRIOR_WEIGHT = 50.0
"""… as much as so many vectors would weigh."""


@dataclass(frozen=True)
class Calibration:
    """Mean, float64 of shape (dimension,), and covariance, (dimension, dimension), of `count` unit vectors."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    count: int

    @classmethod
    def fit(cls, vectors: NDArray[np.float32]) -> Calibration:
        """Describe vectors: float32 of shape (n, dimension). The result does not depend on their order beyond 1e-12."""
        count, dimension = vectors.shape
        mean, moment = np.zeros(dimension), np.zeros((dimension, dimension))
        for start in range(0, count, 4096):
            block = vectors[start : start + 4096].astype(np.float64)
            mean += block.sum(axis=0)
            moment += block.T @ block
        mean /= max(count, 1)
        return cls(mean, moment / max(count, 1) - np.outer(mean, mean), count)

    def evidence(self, query: NDArray[np.float32], cosines: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard deviations above the ordinary, for a query's cosines with some chunks; same shape as `cosines`."""
        mean, deviation = self.background(query)
        view_mean, view_deviation = self.pairs
        return (cosines - mean) / (2 * deviation) + (cosines - view_mean) / (2 * view_deviation)

    def background(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """Give mean and standard deviation of the cosines of `query` with all chunks."""
        wide = query.astype(np.float64)
        return float(self.mean @ wide), self._shrunk(float(wide @ self.covariance @ wide))

    @cached_property
    def pairs(self) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of all pairs of chunks."""
        mean = float(self.mean @ self.mean)
        # ‖Σ + μμᵀ‖² − (μ·μ)² = ‖Σ‖² + 2 μᵀΣμ
        return mean, self._shrunk(float((self.covariance**2).sum() + 2 * self.mean @ self.covariance @ self.mean))

    def _shrunk(self, variance: float) -> float:
        known = self.count * max(0.0, variance)
        return float(np.sqrt((known + _PRIOR_WEIGHT * _PRIOR_DEVIATION**2) / (self.count + _PRIOR_WEIGHT)))

    def save(self, path: Path) -> None:
        """Write as .npz, float32: the same values give the same bytes."""
        buffer = io.BytesIO()
        arrays = {"mean": self.mean.astype("<f4"), "covariance": self.covariance.astype("<f4")}
        np.savez(buffer, allow_pickle=False, count=np.int64(self.count), **arrays)
        path.write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read the file of `save`. Raises IndexCorrupt."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                mean, covariance = stored["mean"].astype(np.float64), stored["covariance"].astype(np.float64)
                return cls(mean, covariance, int(stored["count"]))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error
