"""Records → rows. Everything that a person may have typed is redacted here, before any of it is near a disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from kb_search.events.records import SURFACES, EventRecord, FlagRecord, SearchRecord
from kb_search.events.redaction import redact
from kb_search.events.tables import events, flags, searches
from kb_search.text.normalize import fold, lower, normalize

Record = SearchRecord | EventRecord | FlagRecord

LONGEST = 2_000
"""Characters of a query, a comment or a value of a filter that are kept."""
LONGEST_PROPOSAL = 20_000
LONGEST_ID = 512
_MARGIN = 64
"""Characters read behind the last that is kept, so that a number there is recognised, and not stored by half."""
_LARGEST = 2**31 - 1
_TICKET = re.compile(r"#?[0-9]{1,8}")
"""A ticket's number as most desks count them. Nothing shorter than nine digits is anybody's telephone or card."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row for a table, as it may be stored."""

    table: Table
    values: Mapping[str, Any]


def row_of(at: datetime, record: Record) -> Row:
    """Give the row of a record that was made at that time."""
    match record:
        case SearchRecord():
            return Row(searches, _search(at, record))
        case EventRecord():
            return Row(events, _event(at, record))
        case FlagRecord():
            return Row(flags, _flag(at, record))


def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Write rows: searches first; what names a search that is not known is kept without it. A known row stays.

    A second vote or comment on one article after one search takes the place of the first; so does a second click, which
    mostly is the same page loaded again.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    of = {table: [row.values for row in rows if row.table is table] for table in (searches, events, flags)}
    if of[searches]:
        connection.execute(insert(searches).on_conflict_do_nothing(index_elements=["query_id"]), of[searches])
    known = _known(connection, (*of[events], *of[flags]))
    if of[events]:
        statement = insert(events)
        later = {name: statement.excluded[name] for name in ("at", "helpful", "comment", "surface", "key_id")}
        statement = statement.on_conflict_do_update(index_elements=["once"], set_=later)
        connection.execute(statement, [_tied(values, known) for values in of[events]])
    if of[flags]:
        statement = insert(flags).on_conflict_do_nothing(index_elements=["id"])
        connection.execute(statement, [_tied(values, known) for values in of[flags]])


def _known(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    named = {values["query_id"] for values in rows if values["query_id"] is not None}
    if not named:
        return set()
    return set(connection.scalars(select(searches.c.query_id).where(searches.c.query_id.in_(named))))


def _tied(values: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    if values["query_id"] in known:
        return dict(values)
    return {**values, "query_id": None, **({"once": None} if "once" in values else {})}


def _search(at: datetime, record: SearchRecord) -> dict[str, Any]:
    query, redacted = _redacted(record.query, LONGEST)
    return {
        "query_id": record.query_id,
        "at": at,
        "query": query,
        "folded": " ".join(fold(lower(query, record.locale or "")).split())[:LONGEST],
        "redacted": redacted,
        "corrected": _text(record.corrected),
        "locale": record.locale,
        "view": record.view,
        "surface": _surface(record.surface),
        "outcome": record.outcome,
        "total": min(record.total, _LARGEST),
        "hits": list(record.hits),
        "filters": _value(record.filters) if record.filters else None,
        "took_ms": record.took_ms,
        "key_id": record.key_id,
        "typing": record.typing,
    }


def _event(at: datetime, record: EventRecord) -> dict[str, Any]:
    article = _id(record.article_id)
    said_once = record.type in ("click", "helpful", "comment") and record.query_id is not None
    return {
        "at": at,
        "type": record.type,
        "query_id": record.query_id,
        "article_id": article,
        "position": None if record.position is None else min(record.position, _LARGEST),
        "helpful": record.helpful,
        "comment": _text(record.comment),
        "ticket": _ticket(record.ticket),
        "surface": _surface(record.surface),
        "view": record.view,
        "key_id": record.key_id,
        "once": f"{record.type} {record.query_id} {article or ''}" if said_once else None,
    }


def _flag(at: datetime, record: FlagRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": at,
        "article_id": _id(record.article_id),
        "reason": record.reason,
        "comment": _text(record.comment),
        "proposal": _text(record.proposal, LONGEST_PROPOSAL),
        "query_id": record.query_id,
        "view": record.view,
        "key_id": record.key_id,
    }


def _text(text: str | None, longest: int = LONGEST) -> str | None:
    return None if text is None else _redacted(text, longest)[0]


def _redacted(text: str, longest: int) -> tuple[str, bool]:
    """Give the beginning of a text as it may be stored, and whether anything in it was replaced."""
    typed = normalize(text[: longest + _MARGIN])
    kept = len(typed) if len(text) <= longest else len(normalize(text[:longest]))
    redacted = redact(typed, kept)
    return redacted[:longest], redacted != typed[:kept]


def _ticket(text: str | None) -> str | None:
    ticket = None if text is None else normalize(text[:LONGEST_ID])
    return ticket if ticket is None or _TICKET.fullmatch(ticket) else redact(ticket)


def _id(text: str | None) -> str | None:
    """Keep an id as it is: long numbers are usual in them. That the article exists is checked by who records."""
    if text is None:
        return None
    text = normalize(text[:LONGEST_ID])
    return redact(text) if "@" in text else text


def _surface(text: str) -> str:
    return text if text in SURFACES else SURFACES[0]


def _value(value: Any) -> Any:
    """Redact every text in a value of JSON."""
    match value:
        case str():
            return _text(value)
        case Mapping():
            return {str(key): _value(one) for key, one in value.items()}
        case list() | tuple():
            return [_value(one) for one in value]
        case _:
            return value
