"""How the time of one search grows with the index: the same queries on indexes of several sizes, made of one.

Each index is made of whole articles of the given one, evenly spread, with the vectors that they have there, in a
temporary folder (resample.py), and searched as `latency` does: in process, warm, one client, each query once.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import latency
from benchmarks.machine import describe_index
from benchmarks.resample import base_of, build_resampled
from benchmarks.results import Measured
from kb_search.config import load_settings
from kb_search.embedding.loading import load_for_serving
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import read_queries
from kb_search.evaluation.precomputed import PrecomputedQueries
from kb_search.searcher import open_searcher

SIZES = "1000,2000,5000,10000,20000,50000,85000"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="the index that all others are made of")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--sizes", default=SIZES, metavar="N,N", help=f"passages (default {SIZES})")
    parser.add_argument("--n", type=int, default=300, help="queries that are timed on each index (default 300)")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured:
    """Make each index and search it. Raises KbSearchError."""
    sizes = _sizes(options.sizes)
    timed, warm_up = latency.choose([query.text for query in read_queries(options.queries)], options.n)
    facts = describe_index(options.index, options.view)
    samples: dict[str, list[float]] = {}
    settings = load_settings(overrides={"embedding.query_cache": 0})  # or only the first size would pay
    with base_of(options.index, options.view) as (base, model):
        embedder = load_for_serving(settings, model)
        known = PrecomputedQueries(embedder, [*timed, *warm_up])
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix="kb-search-benchmark-") as folder:
                index = Path(folder) / "index"
                articles, passages = build_resampled(base, model, size, index, options.view)
                with open_searcher(index, settings=settings, embedder=embedder) as searcher:
                    for name, one in (("search_ms", searcher), ("without_embedding_ms", searcher.with_embedder(known))):
                        samples[f"{passages}: {name}"] = latency.search_times(
                            one, timed, warm_up, "hybrid", options.view
                        )
                samples[f"{passages}: articles"] = [articles]
    arguments: dict[str, str | int | float] = {"queries": len(timed), "warm_up": len(warm_up), "limit": latency.LIMIT}
    return Measured(arguments, facts, samples)


def _sizes(text: str) -> list[int]:
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 1:
        raise ConfigError(f"--sizes {text!r} is no list of numbers. Write it as {SIZES}.")
    return sizes
