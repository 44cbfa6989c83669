"""Qdrant Edge: HNSW and BM25 as sparse vectors in one shard, fused by RRF inside the engine.

https://qdrant.tech/documentation/edge/edge-bm25/ and https://qdrant.tech/documentation/search/hybrid-queries/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import qdrant_edge as edge

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_BATCH, _DEPTH = 1_000, 50


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder = folder
        # Text in many languages has no one stemmer: the page's default is English.
        self._bm25 = edge.Bm25(edge.Bm25Config(language="english"))
        self._params = edge.SearchParams()

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        config = edge.EdgeConfig(
            # The vectors have length 1: Dot is Cosine without the engine scaling them again.
            vectors={"dense": edge.EdgeVectorParams(size=vectors.shape[1], distance=edge.Distance.Dot)},
            sparse_vectors={"text": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        )
        self._shard = edge.EdgeShard.create(str(self._folder), config)
        for start in range(0, len(texts), _BATCH):
            rows = range(start, min(start + _BATCH, len(texts)))
            points = [
                edge.Point(
                    row,
                    {"dense": vectors[row].tolist(), "text": self._bm25.embed_document(texts[row])},
                    {"text": texts[row]},
                )
                for row in rows
            ]
            self._shard.update(edge.UpdateOperation.upsert_points(points))
        self._shard.optimize()
        self._shard.flush()

    def use(self, setting: Setting) -> None:
        """`hnsw_ef`: how many candidates the walk through the graph keeps."""
        self._params = edge.SearchParams(hnsw_ef=setting.get("hnsw_ef"))

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        query = edge.Query.Nearest(vector.tolist(), using="dense")
        return self._ids(edge.QueryRequest(limit=k, query=query, params=self._params))

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        depth = max(_DEPTH, k)
        by_meaning = edge.Query.Nearest(vector.tolist(), using="dense")
        by_words = edge.Query.Nearest(self._bm25.embed_query(text), using="text")
        prefetches = [
            edge.Prefetch(limit=depth, query=by_meaning, params=self._params),
            edge.Prefetch(limit=depth, query=by_words),
        ]
        return self._ids(edge.QueryRequest(limit=k, query=edge.Fusion.Rrf(k=60), prefetches=prefetches))

    def _ids(self, request: edge.QueryRequest) -> list[int]:
        return [point.id for point in self._shard.query(request)]


if __name__ == "__main__":
    main(Engine, ["qdrant-edge-py"])
