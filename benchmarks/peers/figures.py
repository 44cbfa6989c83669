"""`python -m benchmarks.peers.figures RESULT.json … --into FOLDER`: draw stored runs of `peers` as SVG charts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.peers.tables import charts
from kb_search.errors import KbSearchError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a file for each chart, named `<experiment>-<chart>.svg`; return the exit status."""
    parser = argparse.ArgumentParser("python -m benchmarks.peers.figures", description="Draw runs of `peers`.")
    parser.add_argument("files", type=Path, nargs="+", metavar="RESULT")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        records = [results.load(path) for path in options.files]
    except KbSearchError as error:
        print(f"figures: {error}", file=sys.stderr)
        return error.exit_code
    options.into.mkdir(parents=True, exist_ok=True)
    for record in records:
        for name, svg in charts(record).items():
            experiment = str(record.measured.arguments["experiment"])
            path = options.into / (f"{experiment}.svg" if name == experiment else f"{experiment}-{name}.svg")
            path.write_text(svg, "utf-8")
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
