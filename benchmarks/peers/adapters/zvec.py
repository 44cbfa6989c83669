"""zvec: HNSW and full-text search in one collection, fused by its RRF reranker. Settings are those of its docstrings.

https://zvec.org/en/docs/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zvec

from benchmarks.peers.protocol import Job, Setting, Vectors, main

_BATCH = 1_000


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._path = folder / "collection"
        self._reranker = zvec.RrfReRanker(rank_constant=60)
        self._setting: Setting = {}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        graph = {name: self._setting[name] for name in ("m", "ef_construction") if name in self._setting}
        hnsw = zvec.HnswIndexParam(metric_type=zvec.MetricType.IP, **graph)
        words = zvec.FtsIndexParam(filters=["lowercase", "stemmer"])
        schema = zvec.CollectionSchema(
            "passages",
            fields=zvec.FieldSchema("text", zvec.DataType.STRING, index_param=words),
            vectors=zvec.VectorSchema("vector", zvec.DataType.VECTOR_FP32, vectors.shape[1], index_param=hnsw),
        )
        self._collection = zvec.create_and_open(str(self._path), schema)
        for start in range(0, len(texts), _BATCH):
            rows = range(start, min(start + _BATCH, len(texts)))
            self._collection.insert(
                [zvec.Doc(str(row), fields={"text": texts[row]}, vectors={"vector": vectors[row]}) for row in rows]
            )
        self._collection.optimize()
        self._collection.flush()

    def use(self, setting: Setting) -> None:
        """`m`, `ef_construction`: size of the graph, when building; `ef`: candidates that a walk through it keeps."""
        self._setting = setting

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        return _rows(self._collection.query(self._nearest(vector), topk=k, output_fields=[]))

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine. Each branch finds as many as are asked for, which is how it is documented."""
        worded = zvec.Query("text", fts=zvec.Fts(match_string=text))
        queries = [self._nearest(vector), worded]
        return _rows(self._collection.query(queries, topk=k, output_fields=[], reranker=self._reranker))

    def _nearest(self, vector: Vectors) -> zvec.Query:
        param = zvec.HnswQueryParam(ef=self._setting["ef"]) if "ef" in self._setting else zvec.HnswQueryParam()
        return zvec.Query("vector", vector=vector, param=param)


def _rows(found: Any) -> list[int]:
    return [int(doc.id) for doc in found]


if __name__ == "__main__":
    main(Engine, ["zvec"])
