"""What many people asked and found: counted from the stored searches now and then, answered from memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import and_, func, select

from kb_search.events.database import Database
from kb_search.events.records import PopularQuery
from kb_search.events.tables import searches
from kb_search.text.locales import primary

DAYS = 30
_LONGEST = 100
"""Characters of a query that is suggested to others: longer ones are stories, and somebody's own."""
_KEPT = 1_000
"""Queries kept of a view and locale."""


class Popular:
    """Popular queries by view and locale. `refresh` reads, in a thread aside; `queries` only looks up."""

    def __init__(self, database: Database, floor: int) -> None:
        """`floor`: how many searches for a query must have had an answer."""
        self._database, self._floor = database, floor
        self._lists: Mapping[tuple[str, str | None], tuple[PopularQuery, ...]] = {}

    def queries(self, view: str, locale: str | None, limit: int) -> tuple[PopularQuery, ...]:
        """List the queries that readers of this view asked most; never those of another view.

        Those in `locale` come first, then those in other kinds of its language; without one, all languages count.
        """
        return tuple(islice(self._ordered(view, locale), max(limit, 0)))

    def refresh(self) -> None:
        """Count again: searches of the last 30 days that had an answer and held nothing personal. Raises StateError."""
        self._lists = self._count(datetime.now(UTC) - timedelta(days=DAYS))

    def _ordered(self, view: str, locale: str | None) -> Iterator[PopularQuery]:
        lists = {of: found for (seen_by, of), found in self._lists.items() if seen_by == view}
        exact = lists.pop(locale, ()) if locale is not None else ()
        others = (
            one
            for of, found in lists.items()
            if locale is None or (of is not None and primary(of) == primary(locale))
            for one in found
        )
        seen: set[str] = set()
        for one in (*exact, *sorted(others, key=_order)):
            if one.text not in seen:
                seen.add(one.text)
                yield one

    def _count(self, since: datetime) -> Mapping[tuple[str, str | None], tuple[PopularQuery, ...]]:
        row = searches.c
        settled = and_(
            row.at >= since,
            row.outcome == "ok",
            row.redacted.is_(False),
            row.surface != "mcp",  # an assistant asks in its own words
            row.folded != "",
            func.length(row.query) <= _LONGEST,
        )
        # Which queries are popular, and then how each of them is spelled.
        kinds = (row.view, row.locale, row.folded)
        popular = (
            select(*kinds, func.count().label("searches"))
            .where(settled)
            .group_by(*kinds)
            .having(func.count() >= self._floor)
            .subquery()
        )
        same = and_(
            row.view == popular.c.view,
            row.locale.is_not_distinct_from(popular.c.locale),
            row.folded == popular.c.folded,
        )
        spelled = (
            select(*kinds, popular.c.searches, row.query)
            .join(popular, same)
            .where(settled)
            .group_by(*kinds, popular.c.searches, row.query)
            .order_by(func.count(), row.query.desc())  # so that the commonest comes last, and stays
        )
        found: dict[tuple[str, str | None], dict[str, PopularQuery]] = defaultdict(dict)
        with self._database.reading() as connection:
            for view, locale, folded, count, text in connection.execute(spelled):
                found[view, locale][folded] = PopularQuery(text, count)
        return {key: tuple(sorted(queries.values(), key=_order)[:_KEPT]) for key, queries in found.items()}


def _order(query: PopularQuery) -> tuple[int, str]:
    return -query.searches, query.text
