"""What an embedder is: the contract that indexer, searcher and tests share.

Nothing here loads a model. `ModelSpec` is the identity of a model as an index records it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

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
