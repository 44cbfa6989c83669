"""What is recorded, and what a key is: frozen values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from kb_search.types import Outcome

Scope = Literal["search", "events", "reports", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
Surface = Literal["api", "widget", "help-center", "mcp"]
SURFACES: tuple[Surface, ...] = get_args(Surface)
EventType = Literal["impression", "click", "helpful", "comment", "link"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
Reason = Literal["outdated", "wrong", "unclear", "duplicate", "missing", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Key:
    """What may be known of a key; its secret is nowhere.

    `origins` are the sites whose pages may use it (none: it is not for browsers). Times are in UTC; `last_used` is
    a day. A key with `revoked`, or past `expires`, opens nothing.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    view: str
    origins: tuple[str, ...]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: date | None = None

    def is_live(self, now: datetime) -> bool:
        """Tell whether it opens anything at that time."""
        return self.revoked is None and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. `secret` is its whole text, kbs_<id>_<secret>: the only time that it is there."""

    key: Key
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """One search: what was typed and what came of it. `hits` are the ids of the articles shown, best first.

    `view` must be the one that was searched, `locale` a canonical one. `corrected` is the query as it was also asked.
    With `typing` it was asked while somebody typed, and is stored only if something comes of it.
    """

    query_id: str
    query: str
    locale: str | None
    view: str
    surface: str
    outcome: Outcome
    total: int
    hits: tuple[str, ...]
    took_ms: float
    key_id: str | None = None
    corrected: str | None = None
    filters: Mapping[str, Any] | None = None
    typing: bool = False


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What somebody did after a search, or without one. `position` counts from 1.

    `impression`: the answer stood there for a second or was used; `click`: the article was opened; `helpful`: yes or
    no; `comment`: a few words; `link`: an agent linked the article to `ticket`.
    """

    type: EventType
    view: str
    surface: str
    query_id: str | None = None
    article_id: str | None = None
    position: int | None = None
    helpful: bool | None = None
    comment: str | None = None
    ticket: str | None = None
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """Something is wrong with an article: why, and perhaps what it should say (`proposal`). `id` is the caller's."""

    id: str
    article_id: str
    reason: Reason
    view: str
    comment: str | None = None
    proposal: str | None = None
    query_id: str | None = None
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class PopularQuery:
    """A query that had an answer; `text` is its commonest spelling, `hours` in how many different ones it was asked."""

    text: str
    hours: int
