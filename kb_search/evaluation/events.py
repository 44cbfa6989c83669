"""What people did after a search, one JSON object a line: a click, a vote for an article, a link in a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import msgspec

from kb_search.errors import ConfigError
from kb_search.text.locales import canonical
from kb_search.text.normalize import normalize

Kind = Literal["link", "helpful", "click"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What counts as evidence, the strongest first: an agent linked the article to a ticket, somebody said that it
helped, somebody opened it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line: `query` is normalised, `locale` canonical, `at` ISO 8601; `session` tells visitors apart.

    `shown` are the articles that the search showed, None where nobody knows.
    """

    kind: Kind
    query: str
    article: str
    locale: str | None = None
    at: str | None = None
    session: str | None = None
    shown: tuple[str, ...] | None = None


class BadEvent(ValueError):
    """A line that is no event; `str(error)` says what is wrong with it."""


class _Typed(msgspec.Struct, frozen=True):
    type: str


class _Line(msgspec.Struct, frozen=True):
    query: str
    article: str
    locale: str | None = None
    at: str | None = None
    session: str | int | None = None
    shown: tuple[str, ...] | None = None


def parse_event(line: bytes) -> Event | None:
    """Read one line; None for an event of another type, such as a search. Raises BadEvent."""
    try:
        kind = msgspec.json.decode(line, type=_Typed).type
        known = next((one for one in KINDS if one == kind), None)
        if known is None:
            return None
        read = msgspec.json.decode(line, type=_Line)
        locale = canonical(read.locale) if read.locale else None
        at = None if read.at is None else datetime.fromisoformat(read.at).isoformat()
    except (ValueError, ConfigError) as error:  # msgspec's errors and those of UTF-8 are ValueErrors
        raise BadEvent(str(error)) from None
    query = normalize(read.query)
    if not query or not read.article:
        raise BadEvent(f"it has no {'article' if query else 'query'}")
    session = None if read.session is None else str(read.session)
    return Event(known, query, read.article, locale, at, session, read.shown)
