"""The fallback: sentence-transformers itself, on torch. Slower and heavier, and it runs every model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding import convert
from kb_search.embedding.base import ModelSpec


class TorchEmbedder:
    """See Embedder. One text batch at a time: torch already uses all cores."""

    def __init__(self, model: str, cache: Path, threads: int = 0) -> None:
        """Load a model by packaged name, folder or hub name. Raises MissingExtra or ModelError."""
        self._model, folder = convert.load_sentence_transformer(model, cache)
        self._spec = convert.describe(self._model, model, folder)
        self._lock = threading.Lock()
        if threads:
            import torch

            torch.set_num_threads(threads)

    @property
    def spec(self) -> ModelSpec:
        """The identity of the model."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the passage prompt; see Embedder."""
        return self._embed(self._spec.passage_prompt, texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the query prompt; see Embedder."""
        return self._embed(self._spec.query_prompt, texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count tokens without prompt and special tokens; see Embedder."""
        with self._lock:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def is_common(self, word: str) -> bool:
        """See Lexicon."""
        return self.count_tokens([word]) == [1]

    def _embed(self, prompt: str, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self._spec.dimension), np.float32)
        with self._lock:
            vectors = self._model.encode(
                list(texts), prompt=prompt, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)
