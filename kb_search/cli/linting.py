"""`kb-search lint`."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from kb_search.cli.common import (
    add_config,
    add_json,
    findings_said,
    say,
    say_findings,
    settings_of,
    show_json,
    to_correct,
)
from kb_search.errors import MissingExtra


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folder of articles, file, or BEIR folder"
    )
    parser.add_argument(
        "--today",
        type=_date,
        metavar="DATE",
        help="day by which reviews are overdue (default today)",
    )
    add_json(parser)
    add_config(parser)
    parser.set_defaults(run=run)


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date. Write year-month-day: 2026-01-31.") from error


def run(options: argparse.Namespace) -> int:
    """Check the sources; 1 when there is any finding but notes."""
    try:
        from indexer.lint import lint
        from indexer.sources import read_sources
    except ModuleNotFoundError as error:  # markdown-it-py, PyYAML …
        raise MissingExtra("kb-search lint", "index") from error

    with findings_said():
        read = read_sources(options.sources, settings_of(options))
    roots = [source if source.is_dir() else source.parent for source in options.sources]
    today = options.today or datetime.date.today()
    findings = lint(read, lambda path: any((root / path).exists() for root in roots), today)
    if options.json:
        show_json({"articles": len(read.articles), "files": read.files, "findings": findings})
    else:
        say_findings(findings)
        say(f"{len(read.articles)} articles in {read.files} files, {to_correct(findings)} findings.")
    return int(to_correct(findings) > 0)
