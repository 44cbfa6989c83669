"""What an ordinary similarity is for a query, so that a similarity means the same whatever the query. Pure.

This model's vectors lie in a narrow cone: two unrelated texts have a cosine near 0.8, and how near depends on the query
and on its language. Two corrections, both learnt from the view itself:

* **Focus.** A few passages (stubs, indexes, long lists) are near every query: hubs (Radovanović and others, 2010). The
  titles of a view, embedded as queries, show what any query of their language is near to. A passage's similarity
  counts less a share h of its mean similarity to those titles, which is the same as subtracting h times the mean
  title from the query: q·c − h·t̄·c = (q − h·t̄)·c, exact and without a value per passage.
* **Background.** The mean μ and covariance Σ of a view's vectors give, exactly and without looking at a hit, for a
  focused query f the mean (f·μ) and standard deviation (√fᵀΣf) of its similarities with all passages, and the same
  over all pairs of passages, one of them focused alike: (μ−s)·μ and √(‖Σ‖² + (μ−s)ᵀΣ(μ−s) + μᵀΣμ) with s = h·t̄.
  A hit counts by how many of those deviations it stands above those means, half by each: the first makes queries
  comparable within a view, the second keeps a query that is far from everything from being flattered.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt

CALIBRATION_VERSION = 3
"""Bumped when the same vectors would be described otherwise."""

_SHARE = 0.6
"""h, of what the titles of the query's language have in common."""
_FEW_TITLES = 10.0
"""A language with so many titles gets half of that share: few do not show what all queries have in common."""

_PRIOR_DEVIATION = 0.03
"""Standard deviation of similarities taken for granted until there are vectors enough to tell."""
_PRIOR_WEIGHT = 50.0
"""… as much as so many vectors would weigh."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Titles:
    """Mean, float64 of shape (dimension,), of `count` titles of one language, embedded as queries."""

    mean: Vector
    count: int


@dataclass(frozen=True, slots=True)
class Focus:
    """A query less what queries of its language have in common: `vector`, float32 of shape (dimension,).

    `background` and `pairs` are mean and standard deviation of ordinary similarities with it.
    """

    vector: NDArray[np.float32]
    background: tuple[float, float]
    pairs: tuple[float, float]

    def evidence(self, similarities: Vector) -> Vector:
        """Standard deviations above the ordinary, for dot products with `vector`; same shape as `similarities`."""
        (mean, deviation), (view_mean, view_deviation) = self.background, self.pairs
        return (similarities - mean) / (2 * deviation) + (similarities - view_mean) / (2 * view_deviation)


@dataclass(frozen=True)
class Calibration:
    """Mean, float64 of shape (dimension,), and covariance, (dimension, dimension), of `count` unit vectors.

    `titles` is by language, without regions.
    """

    mean: Vector
    covariance: Vector
    count: int
    titles: Mapping[str, Titles] = field(default_factory=dict)

    @classmethod
    def fit(cls, vectors: NDArray[np.float32], titles: Mapping[str, NDArray[np.float32]] | None = None) -> Calibration:
        """Describe vectors: float32 of shape (n, dimension). The result does not depend on their order beyond 1e-12.

        `titles` has, by language, the vectors of the view's titles embedded as queries, float32 of shape (articles,
        dimension).
        """
        count, dimension = vectors.shape
        mean, moment = np.zeros(dimension), np.zeros((dimension, dimension))
        for start in range(0, count, 4096):
            block = vectors[start : start + 4096].astype(np.float64)
            mean += block.sum(axis=0)
            moment += block.T @ block
        mean /= max(count, 1)
        known = {
            language: Titles(rows.mean(axis=0, dtype=np.float64), len(rows))
            for language, rows in (titles or {}).items()
            if len(rows)
        }
        return cls(mean, moment / max(count, 1) - np.outer(mean, mean), count, known)

    def focus(self, query: NDArray[np.float32], languages: Mapping[str, float]) -> Focus:
        """Focus a query, a unit vector, float32 of shape (dimension,); `languages` is language → its probability.

        Where they say nothing of the view's languages, all of its titles count alike.
        """
        likely = [(languages.get(language, 0.0), known) for language, known in self.titles.items()]
        if not sum(probability for probability, _ in likely):
            likely = [(known.count, known) for known in self.titles.values()]
        total = sum(probability for probability, _ in likely)
        shift = np.zeros_like(self.mean)
        for probability, known in likely:
            shift += probability / total * _SHARE * known.count / (known.count + _FEW_TITLES) * known.mean
        wide = query.astype(np.float64) - shift
        return Focus(wide.astype(np.float32), self._background(wide), self._pairs(shift))

    def unfocused(self, vector: NDArray[np.float32]) -> Focus:
        """Take a vector that is no query as it is: a passage, or the middle of an article."""
        return Focus(vector, self._background(vector.astype(np.float64)), self._pairs(np.zeros_like(self.mean)))

    @cached_property
    def _unshifted(self) -> float:
        """‖Σ‖² + μᵀΣμ, what is the same for every query."""
        return float((self.covariance**2).sum() + self._spread(self.mean))

    def _background(self, focused: Vector) -> tuple[float, float]:
        return float(self.mean @ focused), self._shrunk(self._spread(focused))

    def _pairs(self, shift: Vector) -> tuple[float, float]:
        shifted = self.mean - shift
        return float(shifted @ self.mean), self._shrunk(self._unshifted + self._spread(shifted))

    def _spread(self, vector: Vector) -> float:
        """vᵀΣv, row by row: a matrix product of this size wakes all the threads of BLAS, who then wait, spinning."""
        return float(np.vecdot(self.covariance, vector) @ vector)

    def _shrunk(self, variance: float) -> float:
        known = self.count * max(0.0, variance)
        return float(np.sqrt((known + _PRIOR_WEIGHT * _PRIOR_DEVIATION**2) / (self.count + _PRIOR_WEIGHT)))

    def save(self, path: Path) -> None:
        """Write as .npz, float32: the same values give the same bytes."""
        buffer = io.BytesIO()
        languages = sorted(self.titles)
        np.savez(
            buffer,
            allow_pickle=False,
            count=np.int64(self.count),
            mean=self.mean.astype("<f4"),
            covariance=self.covariance.astype("<f4"),
            languages=np.array(languages, dtype=np.str_),
            titles=np.array([self.titles[name].mean for name in languages], "<f4").reshape(-1, len(self.mean)),
            title_counts=np.array([self.titles[name].count for name in languages], np.int64),
        )
        path.write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read the file of `save`. Raises IndexCorrupt."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                rows = zip(
                    stored["languages"], stored["titles"].astype(np.float64), stored["title_counts"], strict=True
                )
                return cls(
                    mean=stored["mean"].astype(np.float64),
                    covariance=stored["covariance"].astype(np.float64),
                    count=int(stored["count"]),
                    titles={str(language): Titles(mean, int(count)) for language, mean, count in rows},
                )
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error
