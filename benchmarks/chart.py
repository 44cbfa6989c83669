"""Draws what files of raw times say: growth over sizes, stage by stage or percentile by percentile, as SVG."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import results
from benchmarks.figures import percentile
from benchmarks.line_plot import Line, lines
from benchmarks.results import Record
from benchmarks.scale_tables import grouped
from kb_search.errors import ConfigError

SERIES = (
    ("p50", "search_ms", 0.5),
    ("p95", "search_ms", 0.95),
    ("p50, query vector known", "without_embedding_ms", 0.5),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--growth", type=Path, nargs="+", metavar="FILE", help="raw times of `growth`, one or more")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the SVG to write")
    parser.set_defaults(needs=("growth", "out"))


def run(options: argparse.Namespace) -> str:
    """Draw and write. Raises ConfigError."""
    records = [results.load(path) for path in options.growth]
    for path, record in zip(options.growth, records, strict=True):
        if record.benchmark != "growth":
            raise ConfigError(f"{path} is a run of {record.benchmark}. Give runs of growth.")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(draw_growth(records), "utf-8")
    return f"{options.out} is drawn from {len(records)} run{'s' if len(records) > 1 else ''}."


def draw_growth(records: list[Record]) -> str:
    """Draw latency over the number of passages; of a size that was run twice, both are drawn."""
    found: list[Line] = []
    for label, name, share in SERIES:
        points = [
            (float(size), percentile(series[name], share))
            for record in records
            for size, series in grouped(record.measured.samples).items()
        ]
        found.append(Line(label, sorted(points)))
    return lines("One search, in process, one client", "passages", "ms", found)
