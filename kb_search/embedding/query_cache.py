"""Query → vector, of the queries of late: what many people ask is embedded once. Bounded, in memory alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class CacheCounts(NamedTuple):
    """How often a cache was asked, and what it holds."""

    hits: int
    misses: int
    entries: int
    capacity: int


class QueryCache:
    """The most recently used vectors, by model fingerprint and text; a capacity of 0 keeps none. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._vectors: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self._hits = self._misses = 0

    def get(self, fingerprint: str, text: str) -> NDArray[np.float32] | None:
        """Give the vector of a text, the caller's to change, or None."""
        key = (fingerprint, text)
        with self._lock:
            found = self._vectors.get(key)
            if found is None:
                self._misses += 1
                return None
            self._hits += 1
            self._vectors.move_to_end(key)
        return found.copy()

    def put(self, fingerprint: str, text: str, vector: NDArray[np.float32]) -> None:
        """Keep a copy of a vector; what was asked for longest ago makes room."""
        if not self._capacity:
            return
        key, kept = (fingerprint, text), vector.copy()
        with self._lock:
            self._vectors[key] = kept
            self._vectors.move_to_end(key)
            if len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)

    def counts(self) -> CacheCounts:
        """Say how often it was asked, and how many vectors it holds."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, len(self._vectors), self._capacity)
