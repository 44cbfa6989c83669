"""The local mode of qdrant-client: numpy instead of the engine, meant for trying things out.

Dense search only is timed here: its BM25 needs a model that fastembed downloads.
https://python-client.qdrant.tech/ and https://github.com/qdrant/qdrant-client#local-mode
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qdrant_client import QdrantClient, models

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_NAME, _BATCH = "passages", 2_000


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._client = QdrantClient(path=str(folder))

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        params = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
        self._client.create_collection(_NAME, vectors_config=params)
        for start in range(0, len(texts), _BATCH):
            rows = range(start, min(start + _BATCH, len(texts)))
            payloads = [{"text": texts[row]} for row in rows]
            batch = models.Batch(ids=list(rows), vectors=vectors[rows.start : rows.stop].tolist(), payloads=payloads)
            self._client.upsert(_NAME, batch)

    def use(self, setting: Setting) -> None:
        """There is nothing to set."""

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        found = self._client.query_points(_NAME, query=vector.tolist(), limit=k, with_payload=False)
        return [int(point.id) for point in found.points]

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """Refuse: the words of a text become a vector by a model that has to be downloaded."""
        raise NotImplementedError("qdrant-client's local mode makes BM25 vectors with a model that is downloaded")


if __name__ == "__main__":
    main(Engine, ["qdrant-client"])
