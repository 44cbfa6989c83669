"""How long one search takes: in process, warm, one client, each query once.

The clock covers `searcher.search(query, limit=10)` and nothing else. Two more loops over the same queries tell the
model's part: the embedding alone, and the search with the vectors known beforehand. The last two do not add up to the
first: the keyword search runs while the model computes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_index
from benchmarks.results import Measured
from kb_search.config import load_settings
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import read_queries
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.searcher import Searcher, open_searcher
from kb_search.text.normalize import normalize
from kb_search.types import Mode, SearchResult

WARM_UP = 50
LIMIT = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--n", type=int, default=500, help="queries that are timed (default 500)")
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured:
    """Open the index and measure."""
    if not options.queries.is_file():
        raise ConfigError(f"{options.queries} is no file. Give a queries.jsonl: one object with _id and text a line.")
    texts = [query.text for query in read_queries(options.queries)]
    settings = load_settings(overrides={"embedding.query_cache": 0})  # the second loop asks what the first has asked
    with open_searcher(options.index, settings=settings) as searcher:
        timed, warm_up = choose(texts, options.n)
        samples = measure(searcher, timed, warm_up, options.mode, options.view)
    arguments = {"mode": options.mode, "queries": len(timed), "warm_up": len(warm_up), "limit": LIMIT}
    return Measured(arguments, describe_index(options.index, options.view), samples)


def choose(texts: Sequence[str], n: int) -> tuple[list[str], list[str]]:
    """Choose `n` different texts, evenly spread, and up to WARM_UP others (the same ones if there are no others)."""
    unique = list(dict.fromkeys(filter(None, map(normalize, texts))))
    if not unique or n < 1:
        raise ConfigError(f"There are {len(unique)} queries to choose {n} from. Give at least one.")
    rows = {position * len(unique) // n for position in range(n)} if n < len(unique) else set(range(len(unique)))
    timed = [text for row, text in enumerate(unique) if row in rows]
    others = [text for row, text in enumerate(unique) if row not in rows]
    return timed, (others or timed)[:WARM_UP]


def measure(
    searcher: Searcher, timed: Sequence[str], warm_up: Sequence[str], mode: Mode, view: str
) -> dict[str, list[float]]:
    """Run the three loops; the keyword mode, which asks no model, has only the first.

    The first gives `stage <name>_ms` too, where the searcher says how long its stages took.
    """
    stages: dict[str, list[float]] = {}
    samples = {"search_ms": search_times(searcher, timed, warm_up, mode, view, stages)}
    if mode != "keyword":
        embedder = searcher.embedder
        samples["embedding_ms"] = _times(lambda text: embedder.embed_queries([text]), timed, warm_up)
        known = with_known_queries(searcher, [*timed, *warm_up])
        samples["without_embedding_ms"] = search_times(known, timed, warm_up, mode, view)
    return samples | {f"stage {name}_ms": values for name, values in stages.items()}


def search_times(
    searcher: Searcher,
    timed: Sequence[str],
    warm_up: Sequence[str],
    mode: Mode,
    view: str,
    stages: dict[str, list[float]] | None = None,
) -> list[float]:
    """Milliseconds of each search; `stages` is filled with those of its stages, by their names."""
    answers: list[SearchResult] = []
    times = _times(
        lambda text: answers.append(searcher.search(text, limit=LIMIT, mode=mode, view=view)), timed, warm_up
    )
    if stages is not None:
        for answer in answers[len(warm_up) :]:
            for name, milliseconds in getattr(answer, "stages", {}).items():
                stages.setdefault(name, []).append(milliseconds)
    return times


def _times(call: Callable[[str], Any], timed: Sequence[str], warm_up: Sequence[str]) -> list[float]:
    """Milliseconds of each call."""
    for text in warm_up:
        call(text)
    times = []
    for text in timed:
        started = time.perf_counter()
        call(text)
        times.append((time.perf_counter() - started) * 1000)
    return times
