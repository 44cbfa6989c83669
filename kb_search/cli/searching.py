"""`kb-search search`."""

from __future__ import annotations

import argparse
from typing import Any

from kb_search.cli.common import add_config, add_index, add_json, say, settings_of, show, show_json
from kb_search.errors import QueryError
from kb_search.filters import parse_filters
from kb_search.types import Hit, SearchResult


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument("query", metavar="QUERY")
    add_index(parser)
    add_config(parser)
    parser.add_argument("-n", "--limit", type=int, default=10, metavar="N", help="results (default 10)")
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="results to skip (default 0)")
    parser.add_argument("--locale", metavar="L", help="the reader's language: preferred among translations, no filter")
    parser.add_argument("--view", default="public", metavar="V", help="what the reader may see (default public)")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="restrict to a value; repeat for any-of; dates: updated.gte=2026-01-01",
    )
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.add_argument("--explain", action="store_true", help="show why each hit has its score")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Search and print; 0 whatever the outcome."""
    from kb_search.searcher import open_searcher

    settings = settings_of(options)
    filters = read_filters(options.filter)
    parse_filters(filters)  # before the seconds that loading the model takes
    with open_searcher(options.index, settings=settings) as searcher:
        result = searcher.search(
            options.query,
            limit=options.limit,
            offset=options.offset,
            locale=options.locale,
            view=options.view,
            filters=filters,
            mode=options.mode,
            explain=options.explain,
        )
    if options.json:
        show_json(result)
    else:
        _print(result)
    return 0


def read_filters(texts: list[str]) -> dict[str, Any]:
    """Turn `key=value` and `key.gte=value` into filters. Raises QueryError."""
    filters: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        field, dot, bound = key.partition(".")
        if not equals or not key:
            raise QueryError(f"--filter {text!r} has no value. Write it as field=value.")
        if dot:
            entry = filters.setdefault(field, {})
            if not isinstance(entry, dict):
                raise QueryError(f"--filter {text!r} mixes a range with values of {field}. Give one of them.")
            entry[bound] = value
        else:
            entry = filters.setdefault(field, [])
            if not isinstance(entry, list):
                raise QueryError(f"--filter {text!r} mixes values with a range of {field}. Give one of them.")
            entry.append(value)
    return filters


def _print(result: SearchResult) -> None:
    for notice in result.notices:
        say(notice)
    if result.corrected:
        say(f"Also searched for: {result.corrected}")
    if result.degraded:
        say(f"The {result.degraded} branch was not available; these are the other branch's results.")
    if result.outcome == "none":
        say("Nothing fits well. The nearest articles:" if result.hits else "Nothing found.")
    elif result.outcome == "weak":
        say("Perhaps one of these:")
    for number, hit in enumerate(result.hits, 1):
        show(f"{number}. {hit.title}  [{hit.locale}]  {hit.score:.3f}")
        where = f"{hit.passage.heading}: " if hit.passage.heading else ""
        show(f"   {where}{' '.join(hit.passage.text.split())}")
        show(f"   {hit.id}" + "".join(f"  {other.locale}: {other.id}" for other in hit.translations))
        if hit.explanation:
            _print_explanation(hit)


def _print_explanation(hit: Hit) -> None:
    if hit.explanation is not None:
        ledger = "  ".join(f"{name} {value:+.3f}" for name, value in hit.explanation.ledger.items())
        signals = "  ".join(
            f"{name} {value:.4f}" for name, value in hit.explanation.signals.items() if value is not None
        )
        show(f"   log-odds: {ledger}  ({signals})")
