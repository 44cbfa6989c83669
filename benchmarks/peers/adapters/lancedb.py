"""LanceDB: vectors and full-text search in one table, fused by its RRF reranker.

No vector index is what https://docs.lancedb.com/indexing/vector-index advises up to about 100,000 rows; hybrid search:
https://docs.lancedb.com/search/hybrid-search
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.rerankers import RRFReranker

from benchmarks.peers.protocol import Job, Setting, Vectors, main


class Engine:
    """See protocol.Engine."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._database = lancedb.connect(str(folder))
        self._reranker = RRFReranker()
        self._setting: Setting = {}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """See protocol.Engine."""
        width = vectors.shape[1]
        columns = {
            "row": pa.array(range(len(texts)), pa.int64()),
            "text": pa.array(list(texts), pa.string()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel(), pa.float32()), width),
        }
        self._table = self._database.create_table("passages", pa.table(columns))
        if "index" in self._setting:
            self._table.create_index(metric="cosine", vector_column_name="vector", index_type=self._setting["index"])
        self._table.create_fts_index("text")
        self._table.optimize()

    def use(self, setting: Setting) -> None:
        """`index`: kind of vector index, when building; `nprobes`, `ef`, `refine_factor`: how far to look in it."""
        self._setting = setting

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        return self._rows(self._raised(self._table.search(vector, vector_column_name="vector"), k), k)

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine. Each branch finds as many as are asked for, which is how it is documented."""
        query = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        query = self._raised(query.vector(vector).text(_words(text)), k)
        return self._rows(query.rerank(self._reranker), k)

    def _raised(self, query: Any, k: int) -> Any:
        query = query.distance_type("cosine")
        if "ef" in self._setting:
            factor = self._setting["refine_factor"]
            # The graph may not be asked for more than `ef`, and it is asked for all that are refined.
            ef = max(self._setting["ef"], factor * k)
            query = query.nprobes(self._setting["nprobes"]).ef(ef).refine_factor(factor)
        return query

    @staticmethod
    def _rows(query: Any, k: int) -> list[int]:
        rows: list[int] = query.select(["row"]).limit(k).to_arrow()["row"].to_pylist()
        return rows


def _words(text: str) -> str:
    """Leave out what the query language would read as an operator."""
    return "".join(letter if letter.isalnum() else " " for letter in text)


if __name__ == "__main__":
    main(Engine, ["lancedb"])
