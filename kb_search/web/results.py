"""The page of results: what was found, filters to narrow it down, and what to do where nothing was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb_search.types import Hit, SearchResult
from kb_search.web.asked import LAST_PAGE, PAGE_SIZE, Asked
from kb_search.web.language import Language, own_name
from kb_search.web.links import ArticleLink, article_address, is_foreign
from kb_search.web.notices import notice_text
from kb_search.web.passage import Line, passage_lines

FACETS = ("locale", "category", "tags", "updated")
"""Fields that readers can narrow results down by; the address takes any that the API takes."""
_SHOWN_VALUES = 6


@dataclass(frozen=True, slots=True)
class Result:
    """One article. `foreign` says that it is not in the reader's language."""

    title: str
    address: str
    locale: str
    foreign: bool
    heading: str
    passage: tuple[Line, ...]
    updated: str | None
    translations: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: how it reads, how many results have it, and the address with that filter.

    Of one that is `chosen` the address is that without it.
    """

    text: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with its values; the first few, and those behind `More`."""

    field: str
    first: tuple[Value, ...]
    more: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is on: the name of its field, how its value reads, and the address without it."""

    field: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Results:
    """`items` are the results of this page, `previous` and `next` addresses, `unfiltered` that without filters.

    Where `total` is 0, `featured` articles and `popular` queries, as text and address, may stand instead.
    """

    asked: Asked
    total: int
    at_least: bool
    outcome: str
    corrected: str | None
    degraded: bool
    notices: tuple[str, ...]
    items: tuple[Result, ...]
    facets: tuple[Facet, ...]
    active: tuple[Active, ...]
    unfiltered: str
    pages: int
    previous: str | None
    next: str | None
    featured: tuple[ArticleLink, ...]
    popular: tuple[tuple[str, str], ...]


def pages_of(total: int) -> int:
    """Count the pages that so many results make, as far as can be paged."""
    return min(-(-total // PAGE_SIZE), LAST_PAGE)


def results_page(
    asked: Asked,
    found: SearchResult,
    language: Language,
    *,
    tracked: bool,
    beside: Mapping[str, Mapping[str, int]] | None = None,
    featured: Sequence[ArticleLink] = (),
    popular: Sequence[tuple[str, str]] = (),
) -> Results:
    """Arrange an answer. `tracked`: links say which result of which search they are.

    `beside` has the facets that are filtered by, as they are counted without their own filter.
    Paging is over what `total` counts: past that, articles are ranked but do not answer.
    """
    pages = pages_of(found.total)
    shown = max(0, found.total - asked.offset)
    sent = found.query_id if tracked else ""
    items = tuple(
        _result(hit, asked.locale, f"{sent}.{asked.offset + position}" if sent else "")
        for position, hit in enumerate(found.hits[:shown], 1)
    )
    return Results(
        asked=asked,
        total=found.total,
        at_least=found.total_is_lower_bound,
        outcome=found.outcome,
        corrected=found.corrected,
        degraded=found.degraded is not None,
        notices=tuple(notice_text(remark, language) for remark in found.remarks),
        items=items,
        facets=_facets(asked, found.facets, beside or {}, language),
        active=tuple(
            Active(key.partition(".")[0], filter_text(key, value, language), asked.removing(key, value).address())
            for key, value in asked.active
        ),
        unfiltered=asked.unfiltered().address(),
        pages=pages,
        previous=asked.on_page(asked.page - 1).address() if 1 < asked.page <= pages else None,
        next=asked.on_page(asked.page + 1).address() if asked.page < pages else None,
        featured=tuple(featured),
        popular=tuple(popular),
    )


def filter_text(key: str, value: str, language: Language) -> str:
    """Write the value of a filter for people: the name of a language, a month, the end of a range."""
    field, _, end = key.partition(".")
    if field == "locale":
        return own_name(value)
    if field not in ("created", "updated", "review_by"):
        return value
    written = language.date(value)
    return language.say("filters.from" if end == "gte" else "filters.until", date=written) if end else written


def _result(hit: Hit, reader: str, sent_from: str) -> Result:
    return Result(
        title=hit.title,
        address=article_address(hit.url, hit.locale, reader, sent_from, hit.passage.anchor),
        locale=hit.locale,
        foreign=is_foreign(hit.locale, reader),
        heading=hit.passage.heading,
        passage=passage_lines(hit.passage.html),
        updated=hit.updated,
        translations=tuple((other.locale, other.title, other.url) for other in hit.translations),
    )


def chosen_facets(asked: Asked) -> tuple[str, ...]:
    """List the facets that are filtered by values, so that others can be added; a range of dates has no values."""
    return tuple(field for field in FACETS if field in asked.filters)


def _facets(
    asked: Asked, facets: Mapping[str, Mapping[str, int]], beside: Mapping[str, Mapping[str, int]], language: Language
) -> tuple[Facet, ...]:
    """List the fields that have a choice: values to narrow the results down to, or to add to those chosen."""
    listed = []
    ranges = {key.partition(".")[0] for key in asked.filters if "." in key}
    for field in FACETS:
        chosen = asked.filters.get(field, ())
        counts = (beside if chosen else facets).get(field, {})
        if field in ranges or len(counts) < 2:
            continue
        ordered = sorted(counts, key=lambda value: value not in chosen)
        values = tuple(_value(asked, field, value, counts[value], language) for value in ordered)
        listed.append(Facet(field, values[:_SHOWN_VALUES], values[_SHOWN_VALUES:]))
    return tuple(listed)


def _value(asked: Asked, field: str, value: str, count: int, language: Language) -> Value:
    chosen = value in asked.filters.get(field, ())
    other = asked.removing(field, value) if chosen else asked.adding(field, value)
    return Value(filter_text(field, value, language), count, other.address(), chosen)
