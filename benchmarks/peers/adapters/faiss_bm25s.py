"""What many teams write: exact search by FAISS, keywords by bm25s, reciprocal rank fusion in a few lines.

https://github.com/facebookresearch/faiss/wiki/Guidelines-to-choose-an-index and https://github.com/xhluca/bm25s
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import bm25s
import faiss
import numpy as np

from benchmarks.peers.protocol import Job, Setting, Vectors, main
from benchmarks.peers.rrf import fuse

_DEPTH = 50


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder = folder

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors))
        self._keywords = bm25s.BM25()
        self._keywords.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)
        faiss.write_index(self._index, str(self._folder / "vectors.faiss"))
        self._keywords.save(str(self._folder / "keywords"))
        (self._folder / "texts.json").write_text(json.dumps(list(texts)), "utf-8")

    def use(self, setting: Setting) -> None:
        """There is nothing to set."""

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        rows: list[int] = self._index.search(vector[None], k)[1][0].tolist()
        return rows

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        depth = max(_DEPTH, k)
        tokens = bm25s.tokenize(text, stopwords="en", show_progress=False, return_ids=False)
        rows, scores = self._keywords.retrieve(tokens, k=depth, show_progress=False)
        return fuse([self.dense(vector, depth), rows[0][scores[0] > 0].tolist()], k)


if __name__ == "__main__":
    main(Engine, ["faiss-cpu", "bm25s"])
