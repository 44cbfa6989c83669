"""A hand-rolled engine by someone who knows FAISS: 2-bit RaBitQ codes, exact re-ranking, and tantivy for keywords.

https://github.com/facebookresearch/faiss/wiki/Fast-accumulation-of-PQ-and-AQ-codes-(FastScan) and
https://tantivy-py.readthedocs.io/en/latest/tutorials/
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import tantivy

from benchmarks.peers.protocol import Job, Setting, Vectors, main
from benchmarks.peers.rrf import fuse

_DEPTH, _RERANKED, _BITS = 50, 200, 2


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder = folder
        faiss.omp_set_num_threads(1)

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        exact = np.lib.format.open_memmap(self._folder / "vectors.npy", "w+", np.float32, vectors.shape)
        exact[:] = vectors
        exact.flush()
        self._exact = np.asarray(exact)
        self._index = faiss.IndexRaBitQFastScan(vectors.shape[1], faiss.METRIC_INNER_PRODUCT, 32, _BITS)
        self._index.train(np.ascontiguousarray(vectors))
        self._index.add(np.ascontiguousarray(vectors))
        faiss.write_index(self._index, str(self._folder / "codes.faiss"))
        schema = tantivy.SchemaBuilder().add_integer_field("row", stored=True, fast=True)
        # Not stored here: fetching a row number would unpack the texts around it.
        schema = schema.add_text_field("text", stored=False, tokenizer_name="en_stem").build()
        folder = self._folder / "keywords"
        folder.mkdir()
        self._keywords = tantivy.Index(schema, str(folder))
        writer = self._keywords.writer()
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(row=row, text=text))
        writer.commit()
        writer.wait_merging_threads()
        self._keywords.reload()
        self._searcher = self._keywords.searcher()
        (self._folder / "texts.json").write_text(json.dumps(list(texts)), "utf-8")

    def use(self, setting: Setting) -> None:
        """There is nothing to set."""

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        candidates = self._index.search(vector[None], max(_RERANKED, k))[1][0]
        candidates = np.sort(candidates[candidates >= 0])
        best = np.argsort(-(self._exact[candidates] @ vector), kind="stable")[:k]
        rows: list[int] = candidates[best].tolist()
        return rows

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        depth = max(_DEPTH, k)
        query = self._keywords.parse_query(" ".join(re.findall(r"\w+", text.lower())), ["text"])
        hits = self._searcher.search(query, depth, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return fuse([self.dense(vector, depth), rows], k)


if __name__ == "__main__":
    main(Engine, ["faiss-cpu", "tantivy"])
