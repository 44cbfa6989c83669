"""Chunks → vectors: from the cache where the text was seen before, through the model where it was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.embedding_cache import EmbeddingCache, text_key
from kb_search.embedding.base import Embedder

Progress = Callable[[int, int], None]
"""Called with (done, total) as the work goes on."""

_SLICE_TOKENS = 16_384
"""Between two commits of the cache: a few seconds of work that a kill can cost."""


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """Which texts are in the cache (`vectors`, by key) and which are to be embedded (`missing`, each once)."""

    keys: list[bytes]
    vectors: dict[bytes, NDArray[np.float32]]
    missing: dict[bytes, str]

    @property
    def reused(self) -> int:
        """Count the chunks that need no model call of their own: the text is in the cache, or embedded once already."""
        return len(self.keys) - len(self.missing)


@dataclass(frozen=True, slots=True)
class EmbeddingPlans:
    """All that a build embeds: the chunks as passages, and the names of every article as the queries they would be."""

    chunks: EmbeddingPlan
    names: EmbeddingPlan

    @property
    def keys(self) -> set[bytes]:
        """Everything in use, for the cache to keep."""
        return {*self.chunks.keys, *self.names.keys}


def plan_embedding(
    texts: Sequence[str], cache: EmbeddingCache | None, fingerprint: str, role: str = ""
) -> EmbeddingPlan:
    """Look up every text; without a cache, all are to be embedded. See text_key for `role`."""
    keys = [text_key(text, role) for text in texts]
    found = cache.get(fingerprint, list(dict.fromkeys(keys))) if cache else {}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
    return EmbeddingPlan(keys, found, missing)


def embed_missing(
    plans: EmbeddingPlans, embedder: Embedder, cache: EmbeddingCache, generation: int, progress: Progress
) -> None:
    """Embed what is missing, slice by slice, keeping each finished slice in the cache and in the plan's `vectors`."""
    total, done = len(plans.chunks.missing) + len(plans.names.missing), 0
    progress(done, total)
    for plan, embed in ((plans.chunks, embedder.embed_passages), (plans.names, embedder.embed_queries)):
        for keys, texts in _slices(plan.missing, embedder):
            vectors = embed(texts)
            cache.put(embedder.spec.fingerprint, zip(keys, vectors, strict=True), generation)
            plan.vectors.update(zip(keys, vectors, strict=True))
            done += len(keys)
            progress(done, total)


def _slices(missing: dict[bytes, str], embedder: Embedder) -> Iterator[tuple[list[bytes], list[str]]]:
    """Group texts of like length (little padding); the order depends on the texts alone, not on their files."""
    items = list(missing.items())
    lengths = embedder.count_tokens([text for _, text in items])
    order = sorted(range(len(items)), key=lambda row: (-lengths[row], items[row][0]))
    keys: list[bytes] = []
    texts: list[str] = []
    held = 0
    for row in order:
        keys.append(items[row][0])
        texts.append(items[row][1])
        held += lengths[row] + 1
        if held >= _SLICE_TOKENS:
            yield keys, texts
            keys, texts, held = [], [], 0
    if keys:
        yield keys, texts
