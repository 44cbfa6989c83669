"""What was recorded, as the log of events that `kb-search golden` reads: see docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from kb_search.events.database import Database
from kb_search.events.tables import events, flags, searches


def event_lines(
    database: Database, *, view: str | None = None, since: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Give one object per search, oldest first, then one per event that followed a search. Raises StateError.

    A vote against an article is of the type `not-helpful`. `session` is the search's id: nobody is followed from one
    search to the next. Events that belong to no known search say nothing about a query and are left out; of the others
    `shown` lists what their search showed, since anybody can send an event about any article.
    """
    with database.reading() as connection:
        row = searches.c
        found = select(searches).where(*_chosen(row.view, view, row.at, since)).order_by(row.at, row.query_id)
        for search in connection.execute(found.execution_options(yield_per=1_000)):
            yield _line("search", search, search.at, outcome=search.outcome, total=search.total, surface=search.surface)
        chosen = _chosen(row.view, view, events.c.at, since)
        done = (
            select(events, row.query, row.locale, row.hits)
            .join(searches, row.query_id == events.c.query_id)
            .where(*chosen, events.c.article_id.is_not(None))
            .order_by(events.c.at, events.c.id)
        )
        for event in connection.execute(done.execution_options(yield_per=1_000)):
            type = "not-helpful" if event.type == "helpful" and not event.helpful else event.type
            more = {"position": event.position, "comment": event.comment, "ticket": event.ticket, "shown": event.hits}
            yield _line(type, event, event.at, article=event.article_id, surface=event.surface, **more)


def flag_lines(
    database: Database, *, view: str | None = None, since: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Give one object per flag, oldest first, with the query that led to the article if it is known."""
    columns = flags.c
    with database.reading() as connection:
        found = (
            select(flags, searches.c.query)
            .outerjoin(searches, searches.c.query_id == columns.query_id)
            .where(*_chosen(columns.view, view, columns.at, since))
            .order_by(columns.at, columns.id)
        )
        for row in connection.execute(found.execution_options(yield_per=1_000)):
            line = {"id": row.id, "at": row.at.isoformat(), "article": row.article_id, "reason": row.reason}
            more = {"comment": row.comment, "proposal": row.proposal, "query": row.query, "view": row.view}
            yield {**line, **{key: value for key, value in more.items() if value is not None}}


def _chosen(
    seen_by: ColumnElement[str], view: str | None, at: ColumnElement[datetime], since: datetime | None
) -> list[ColumnElement[bool]]:
    return [*([] if view is None else [seen_by == view]), *([] if since is None else [at >= since])]


def _line(type: str, row: Any, at: datetime, **more: Any) -> dict[str, Any]:
    line = {"type": type, "query": row.query, "locale": row.locale, "session": row.query_id, "at": at.isoformat()}
    return {**line, **{key: value for key, value in more.items() if value is not None}}
