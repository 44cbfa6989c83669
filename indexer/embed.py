"""Chunks → vectors: from the cache where the text was seen before, through the model where it was not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.embedding_cache import EmbeddingCache, text_key
from kb_search.embedding.base import Embedder

Progress = Callable[[int, int], None]
"""Called with (done, total) as the work goes on."""

_SLICE_BYTES = 65_536
"""Between two commits of the cache: some 16,000 tokens, a few seconds of work that a kill can cost."""

_TEXT_BYTES = 8
"""What a text costs besides its own bytes: prompt and special tokens."""

_AT_ONCE = 2
"""Slices under way: the one that is computed, and the one that is made ready."""


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
    """Embed what is missing, slice by slice, keeping each finished slice in the cache and in the plan's `vectors`.

    While one slice is computed, the next is tokenized and waits for a free core, and the last one is written. Slices
    are kept in their order: of what a slice that fails or a kill costs, there are never more than two.
    """
    total, done = len(plans.chunks.missing) + len(plans.names.missing), 0
    progress(done, total)
    fingerprint = embedder.spec.fingerprint
    with ThreadPoolExecutor(_AT_ONCE, "kb-search-slice") as pool:
        for plan, keys, computing in _computing(plans, embedder, pool):
            vectors = computing.result()
            cache.put(fingerprint, zip(keys, vectors, strict=True), generation)
            plan.vectors.update(zip(keys, vectors, strict=True))
            done += len(keys)
            progress(done, total)


_Computing = tuple[EmbeddingPlan, list[bytes], "Future[NDArray[np.float32]]"]


def _computing(plans: EmbeddingPlans, embedder: Embedder, pool: ThreadPoolExecutor) -> Iterator[_Computing]:
    """Hand out slices in order, each as soon as it is at the front, with one more under way behind it."""
    begun: deque[_Computing] = deque()
    for plan, embed in ((plans.chunks, embedder.embed_passages), (plans.names, embedder.embed_queries)):
        for keys, texts in _slices(plan.missing):
            begun.append((plan, keys, pool.submit(embed, texts)))
            if len(begun) == _AT_ONCE:
                yield begun.popleft()
    while begun:
        yield begun.popleft()


def _slices(missing: dict[bytes, str]) -> Iterator[tuple[list[bytes], list[str]]]:
    """Group texts of like length; the order depends on the texts alone, not on their files.

    Bytes stand for tokens here: counting tokens takes as long as tokenizing, which the embedder does anyway, and by
    which it sorts the texts of a slice once more.
    """
    order = sorted(missing.items(), key=lambda item: (-len(item[1].encode("utf-8", "surrogatepass")), item[0]))
    keys: list[bytes] = []
    texts: list[str] = []
    held = 0
    for key, text in order:
        keys.append(key)
        texts.append(text)
        held += len(text.encode("utf-8", "surrogatepass")) + _TEXT_BYTES
        if held >= _SLICE_BYTES:
            yield keys, texts
            keys, texts, held = [], [], 0
    if keys:
        yield keys, texts
