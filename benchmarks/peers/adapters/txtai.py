"""txtai: `hybrid=True`, its own mix of scores. Vectors come in from outside, by a transform, as its page shows.

https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid and .../configuration/ann/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import txtai

from benchmarks.peers.protocol import Job, Setting, Vectors, main


class Engine:
    """See protocol.Engine. Its dense figures are of its inner part: no public call searches one branch of two."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder = folder
        self._faiss: dict[str, int] = {}
        self._next: Vectors = np.empty((0, 0), np.float32)

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        # A lambda: txtai would call any other callable without arguments, to get the function from it.
        given = lambda texts: self._given(texts)  # noqa: E731
        self._embeddings = txtai.Embeddings(
            method="external", transform=given, hybrid=True, content=True, faiss=self._faiss
        )
        self._next = vectors
        self._embeddings.index((row, text, None) for row, text in enumerate(texts))
        self._embeddings.save(str(self._folder / "index"))

    def use(self, setting: Setting) -> None:
        """`nprobe`: how many cells of the inverted file are looked at."""
        self._faiss.clear()
        self._faiss.update({name: setting[name] for name in ("nprobe",) if name in setting})

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        return [row for row, _ in self._embeddings.ann.search(vector[None], k)[0]]

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        self._next = vector[None]
        found: list[dict[str, Any]] = self._embeddings.search(text, k)
        return [int(one["id"]) for one in found]

    def _given(self, texts: Sequence[Any]) -> Vectors:
        """Hand over the vectors of what is being indexed or asked, which the caller has put down before."""
        given, self._next = self._next[: len(texts)], self._next[len(texts) :]
        return given


if __name__ == "__main__":
    main(Engine, ["txtai"])
