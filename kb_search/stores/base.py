"""What the searcher asks of a store: arrays in, ordinals and scores out. No engine is named here.

Ordinals are row numbers of a generation: article ordinals follow the sorted ids, chunk ordinals follow the
articles. Scores mean the same for every engine of a kind: dot products for vectors, BM25 for keywords;
higher is better, best first, ties by ordinal, at most k, each ordinal once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kb_search.text.slots import Word

Ordinals = NDArray[np.int64]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Ranking(NamedTuple):
    """Ordinals, int64 of shape (n,), and their scores, float32 of shape (n,), best first."""

    ordinals: Ordinals
    scores: Scores


def gathered(starts: Ordinals, counts: Ordinals) -> tuple[Ordinals, Ordinals]:
    """List runs of numbers, each from its start on, one after the other, and the place of the run of each.

    `starts` and `counts` are int64 of shape (runs,), the result of shape (numbers,).
    """
    places = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(places)) + (starts - before)[places], places


class VectorStore(Protocol):
    """Nearest chunks of one view."""

    @property
    def rows(self) -> Ordinals:
        """The chunk ordinals of this view, ascending, int64."""
        ...

    def search(self, query: NDArray[np.float32], k: int, allowed: Mask | None = None) -> Ranking:
        """Return the k chunks nearest to `query` (float32, shape (dimension,), of any length).

        `allowed` is indexed by chunk ordinal: chunks that are False in it are as if they were not there.
        """
        ...

    def similarity(self, query: NDArray[np.float32], chunks: Ordinals) -> Scores:
        """Exact dot product of `query` with the given chunks, float32 of shape (len(chunks),)."""
        ...


class KeywordStore(Protocol):
    """Best articles of one view and locale by BM25 over our own terms."""

    def search(self, words: Sequence[Word], k: int, allowed: Mask | None = None) -> Ranking:
        """Return the k articles with the highest sum over `words`; `allowed` is indexed by article ordinal.

        A word adds the best of its clauses, a clause the BM25 of its terms times its boost.
        """
        ...

    def scores(self, words: Sequence[Word], articles: Ordinals) -> Scores:
        """Score the given articles of this locale alone: as `search` would within 1e-6, 0 for those that do not match.

        `articles` are ascending; float32 of their shape.
        """
        ...

    def document_frequency(self, term: str) -> int:
        """Count the articles of this view and locale that contain a term."""
        ...

    @property
    def size(self) -> int:
        """The number of articles of this view and locale."""
        ...
