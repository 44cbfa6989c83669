"""An embedder as it serves: what it was asked of late, it remembers."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder, ModelSpec, QueryVector, common_words, embed_query
from kb_search.embedding.query_cache import CacheCounts, QueryCache


class RememberingEmbedder:
    """See Embedder. Single queries go through a cache; many at a time, and passages, do not."""

    def __init__(self, embedder: Embedder, capacity: int) -> None:
        self._embedder = embedder
        self._cache = QueryCache(capacity)
        self._fingerprint = embedder.spec.fingerprint  # which is worked out anew at every look
        self._is_common = common_words(embedder)

    @property
    def spec(self) -> ModelSpec:
        """The identity of the model."""
        return self._embedder.spec

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        return self._embedder.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        return self.embed_query(texts[0]).vector[None] if len(texts) == 1 else self._embedder.embed_queries(texts)

    def embed_query(self, text: str) -> QueryVector:
        """See TimedQueries; a query that is remembered is not tokenized."""
        started = time.perf_counter()
        known = self._cache.get(self._fingerprint, text)
        if known is not None:
            return QueryVector(known, 0.0, (time.perf_counter() - started) * 1e3)
        found = embed_query(self._embedder, text)
        self._cache.put(self._fingerprint, text, found.vector)
        return found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return self._embedder.count_tokens(texts)

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return self._is_common(word)

    def cache_counts(self) -> CacheCounts:
        """Say how many queries were remembered and how many were not."""
        return self._cache.counts()


def with_query_cache(embedder: Embedder, capacity: int) -> Embedder:
    """Let an embedder remember so many queries; with 0 it is left as it is."""
    return RememberingEmbedder(embedder, capacity) if capacity else embedder
