"""Two versions compared: medians of several runs each, as a ratio, with the least and the greatest.

A ratio of two runs says little on a machine that is shared; runs of both versions in turn (A, B, A, B …) see the same
disturbances. The ratios given are those of the runs in the order given, A1 to B1, A2 to B2 …
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.figures import percentile
from benchmarks.results import Record
from kb_search.errors import ConfigError

SHARES = (0.5, 0.95, 0.99)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--before", type=Path, nargs="+", metavar="FILE", help="raw times of one version")
    parser.add_argument("--after", type=Path, nargs="+", metavar="FILE", help="as many of the other, run in turn")
    parser.set_defaults(needs=("before", "after"))


def run(options: argparse.Namespace) -> str:
    """Compare runs of one benchmark. Raises ConfigError."""
    before, after = ([results.load(path) for path in paths] for paths in (options.before, options.after))
    if len(before) != len(after):
        raise ConfigError(f"{len(before)} files before and {len(after)} after: give as many of each, run in turn.")
    names = {record.benchmark for record in (*before, *after)}
    if len(names) > 1:
        raise ConfigError(f"These are runs of {' and '.join(sorted(names))}. Give runs of one benchmark.")
    return "\n".join(compare(before, after)) or "They have no series in common."


def compare(before: Sequence[Record], after: Sequence[Record]) -> list[str]:
    """Write a line for each series and percentile: median before and after, and the ratio of after to before."""
    lines = []
    for name in before[0].measured.samples:
        series = [[record.measured.samples.get(name, []) for record in records] for records in (before, after)]
        if not all(all(values) for values in series):
            continue
        for share in SHARES:
            old, new = ([percentile(values, share) for values in side] for side in series)
            if not all(old):
                continue
            ratios = sorted(later / earlier for earlier, later in zip(old, new, strict=True))
            lines.append(
                f"{name} p{100 * share:g}: {statistics.median(old):.4g} → {statistics.median(new):.4g}, "
                f"ratio {statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}, {len(ratios)} pairs)"
            )
    return lines
