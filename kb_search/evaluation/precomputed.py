"""Query vectors embedded once, in batches, and served from memory to every mode of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder, ModelSpec, common_words
from kb_search.searcher import Searcher
from kb_search.text.normalize import normalize

_BATCH = 256


class PrecomputedQueries:
    """An Embedder that knows the vectors of some queries; any other text goes to the embedder behind it.

    Results are those of the embedder itself: a text's vector does not depend on when it was embedded. In bf16 it
    depends on the other texts of its batch, by less than the rounding of one weight (cosine above 0.99999).
    """

    def __init__(
        self, embedder: Embedder, texts: Iterable[str], tick: Callable[[int], None] = lambda embedded: None
    ) -> None:
        """Embed `texts` as queries, each once; `tick` gets the size of each batch. Raises what the embedder raises."""
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}
        # The searcher hands over the normalised text, and cuts one that is too long: that one is embedded when asked.
        known = list(dict.fromkeys(normalize(text) for text in texts))
        for start in range(0, len(known), _BATCH):
            batch = known[start : start + _BATCH]
            self._vectors.update(zip(batch, embedder.embed_queries(batch), strict=True))
            tick(len(batch))

    @property
    def spec(self) -> ModelSpec:
        """The identity of the embedder behind this one."""
        return self._embedder.spec

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        if not texts:
            return self._embedder.embed_queries(texts)
        # A query that is corrected is asked otherwise than it is written: it is kept for the next mode.
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, self._embedder.embed_queries(missing), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        return self._embedder.embed_passages(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return self._embedder.count_tokens(texts)

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return common_words(self._embedder)(word)


def with_known_queries(
    searcher: Searcher, texts: Iterable[str], tick: Callable[[int], None] = lambda done: None
) -> Searcher:
    """Give the same searcher in all but its embedder, which knows the vectors of `texts`.

    The snapshot is shared, and stays the given searcher's to close.
    """
    return searcher.with_embedder(PrecomputedQueries(searcher.embedder, texts, tick))
