"""Articles without a query: by category, by an old address, all of them for a site map, and what changed lately.

Everything is of one view: an article that it does not show is as if it did not exist.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.answers import Change, ChangesAnswer
from kb_search.catalogue import KINDS, Catalogue, address, catalogue
from kb_search.errors import QueryError
from kb_search.hydrate import article_url
from kb_search.searcher import Searcher, reader_locale
from kb_search.stores.article_rows import Meta
from kb_search.stores.articles import ArticleRecord
from kb_search.text.locales import matches

MOST = 200
"""Articles of one answer."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category and how many articles of a locale are in it; the name is empty for those that are in none."""

    name: str
    locale: str
    articles: int


@dataclass(frozen=True, slots=True)
class Card:
    """An article in a list."""

    id: str
    title: str
    url: str
    locale: str
    summary: str | None
    updated: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list, and how long all of it is."""

    total: int
    articles: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An article of a site map; `alternates` are (locale, url) of it and its translations, none if it has no other."""

    id: str
    url: str
    updated: str | None
    alternates: tuple[tuple[str, str], ...]


class _Addressed(msgspec.Struct, gc=False):
    """What of the front matter a site map shows."""

    slug: str | None = None
    updated: str | None = None


def categories(searcher: Searcher, view: str, locale: str) -> tuple[Category, ...]:
    """List the categories that articles of a locale are in, those with most first, then by name.

    Articles without one are counted last, under an empty name. Raises QueryError, UnknownView.
    """
    wanted = _locale(locale)
    listed = _catalogue(searcher, view)
    counts = listed.categories.counts(_in_locale(searcher, view, listed.titled, wanted))
    found = [Category(name, wanted, count) for name, count in counts.items()]
    return tuple(sorted(found, key=lambda category: (not category.name, -category.articles, category.name)))


def articles_in(
    searcher: Searcher, view: str, *, locale: str, category: str | None = None, limit: int = 50, offset: int = 0
) -> Listing:
    """List the articles of a locale by title: those of a category, of none where it is empty, all where it is None.

    Raises QueryError, UnknownView.
    """
    _check(limit, offset)
    wanted = _locale(locale)
    listed = _catalogue(searcher, view)
    mask = _in_locale(searcher, view, listed.titled, wanted)
    if category is not None:
        mask &= listed.categories.among(category)
    rows = listed.titled[mask]
    cards = tuple(
        Card(r.id, r.title, _url(searcher, r), r.locale, r.meta.summary, r.meta.updated, r.meta.category)
        for r in _records(searcher, rows[offset : offset + limit])
    )
    return Listing(len(rows), cards)


def by_alias(searcher: Searcher, path: str, view: str) -> str | None:
    """Find the article that has an old address, the first by id of several; None if the view shows none.

    A slash at the end and percent-encoding do not matter, case does. Raises UnknownView.
    """
    row = _catalogue(searcher, view).addresses.get(address(path))
    return None if row is None else searcher.snapshot.store.ids[row]


def sitemap(searcher: Searcher, view: str) -> tuple[Entry, ...]:
    """List all articles of a view in order of id. Raises UnknownView."""
    snapshot, families = searcher.snapshot, searcher.snapshot.view(view).families
    ids, locales, members = snapshot.store.ids, snapshot.store.locales.tolist(), snapshot.view(view).members.tolist()
    records = {
        row: ArticleRecord(row, ids[row], title, locales[row], status, Meta(slug=front.slug, updated=front.updated))
        for row, title, status, front in snapshot.store.scan(_Addressed)
        if members[row]
    }
    urls = {row: _url(searcher, record) for row, record in records.items()}

    def alternates(record: ArticleRecord) -> tuple[tuple[str, str], ...]:
        family = families.members(record.ordinal)
        if len(family) == 1:
            return ()
        found = {records[row].locale: urls[row] for row in reversed(family)}  # the first of a locale stands for it
        return tuple(sorted((found | {record.locale: urls[record.ordinal]}).items()))

    return tuple(Entry(r.id, urls[r.ordinal], r.meta.updated, alternates(r)) for r in records.values())


def changes(
    searcher: Searcher,
    view: str,
    *,
    since: str | None = None,
    area: str | None = None,
    locale: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> ChangesAnswer:
    """List what happened last to each article, latest first, then by id; articles without dates are left out.

    An archived article was archived when it was updated, any other edited then if it was created before, else new when
    it was created. `since` is a day, included. Raises QueryError, UnknownView.
    """
    _check(limit, offset)
    first = _day(since)
    listed = _catalogue(searcher, view)
    mask = listed.days >= first
    if area is not None:
        mask &= listed.areas.among(area)
    if locale:
        mask &= _in_locale(searcher, view, listed.changed, _locale(locale))
    chosen = np.flatnonzero(mask)
    page = chosen[offset : offset + limit].tolist()
    records = _records(searcher, listed.changed[page])
    found = tuple(
        Change(
            kind=KINDS[listed.kinds[at]],
            day=str(listed.days[at]),
            id=record.id,
            title=record.title,
            url=_url(searcher, record),
            locale=record.locale,
            area=record.meta.area,
            category=record.meta.category,
            owner=record.meta.owner,
            status=record.status,
        )
        for at, record in zip(page, records, strict=True)
    )
    return ChangesAnswer(len(chosen), searcher.generation, found)


def _catalogue(searcher: Searcher, view: str) -> Catalogue:
    return catalogue(searcher.snapshot, searcher.snapshot.view(view))


def _in_locale(searcher: Searcher, view: str, rows: NDArray[np.int64], wanted: str) -> NDArray[np.bool_]:
    """Tell which articles are in a locale or a kind of it: bool of the shape of `rows`."""
    locales = searcher.snapshot.store.locales[rows]
    found = np.zeros(len(rows), np.bool_)
    for locale in searcher.snapshot.view(view).keywords:
        if matches(locale, wanted):
            found |= locales == locale
    return found


def _records(searcher: Searcher, rows: NDArray[np.int64]) -> list[ArticleRecord]:
    records = searcher.snapshot.store.records(rows.tolist())
    return [records[row] for row in rows.tolist()]


def _url(searcher: Searcher, record: ArticleRecord) -> str:
    return article_url(searcher.settings.service.article_url, record)


def _check(limit: int, offset: int) -> None:
    if not 0 <= limit <= MOST:
        raise QueryError(f"limit={limit} is out of range. Choose a value from 0 to {MOST}.")
    if offset < 0:
        raise QueryError(f"offset={offset} is negative. Count from 0.")


def _locale(locale: str) -> str:
    found = reader_locale(locale)
    if found is None:
        raise QueryError("The locale is empty. Write it as en or fr-CA.")
    return found


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(since: str | None) -> str:
    if since is None:
        return ""
    try:
        if _DAY.fullmatch(since):
            return datetime.date.fromisoformat(since).isoformat()
    except ValueError:
        pass
    raise QueryError(f"since={since!r} is not a day. Write it as 2026-01-31.")
