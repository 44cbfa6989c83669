"""What every peer gets: the passages of an index with their vectors, and queries with theirs.

Passages are cut by kb-search's indexer; peers get them ready, which none of them has to pay for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.latency import choose
from benchmarks.peers.protocol import PASSAGES, QUERIES, QUERY_VECTORS, VECTORS
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Dataset, read_dataset, read_queries
from kb_search.searcher import Searcher
from kb_search.snapshot import Snapshot

_AT_ONCE = 5_000
_QUERY_WORDS = 8
"""Titles are cut here: a reader types no more."""


@dataclass(frozen=True, slots=True)
class Material:
    """Passages by row: `texts`, `vectors` of shape (passages, dimension), and the `article` of each, by ordinal.

    `queries` are timed, `warm_up` asked before; `query_vectors` are of both, in that order. `grades` maps the number
    of a query to article ordinal → grade, empty without judgments.
    """

    texts: Sequence[str]
    vectors: NDArray[np.float32]
    article: NDArray[np.int64]
    queries: Sequence[str]
    warm_up: Sequence[str]
    query_vectors: NDArray[np.float32]
    grades: Mapping[int, Mapping[int, int]]

    def write(self, folder: Path) -> Path:
        """Write it down for the processes of the peers, and return the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PASSAGES).write_text(json.dumps(self.texts), "utf-8")
        np.save(folder / VECTORS, self.vectors)
        queries = {"timed": self.queries, "warm_up": self.warm_up}
        (folder / QUERIES).write_text(json.dumps(queries), "utf-8")
        np.save(folder / QUERY_VECTORS, self.query_vectors)
        return folder


def gather(searcher: Searcher, view: str, n: int, dataset: Path | None = None, queries: Path | None = None) -> Material:
    """Read the passages of a view and choose `n` queries: judged ones, those of a file, else titles of articles.

    Raises UnknownView and ConfigError.
    """
    snapshot = searcher.snapshot
    rows = np.flatnonzero(snapshot.view(view).members[snapshot.store.chunk_article])
    if not len(rows):
        raise ConfigError(f"The view {view!r} of this index has no passage. Choose another with --view.")
    judged = read_dataset(dataset) if dataset else None
    if judged:
        timed, warm_up = [query.text for query in judged.queries][:n], _titles(snapshot, view)
    else:
        timed, warm_up = choose([q.text for q in read_queries(queries)] if queries else _titles(snapshot, view), n)
    warm_up = [text for text in warm_up if text not in set(timed)][:50] or timed[:50]
    return Material(
        texts=_texts(snapshot, rows),
        vectors=np.ascontiguousarray(snapshot.matrix[rows], np.float32),
        article=snapshot.store.chunk_article[rows],
        queries=timed,
        warm_up=warm_up,
        query_vectors=searcher.embedder.embed_queries([*timed, *warm_up]),
        grades=_grades(judged, snapshot, len(timed)) if judged else {},
    )


def _titles(snapshot: Snapshot, view: str) -> list[str]:
    articles = snapshot.view(view).articles
    records = snapshot.store.records(articles)
    return [" ".join(records[int(row)].title.split()[:_QUERY_WORDS]) for row in articles]


def _texts(snapshot: Snapshot, rows: NDArray[np.int64]) -> list[str]:
    """Title, heading and text: what the model saw of a passage is what keywords are to find it by."""
    texts: list[str] = []
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        chunks = snapshot.store.chunks(part)
        articles = snapshot.store.chunk_article[part]
        records = snapshot.store.records(np.unique(articles))
        for row, article in zip(part, articles, strict=True):
            chunk = chunks[int(row)]
            lines = (records[int(article)].title, chunk.heading, chunk.text)
            texts.append("\n".join(dict.fromkeys(filter(None, lines))))
    return texts


def _grades(judged: Dataset, snapshot: Snapshot, n: int) -> dict[int, dict[int, int]]:
    """Judgments by ordinal; an article that is not in the index counts as never found."""
    ordinals = {identifier: row for row, identifier in enumerate(snapshot.store.ids)}
    missing = iter(range(-1, -(10**9), -1))
    return {
        number: {ordinals.get(article, next(missing)): grade for article, grade in judged.grades[query.id].items()}
        for number, query in enumerate(judged.queries[:n])
        if query.id in judged.grades
    }
