"""Texts → token ids, as long as the model takes them. The only user of the tokenizer library at run time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Tokens:
    """The tokenizer of a converted model. Thread-safe."""

    def __init__(self, path: Path, limit: int) -> None:
        """Load tokenizer.json; `limit` is the longest input of the model, in tokens."""
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))
        self._limit = limit

    def one(self, text: str) -> list[int]:
        """Give the token ids of a text, special ones included, never none."""
        return self._clip(self._tokenizer.encode(text))

    def many(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the token ids of each text, on all cores; see `one`."""
        return [self._clip(encoding) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without special ones."""
        return [len(found) for found in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _clip(self, encoding: Any) -> list[int]:
        """Give no more than the model takes, with the special token at the end if there is one."""
        ids: list[int] = encoding.ids
        limit = self._limit
        if len(ids) > limit:
            return ids[: limit - 1] + ids[-1:] if encoding.special_tokens_mask[-1] else ids[:limit]
        return ids or [0]  # no model runs on nothing at all: an empty text, and no special tokens
