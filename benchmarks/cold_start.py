"""How long a search takes from the shell: Python, index and model are loaded each time.

The clock covers the child process from start to exit. The first run may read from a cold disk; the median counts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import describe_index
from benchmarks.process import run_child
from benchmarks.results import Measured

PROGRAM = (sys.executable, "-m", "kb_search.cli")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--query", metavar="TEXT")
    parser.add_argument("--runs", type=int, default=5, help="default 5")
    parser.set_defaults(needs=("index", "query"))


def run(options: argparse.Namespace) -> Measured:
    """Search as often as asked."""
    samples = measure([*PROGRAM, "search", options.query, "--index", str(options.index), "--json"], options.runs)
    return Measured({"runs": options.runs}, describe_index(options.index), samples)


def measure(command: Sequence[str], runs: int) -> dict[str, list[float]]:
    """Run a command again and again."""
    finished = [run_child(command) for _ in range(runs)]
    return {"wall_s": [one.seconds for one in finished], "peak_mb": [one.peak_mb for one in finished]}
