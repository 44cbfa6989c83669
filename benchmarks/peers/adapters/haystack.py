"""Haystack with its InMemoryDocumentStore: two retrievers and a joiner by reciprocal rank fusion. Nothing on disk.

https://docs.haystack.deepset.ai/docs/inmemorydocumentstore and https://docs.haystack.deepset.ai/docs/documentjoiner
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_DEPTH = 50


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._store = InMemoryDocumentStore(embedding_similarity_function="dot_product", return_embedding=False)
        self._by_meaning = InMemoryEmbeddingRetriever(self._store)
        self._by_words = InMemoryBM25Retriever(self._store)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        rows = enumerate(zip(texts, vectors.tolist(), strict=True))
        self._store.write_documents([Document(str(row), content=text, embedding=v) for row, (text, v) in rows])

    def use(self, setting: Setting) -> None:
        """There is nothing to set."""

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        return _rows(self._by_meaning.run(query_embedding=vector.tolist(), top_k=k))

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        depth = max(_DEPTH, k)
        found = self._by_meaning.run(query_embedding=vector.tolist(), top_k=depth)["documents"]
        worded = self._by_words.run(query=text, top_k=depth)["documents"]
        return _rows(self._joiner.run(documents=[found, worded], top_k=k))


def _rows(found: dict[str, Any]) -> list[int]:
    return [int(document.id) for document in found["documents"]]


if __name__ == "__main__":
    main(Engine, ["haystack-ai"])
