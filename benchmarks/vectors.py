"""The vector stage alone: its time, and what of the true nearest chunks it finds, under filters that let less through.

The clock covers `view.vectors.search(query, k=100, allowed)` and nothing else. The store gives ordinals; every
similarity is computed here again, in float64, over all rows that the filter allows. A chunk counts as found when it is
as near as the k-th true one, so ties punish nobody.

Without `--queries`, the queries are what the view's articles are called, embedded as queries when the index was made;
their own article's chunks are in the index, as they are for a reader who types a title.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.latency import choose
from benchmarks.machine import describe_index
from benchmarks.results import Measured
from kb_search.disk import read_ordinals
from kb_search.errors import ConfigError, KbSearchError
from kb_search.evaluation.dataset import read_queries
from kb_search.index_format import IndexLayout
from kb_search.searcher import open_searcher
from kb_search.snapshot import Snapshot, ViewSnapshot, open_snapshot
from kb_search.stores.base import Mask, Ordinals
from kb_search.stores.matrix import open_matrix

DEPTHS = (10, 100)
SHARES = (1.0, 0.5, 0.1, 0.01)
"""Of the view's articles, those that a filter lets through."""
WARM_UP = 20
_TIE = 1e-6
"""Similarities in float32 differ by less from those in float64."""
_BLOCK = 32_768


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl (default: the names of articles)")
    parser.add_argument("--n", type=int, default=200, help="queries (default 200)")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index",))


def run(options: argparse.Namespace) -> Measured:
    """Open the index and measure. Raises KbSearchError."""
    if options.queries is None:
        with contextlib.closing(open_snapshot(options.index)) as snapshot:
            return _measured(options, snapshot, names_of(options.index, snapshot, options.view, options.n))
    texts, _ = choose([query.text for query in read_queries(options.queries)], options.n)
    with open_searcher(options.index) as searcher:
        return _measured(options, searcher.snapshot, searcher.embedder.embed_queries(texts))


def _measured(options: argparse.Namespace, snapshot: Snapshot, queries: NDArray[np.float32]) -> Measured:
    samples = measure(snapshot, snapshot.view(options.view), queries)
    arguments: dict[str, str | int | float] = {"queries": len(queries), "k": max(DEPTHS), "warm_up": WARM_UP}
    arguments["of"] = "names" if options.queries is None else "queries"
    return Measured(arguments, describe_index(options.index, options.view), samples)


def names_of(index: Path, snapshot: Snapshot, view: str, n: int) -> NDArray[np.float32]:
    """Give the vectors of `n` names of a view, evenly spread. Raises ConfigError where it has none."""
    layout = IndexLayout(index).generation(snapshot.manifest.generation)
    rows = read_ordinals(layout.view(view).name_rows)
    if not len(rows) or n < 1:
        raise ConfigError(f"The view {view!r} has {len(rows)} names to choose {n} from. Give at least one.")
    chosen = rows[[row * len(rows) // min(n, len(rows)) for row in range(min(n, len(rows)))]]
    return np.array(open_matrix(layout.names, snapshot.manifest.model.dimension, snapshot.manifest.names)[chosen])


def measure(snapshot: Snapshot, view: ViewSnapshot, queries: NDArray[np.float32]) -> dict[str, list[float]]:
    """Search with each filter. A series `<share> %: <what>` has a value for each query, in order."""
    samples: dict[str, list[float]] = {}
    for share in SHARES:
        articles = choose_articles(view.articles, share)
        allowed = np.isin(snapshot.store.chunk_article, articles)
        mask = None if share == 1 else allowed
        rows = np.flatnonzero(allowed)
        for query in queries[:WARM_UP]:
            view.vectors.search(query, max(DEPTHS), mask)
        times, found = zip(*(_timed(view, query, mask) for query in queries), strict=True)
        name = f"{100 * share:g} %"
        samples[f"{name}: search_ms"] = list(times)
        for depth in DEPTHS:
            samples[f"{name}: recall@{depth}"] = []
        for query, ordinals, similarities in zip(queries, found, similarities_of(queries, snapshot, rows), strict=True):
            if not allowed[ordinals].all():
                raise KbSearchError(
                    "The vector store gave a chunk that the filter leaves out: its figures mean nothing."
                )
            for depth in DEPTHS:
                own = np.vecdot(snapshot.matrix[ordinals[:depth]].astype(np.float64), query.astype(np.float64))
                samples[f"{name}: recall@{depth}"].append(recall(own, similarities, depth))
    return samples


def choose_articles(articles: Ordinals, share: float) -> Ordinals:
    """Choose a share of the articles at random, at least one: the same ones each time."""
    wanted = max(1, round(share * len(articles)))
    return np.sort(np.random.default_rng(0).permutation(articles)[:wanted])


def recall(found: NDArray[np.float64], everything: NDArray[np.float64], depth: int) -> float:
    """Share of the `depth` nearest that were found, by similarity alone; of fewer where there are fewer."""
    depth = min(depth, len(everything))
    threshold = np.partition(everything, -depth)[-depth] if depth else np.inf
    return float(min(depth, (found >= threshold - _TIE).sum()) / depth) if depth else 1.0


def similarities_of(queries: NDArray[np.float32], snapshot: Snapshot, rows: Ordinals) -> Iterator[NDArray[np.float64]]:
    """Similarity of each query to every row, in float64, 16 queries at a time so that a million rows fit in memory."""
    for start in range(0, len(queries), 16):
        some = queries[start : start + 16].astype(np.float64)
        blocks = [
            some @ np.asarray(snapshot.matrix[rows[at : at + _BLOCK]], np.float64).T
            for at in range(0, len(rows), _BLOCK)
        ]
        yield from np.concatenate(blocks, axis=1) if blocks else np.empty((len(some), 0))


def _timed(view: ViewSnapshot, query: NDArray[np.float32], allowed: Mask | None) -> tuple[float, Ordinals]:
    started = time.perf_counter()
    found = view.vectors.search(query, max(DEPTHS), allowed).ordinals
    taken = (time.perf_counter() - started) * 1000
    if len(np.unique(found)) != len(found):
        raise KbSearchError("The vector store gave a chunk twice: its figures mean nothing.")
    return taken, found
