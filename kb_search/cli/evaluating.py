"""`kb-search eval`."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import cast

from kb_search.cli.common import add_config, add_index, add_json, progress_bar, say, settings_of, show, show_json
from kb_search.config import load_settings
from kb_search.errors import MissingExtra, QueryError
from kb_search.types import Mode

MODES = ("hybrid", "keyword", "semantic")


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder with queries.jsonl and qrels.tsv")
    add_index(parser)
    add_config(parser)
    parser.add_argument(
        "--against", type=Path, metavar="DIR", help="another index of the same articles: report the differences"
    )
    parser.add_argument("--against-config", type=Path, metavar="FILE", help="settings for it (default: --config)")
    parser.add_argument("--qrels", type=Path, metavar="FILE", help="judgments to use instead of DATASET/qrels.tsv")
    parser.add_argument("--split", metavar="NAME", help="only the queries of one split, such as dev or test")
    parser.add_argument("--modes", default=",".join(MODES), metavar="M,M", help="default: hybrid,keyword,semantic")
    parser.add_argument(
        "--no-control", action="store_true", help="do not measure keyword search where --modes leaves it out"
    )
    parser.add_argument(
        "--metrics",
        metavar="M,M",
        help="names of ir-measures: nDCG@5,R@20 … (default: nDCG@10,R@10,R@100,RR,Success@1)",
    )
    parser.add_argument(
        "--view",
        action="append",
        metavar="V,V",
        help="what the reader may see (default public); several give a block each",
    )
    parser.add_argument("--gate", type=Path, metavar="FILE", help="bounds; exit status 1 when one is not kept")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Evaluate and print; 1 when the gate fails."""
    try:
        import ir_measures  # noqa: F401 # so that the extra is named before the work begins
    except ModuleNotFoundError as error:
        raise MissingExtra("kb-search eval", "eval") from error
    from kb_search.evaluation.metrics import parse_metrics
    from kb_search.evaluation.run import run_evaluation
    from kb_search.searcher import open_searcher

    modes = _listed([options.modes], "--modes")
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise QueryError(f"Unknown mode {unknown[0]!r} in --modes. Choose from {', '.join(MODES)}.")
    metrics = None if options.metrics is None else parse_metrics(options.metrics)
    views = _listed(options.view or ["public"], "--view")
    if options.against_config and not options.against:
        raise QueryError(f"--against-config {options.against_config} is for another index. Name it with --against.")
    settings = settings_of(options)
    others = load_settings(options.against_config) if options.against_config else settings
    with contextlib.ExitStack() as opened:
        searcher = opened.enter_context(open_searcher(options.index, settings=settings))
        against = opened.enter_context(open_searcher(options.against, settings=others)) if options.against else None
        report = run_evaluation(
            searcher,
            options.dataset,
            cast("list[Mode]", modes),
            qrels=options.qrels,
            gate=options.gate,
            split=options.split,
            views=views,
            metrics=metrics,
            control=not options.no_control,
            against=against,
            progress=progress_bar("evaluating", "query"),
        )
    if options.json:
        show_json(report.as_dict())
    else:
        show(report.as_text())
    for failure in report.failures:
        say(f"gate: {failure}")
    return int(bool(report.failures))


def _listed(texts: list[str], option: str) -> list[str]:
    """Split at commas; each once, in order. Raises QueryError when nothing is left."""
    names = list(dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip()))
    if not names:
        raise QueryError(f"{option} is {','.join(texts)!r}. Name at least one.")
    return names
