"""What an embedder is: the contract that indexer, searcher and tests share.

Nothing here loads a model. `ModelSpec` is the identity of a model as an index records it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """All that decides which vector a text gets; two models with equal specs are the same model.

    `weights` is the SHA-256 of the weights (and, for a folder, of the tokenizer too), hexadecimal.
    `name` is for people and does not enter the fingerprint.
    """

    name: str
    weights: str
    dimension: int
    pooling: str
    normalized: bool
    query_prompt: str
    passage_prompt: str
    max_tokens: int

    @property
    def fingerprint(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 over every field but the name."""
        fields = {key: value for key, value in asdict(self).items() if key != "name"}
        return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()[:16]


class Embedder(Protocol):
    """Maps texts to unit vectors. Implementations are thread-safe."""

    @property
    def spec(self) -> ModelSpec:
        """The identity of the model behind this embedder."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to be found: float32 of shape (len(texts), dimension), every row of length 1."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to search with: float32 of shape (len(texts), dimension), every row of length 1."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without prompt and special tokens."""
        ...


@runtime_checkable
class Lexicon(Protocol):
    """What an embedder may also be: one that tells common words, in any language, from other strings of letters."""

    def is_common(self, word: str) -> bool:
        """Tell whether a word is a single token: frequent in what the tokenizer was made from, so hardly a slip."""
        ...


def common_words(embedder: Embedder) -> Callable[[str], bool]:
    """Give the test of a common word that an embedder has; one that has none knows no word."""
    return embedder.is_common if isinstance(embedder, Lexicon) else lambda word: False


class QueryVector(NamedTuple):
    """The vector of a query, float32 of shape (dimension,), and what it took, in milliseconds."""

    vector: NDArray[np.float32]
    tokenize_ms: float
    embed_ms: float


@runtime_checkable
class TimedQueries(Protocol):
    """What an embedder may also be: one that embeds a query by itself and says what each step took."""

    def embed_query(self, text: str) -> QueryVector:
        """Embed one text to search with; `embed_ms` has the wait for a free model in it. See Embedder."""
        ...


def embed_query(embedder: Embedder, text: str) -> QueryVector:
    """Embed one query and say what it took; an embedder that does not tell tokenising apart has none."""
    if isinstance(embedder, TimedQueries):
        return embedder.embed_query(text)
    started = time.perf_counter()
    vector = embedder.embed_queries([text])[0]
    return QueryVector(vector, 0.0, (time.perf_counter() - started) * 1e3)
