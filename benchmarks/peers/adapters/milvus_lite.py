"""Milvus Lite: a dense field, and a sparse one that its BM25 function fills; hybrid search with the RRF ranker.

https://milvus.io/docs/milvus_lite.md and https://milvus.io/docs/multi-vector-search.md
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_NAME, _BATCH, _DEPTH, _LONGEST = "passages", 2_000, 50, 65_535


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._client = MilvusClient(str(folder / "milvus.db"))
        self._params: dict[str, Any] = {"metric_type": "IP"}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST, enable_analyzer=True)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["sparse"]))
        indexes = self._client.prepare_index_params()
        indexes.add_index("dense", index_type="AUTOINDEX", metric_type="IP")
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        self._client.create_collection(_NAME, schema=schema, index_params=indexes)
        for start in range(0, len(texts), _BATCH):
            rows = range(start, min(start + _BATCH, len(texts)))
            fields = [{"row": row, "text": texts[row], "dense": vectors[row].tolist()} for row in rows]
            self._client.insert(_NAME, fields)
        self._client.flush(_NAME)
        self._client.load_collection(_NAME)

    def use(self, setting: Setting) -> None:
        """`ef`: how many candidates the walk through the graph keeps."""
        self._params = {"metric_type": "IP"} | ({"params": {"ef": setting["ef"]}} if "ef" in setting else {})

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        found = self._client.search(
            _NAME, [vector.tolist()], limit=k, anns_field="dense", search_params=self._params, output_fields=["row"]
        )
        return [hit["row"] for hit in found[0]]

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        depth = max(_DEPTH, k)
        requests = [
            AnnSearchRequest([vector.tolist()], "dense", self._params, depth),
            AnnSearchRequest([text], "sparse", {"metric_type": "BM25"}, depth),
        ]
        found = self._client.hybrid_search(_NAME, requests, RRFRanker(60), limit=k, output_fields=["row"])
        return [hit["row"] for hit in found[0]]


if __name__ == "__main__":
    main(Engine, ["pymilvus", "milvus-lite"])
