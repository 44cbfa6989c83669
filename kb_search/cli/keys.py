"""`kb-search keys create|list|revoke`: who may ask for more than the public view."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb_search.cli.common import add_config, add_index, add_json, say, settings_of, show, show_json
from kb_search.errors import ConfigError, KeyNotFound, MissingExtra, UnknownView
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest

if TYPE_CHECKING:
    from kb_search.events.keys import Keys
    from kb_search.events.records import Key

_SCOPES = "search,events"
_LONGEST_DAYS = 36_500


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the three commands and their arguments."""
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create_ = _action(actions, "create", "make a key and print it, once", create)
    create_.add_argument("--name", required=True, metavar="N", help="what the key is for")
    create_.add_argument(
        "--scope", default=_SCOPES, metavar="S", help=f"search, events, reports, admin; commas between ({_SCOPES})"
    )
    create_.add_argument("--view", default="public", metavar="V", help="what its bearer sees (default public)")
    create_.add_argument(
        "--origin", action="append", default=[], metavar="URL", help="a site whose pages may use it; may be repeated"
    )
    create_.add_argument("--expires-days", type=int, metavar="N", help="days until it opens nothing (default never)")
    _action(actions, "list", "list all keys, without their secrets", list_)
    _action(actions, "revoke", "take a key back", revoke).add_argument("id", metavar="ID")


def _action(actions: Any, name: str, summary: str, run: Any) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    add_index(action)
    add_config(action)
    add_json(action)
    action.set_defaults(run=run)
    return action


def create(options: argparse.Namespace) -> int:
    """Make a key; its text is the only line on stdout."""
    _check_view(options.index, options.view)
    scopes = [scope.strip() for scope in options.scope.split(",") if scope.strip()]
    with _keys(options) as keys:
        new = keys.create(options.name, scopes, options.view, options.origin, _expiry(options.expires_days))
    if options.json:
        show_json({**_value(new.key), "key": new.secret})
        return 0
    show(new.secret)
    say(f"Key {new.key.id} ({new.key.name}): {', '.join(new.key.scopes)} in view {new.key.view}{_until(new.key)}.")
    say("Keep it now: it is stored hashed and cannot be shown again.")
    if new.key.origins and new.key.view != "public":
        say(f"Whoever opens a page that holds this key can read it, and see the view {new.key.view}.")
    return 0


def list_(options: argparse.Namespace) -> int:
    """Print one line per key."""
    with _keys(options, make=False) as keys:
        found = keys.list()
    if options.json:
        show_json({"keys": [_value(key) for key in found]})
        return 0
    for key in found:
        origins = f" from {' '.join(key.origins)}" if key.origins else ""
        used = f", last used {key.last_used}" if key.last_used else ", never used"
        show(f"{key.id}  {key.name}: {', '.join(key.scopes)} in view {key.view}{origins}{_until(key)}{used}")
    if not found:
        say("There is no key. Make one: kb-search keys create --name NAME --index DIR")
    return 0


def revoke(options: argparse.Namespace) -> int:
    """Take a key back."""
    with _keys(options, make=False) as keys:
        key = keys.revoke(options.id)
    if options.json:
        show_json(_value(key))
    else:
        show(f"Key {key.id} ({key.name}) is revoked. Servers that run stop taking it within 5 seconds.")
    return 0


@contextlib.contextmanager
def _keys(options: argparse.Namespace, *, make: bool = True) -> Iterator[Keys]:
    """Open the keys of an index; with `make=False` no database is made where there is none."""
    try:
        from kb_search.events.database import Database, state_url
        from kb_search.events.keys import Keys
    except ModuleNotFoundError as error:
        raise MissingExtra("kb-search keys", "serve") from error
    url = state_url(settings_of(options).state, options.index)
    if not make and url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise KeyNotFound(f"There are no keys: {url.database} does not exist. Check --index and state.url.")
    database = Database(url)
    try:
        yield Keys(database)
    finally:
        database.close()


def _check_view(index: Path, view: str) -> None:
    layout = IndexLayout(index)
    views = sorted(read_manifest(layout.generation(layout.current_name())).views)
    if view not in views:
        raise UnknownView(f"The index has no view {view!r}. Choose from {', '.join(views)}.")


def _expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= _LONGEST_DAYS:
        raise ConfigError(f"--expires-days is {days}. Give 1 to {_LONGEST_DAYS}, or leave it out.")
    return datetime.now(UTC) + timedelta(days=days)


def _until(key: Key) -> str:
    if key.revoked is not None:
        return f", revoked {key.revoked.date()}"
    return f", until {key.expires.date()}" if key.expires is not None else ""


def _value(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "view": key.view,
        "origins": key.origins,
        "created": key.created,
        "expires": key.expires,
        "revoked": key.revoked,
        "last_used": key.last_used,
    }
