"""Resident memory of a process that opened the index and answered queries: this process.

The queries are titles of articles, evenly spread, over again where there are few. Mapped files count as far as they
were read.
"""

from __future__ import annotations

import argparse
import itertools
import resource
from pathlib import Path

import psutil

from benchmarks.machine import describe_index
from benchmarks.process import peak_mb
from benchmarks.results import Measured


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--n", type=int, default=100, help="queries (default 100)")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index",))


def run(options: argparse.Namespace) -> Measured:
    """Open, ask, and read the memory after each step."""
    before = _resident_mb()
    from kb_search.searcher import open_searcher

    with open_searcher(options.index) as searcher:
        opened = _resident_mb()
        members = searcher.snapshot.view(options.view).articles
        rows = {position * len(members) // options.n for position in range(options.n)}
        titles = [record.title for record in searcher.snapshot.store.records(members[sorted(rows)]).values()]
        for title in itertools.islice(itertools.cycle(titles), options.n):
            searcher.search(title, view=options.view)
        answered = _resident_mb()
    samples = {
        "started_mb": [before],
        "opened_mb": [opened],
        "answered_mb": [answered],
        "peak_mb": [peak_mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)],
    }
    return Measured(
        {"queries": options.n, "different": len(titles)}, describe_index(options.index, options.view), samples
    )


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20
