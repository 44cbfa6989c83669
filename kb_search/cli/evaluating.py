"""`kb-search eval`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

from kb_search.cli.common import add_config, add_index, add_json, progress_bar, say, settings_of, show, show_json
from kb_search.errors import MissingExtra, QueryError
from kb_search.types import Mode

MODES = ("hybrid", "keyword", "semantic")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder with queries.jsonl and qrels.tsv")
    add_index(parser)
    add_config(parser)
    parser.add_argument("--qrels", type=Path, metavar="FILE", help="judgments to use instead of DATASET/qrels.tsv")
    parser.add_argument("--split", metavar="NAME", help="only the queries of one split, such as dev or test")
    parser.add_argument("--modes", default=",".join(MODES), metavar="M,M", help="default: hybrid,keyword,semantic")
    parser.add_argument("--view", default="public", metavar="V", help="what the reader may see (default public)")
    parser.add_argument("--gate", type=Path, metavar="FILE", help="least values; exit status 1 when one is missed")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Evaluate and print; 1 when the gate fails."""
    try:
        import ir_measures  # noqa: F401 # so that the extra is named before the work begins
    except ModuleNotFoundError as error:
        raise MissingExtra("kb-search eval", "eval") from error
    from kb_search.evaluation.run import run_evaluation
    from kb_search.searcher import open_searcher

    modes = [mode.strip() for mode in options.modes.split(",")]
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise QueryError(f"Unknown mode {unknown[0]!r} in --modes. Choose from {', '.join(MODES)}.")
    with open_searcher(options.index, settings=settings_of(options)) as searcher:
        report = run_evaluation(
            searcher,
            options.dataset,
            cast("list[Mode]", modes),
            qrels=options.qrels,
            gate=options.gate,
            split=options.split,
            view=options.view,
            progress=progress_bar("evaluating", "query"),
        )
    if options.json:
        show_json(report.as_dict())
    else:
        show(report.as_text())
    for failure in report.failures:
        say(f"gate: {failure}")
    return int(bool(report.failures))
