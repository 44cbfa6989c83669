"""Chroma, persistent client. Its local mode has no hybrid search (`Search is not implemented for Local Chroma`).

https://docs.trychroma.com/docs/collections/configure
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_BATCH = 5_000


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
        self._hnsw: dict[str, object] = {"space": "cosine"}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        self._collection = fill(self._client, self._hnsw, texts, vectors)

    def use(self, setting: Setting) -> None:
        """`ef_search` is set when the collection is made: changing it on an open collection has no effect."""
        if "ef_search" in setting:
            self._hnsw["ef_search"] = setting["ef_search"]

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        return [
            int(row) for row in self._collection.query(query_embeddings=[vector], n_results=k, include=[])["ids"][0]
        ]

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """Refuse: there is none."""
        raise NotImplementedError("Chroma's local mode has no hybrid search")


def fill(
    client: chromadb.api.ClientAPI, hnsw: dict[str, object], texts: Sequence[str], vectors: Vectors
) -> chromadb.Collection:
    """Make a collection of all passages; ids are row numbers."""
    collection = client.create_collection("passages", configuration={"hnsw": hnsw}, embedding_function=None)
    for start in range(0, len(texts), _BATCH):
        rows = range(start, min(start + _BATCH, len(texts)))
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=vectors[rows.start : rows.stop],
            documents=list(texts[rows.start : rows.stop]),
        )
    return collection


if __name__ == "__main__":
    main(Engine, ["chromadb"])
