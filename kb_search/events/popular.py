"""What is asked again and again and found: counted from the stored searches now and then, answered from memory.

What is popular is shown to everybody, so nobody should be able to make it so in a minute: what counts are the hours in
which a query was asked, not how often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import BigInteger, and_, cast, distinct, exists, extract, func, or_, select

from kb_search.events.database import Database
from kb_search.events.records import PopularQuery
from kb_search.events.tables import events, searches
from kb_search.text.locales import primary

DAYS = 30
_LONGEST, _MOST_WORDS = 60, 8
"""Characters and words of a query that is suggested to others: longer ones are stories, and somebody's own."""
_SENT = ("api", "help-center")
"""Where queries are sent when they are finished, unless they say otherwise. What is asked while somebody types may be
half a word: only a click tells that it was a question."""
_KEPT = 1_000
"""Queries kept of a view and locale."""

_Queries = tuple[PopularQuery, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The queries of a view, the most popular first: all, of each locale, and of each language."""

    whole: _Queries = ()
    locales: Mapping[str | None, _Queries] = field(default_factory=dict)
    languages: Mapping[str, _Queries] = field(default_factory=dict)


class Popular:
    """Popular queries by view and locale. `refresh` reads, in a thread aside; `queries` only looks up."""

    def __init__(self, database: Database, floor: int) -> None:
        """`floor`: in how many different hours a query must have been asked and had an answer."""
        self._database, self._floor = database, floor
        self._views: Mapping[str, _Lists] = {}

    def queries(self, view: str, locale: str | None, limit: int) -> tuple[PopularQuery, ...]:
        """List the queries that readers of this view asked most; never those of another view.

        Those in `locale` come first, then those in other kinds of its language; without one, all languages count.
        """
        return tuple(islice(self._ordered(view, locale), max(limit, 0)))

    def refresh(self) -> None:
        """Count again: searches of the last 30 days that had an answer and held nothing personal. Raises StateError."""
        self._views = self._count(datetime.now(UTC) - timedelta(days=DAYS))

    def _ordered(self, view: str, locale: str | None) -> Iterator[PopularQuery]:
        lists = self._views.get(view, _Lists())
        if locale is None:
            candidates = lists.whole
        else:
            candidates = (*lists.locales.get(locale, ()), *lists.languages.get(primary(locale), ()))
        seen: set[str] = set()
        for one in candidates:
            if one.text not in seen:
                seen.add(one.text)
                yield one

    def _count(self, since: datetime) -> Mapping[str, _Lists]:
        row = searches.c
        clicked = exists().where(events.c.query_id == row.query_id, events.c.type == "click")
        settled = and_(
            row.at >= since,
            row.outcome == "ok",
            row.redacted.is_(False),
            row.surface != "mcp",  # an assistant asks in its own words
            or_(and_(row.surface.in_(_SENT), row.typing.is_(False)), clicked),
            row.folded != "",
            func.length(row.query) <= _LONGEST,
            func.length(row.folded) - func.length(func.replace(row.folded, " ", "")) < _MOST_WORDS,
        )
        seconds = cast(extract("epoch", row.at), BigInteger)
        hours = func.count(distinct(seconds - seconds % 3600))
        # Which queries are popular, and then how each of them is spelled.
        kinds = (row.view, row.locale, row.folded)
        popular = select(*kinds, hours.label("hours")).where(settled).group_by(*kinds).having(hours >= self._floor)
        counted = popular.subquery()
        same = and_(
            row.view == counted.c.view,
            row.locale.is_not_distinct_from(counted.c.locale),
            row.folded == counted.c.folded,
        )
        spelled = (
            select(*kinds, counted.c.hours, row.query)
            .join(counted, same)
            .where(settled)
            .group_by(*kinds, counted.c.hours, row.query)
            .order_by(hours, row.query.desc())  # so that the commonest comes last, and stays
        )
        found: dict[tuple[str, str | None], dict[str, PopularQuery]] = defaultdict(dict)
        with self._database.reading() as connection:
            for view, locale, folded, count, text in connection.execute(spelled):
                found[view, locale][folded] = PopularQuery(text, count)
        return _listed({kind: tuple(sorted(queries.values(), key=_order)[:_KEPT]) for kind, queries in found.items()})


def _listed(found: Mapping[tuple[str, str | None], _Queries]) -> dict[str, _Lists]:
    """Put them in order once, and not at every request."""
    views: dict[str, _Lists] = {}
    for view in {view for view, _ in found}:
        locales = {locale: queries for (of, locale), queries in found.items() if of == view}
        languages: dict[str, list[PopularQuery]] = defaultdict(list)
        for locale, queries in locales.items():
            if locale is not None:
                languages[primary(locale)] += queries
        views[view] = _Lists(
            tuple(sorted((one for queries in locales.values() for one in queries), key=_order)),
            locales,
            {language: tuple(sorted(queries, key=_order)) for language, queries in languages.items()},
        )
    return views


def _order(query: PopularQuery) -> tuple[int, str]:
    return -query.hours, query.text
