"""`kb-search events export`: what was recorded, as the log that `kb-search golden` reads."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kb_search.cli.common import add_config, add_index, settings_of
from kb_search.errors import MissingExtra, QueryError, StateError


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command and its arguments."""
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    summary = "print searches and what followed them, one JSON object a line"
    action = actions.add_parser("export", help=summary, description=summary[0].upper() + summary[1:] + ".")
    add_index(action)
    add_config(action)
    action.add_argument("--view", metavar="V", help="only what was searched in this view (default all)")
    action.add_argument("--since", metavar="DAY", help="only from this day on (2026-01-31, in UTC)")
    action.set_defaults(run=export)


def export(options: argparse.Namespace) -> int:
    """Print the log on stdout."""
    try:
        from kb_search.events.database import Database, state_url
        from kb_search.events.export import event_lines
    except ModuleNotFoundError as error:
        raise MissingExtra("kb-search events", "serve") from error
    since = _day(options.since)
    url = state_url(settings_of(options).state, options.index)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise StateError(f"Nothing was recorded: {url.database} does not exist. Check --index and state.url.")
    database = Database(url)
    try:
        for line in event_lines(database, view=options.view, since=since):
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        sys.stdout.buffer.flush()
    finally:
        database.close()
    return 0


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise QueryError(f"--since is {text!r}. Give a day as in 2026-01-31.") from error
