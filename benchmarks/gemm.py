"""The machine's own ceiling: float32 matrix products of the model's sizes with numpy, on all cores.

So that passages a second can be stated as a share of what this CPU can do at that precision. A runtime that computes
in bf16 can pass it.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.results import Measured, Value

ROWS, INNER, COLUMNS = 2048, 384, 1536
"""A full batch of tokens through the wider layer of the packaged model: hidden size 384, inner size 1536."""
PACKAGED_MODEL = "multilingual-e5-small"
FLOPS_PER_TOKEN = 2 * 21.3e6
"""Two operations (multiply, add) per weight of the packaged model outside its vocabulary, which is only looked up."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--runs", type=int, default=50, help="products that are timed (default 50)")


def run(options: argparse.Namespace) -> Measured:
    """Time products; the clock covers one product each."""
    import numpy as np

    random = np.random.default_rng(0)
    left = random.standard_normal((ROWS, INNER), np.float32)
    right = random.standard_normal((INNER, COLUMNS), np.float32)
    out = np.empty((ROWS, COLUMNS), np.float32)
    times = []
    for _ in range(3 + options.runs):
        started = time.perf_counter()
        np.matmul(left, right, out=out)
        times.append(time.perf_counter() - started)
    facts: dict[str, Value] = {"rows": ROWS, "inner": INNER, "columns": COLUMNS, "flop": 2 * ROWS * INNER * COLUMNS}
    return Measured({"runs": options.runs}, facts, {"product_s": times[3:]})
