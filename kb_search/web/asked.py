"""What the address of a search page asks for, and the addresses of its neighbours: filtered, paged, without a filter.

Addresses are shared and have parameters of other people appended: what is not known here is passed over. What looks
like a filter and is none is passed over too, and named in `ignored`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from kb_search.errors import QueryError
from kb_search.filters import DATE_FIELDS, TEXT_FIELDS, parse_filters
from kb_search.ranking.rollup import WINDOW

PAGE_SIZE = 10
LAST_PAGE = WINDOW // PAGE_SIZE
_MOST_VALUES, _MOST_PAIRS = 100, 1_000
"""Values of one filter, and parameters of an address, that are read."""
_PREFIX = "filter."
_KEYS = (*TEXT_FIELDS, *(f"{field}{end}" for field in DATE_FIELDS for end in ("", ".gte", ".lte")))
"""What may stand behind `filter.`, in the order in which addresses have it."""

IsValue = Callable[[str, str], bool]
"""Tells whether some article has a value in a field: `Orders, returns` is then one value, not two."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. `filters` maps `tags` or `updated.gte` to values; `locale` is the reader's; pages count from 1."""

    query: str
    locale: str
    filters: Mapping[str, tuple[str, ...]]
    page: int = 1
    ignored: tuple[str, ...] = ()

    @property
    def offset(self) -> int:
        """How many results stand on the pages before."""
        return (self.page - 1) * PAGE_SIZE

    @property
    def active(self) -> tuple[tuple[str, str], ...]:
        """List the filters one by one: (`tags`, `billing`)."""
        return tuple((key, value) for key, values in self.filters.items() for value in values)

    def for_searcher(self) -> dict[str, Any]:
        """Give the filters as `Searcher.search` takes them."""
        return _grouped(self.filters)

    def adding(self, key: str, value: str) -> Asked:
        """Ask for one more filter, from the first page."""
        return self._with({**self.filters, key: (*self.filters.get(key, ()), value)})

    def removing(self, key: str, value: str) -> Asked:
        """Ask without one filter, from the first page."""
        left = tuple(one for one in self.filters.get(key, ()) if one != value)
        return self._with({**self.filters, key: left})

    def unfiltered(self) -> Asked:
        """Ask without any filter, from the first page."""
        return self._with({})

    def on_page(self, page: int) -> Asked:
        """Ask for another page."""
        return replace(self, page=page)

    def speaking(self, locale: str) -> Asked:
        """Ask in another language."""
        return replace(self, locale=locale, page=1)

    def address(self) -> str:
        """Write the address of the page that shows this."""
        pairs = [("q", self.query), ("locale", self.locale)]
        pairs += [(_PREFIX + key, value) for key, value in self.active]
        return "/?" + urlencode([*pairs, *([("page", str(self.page))] if self.page > 1 else [])])

    def _with(self, filters: Mapping[str, Sequence[str]]) -> Asked:
        kept = {key: tuple(filters[key]) for key in _KEYS if filters.get(key)}
        return replace(self, filters=kept, page=1, ignored=())


def read_asked(pairs: Iterable[tuple[str, str]], locale: str, is_value: IsValue) -> Asked:
    """Read a query string, given as name and value."""
    given = list(pairs)[:_MOST_PAIRS]
    texts: dict[str, list[str]] = {}
    ignored = []
    for name, value in given:
        if name.startswith(_PREFIX) and value.strip():
            key = name.removeprefix(_PREFIX)
            known = texts.setdefault(key, [])
            known.extend(_values(key, value.strip(), is_value)[: _MOST_VALUES - len(known)])
    filters: dict[str, tuple[str, ...]] = {}
    for key in [*(key for key in _KEYS if key in texts), *(key for key in texts if key not in _KEYS)]:
        values = tuple(dict.fromkeys(texts[key]))[:_MOST_VALUES]
        if _is_filter({**filters, key: values}):
            filters[key] = values
        else:
            ignored += [f"{key}={value}" for value in values]
    query = next((value for name, value in reversed(given) if name == "q"), "").strip()
    page = next((value for name, value in reversed(given) if name == "page"), "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1
    return Asked(query, locale, filters, min(max(number, 1), LAST_PAGE), tuple(ignored))


def _values(key: str, text: str, is_value: IsValue) -> list[str]:
    if key not in TEXT_FIELDS or "," not in text or is_value(key, text):
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_filter(filters: Mapping[str, Sequence[str]]) -> bool:
    if any(len(values) > 1 for key, values in filters.items() if "." in key):
        return False
    try:
        parse_filters(_grouped(filters))
    except QueryError:
        return False
    return set(filters) <= set(_KEYS)


def _grouped(filters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Put the ends of a range together. Raises QueryError where a field has values and a range."""
    grouped: dict[str, Any] = {}
    for key, values in filters.items():
        field, _, end = key.partition(".")
        if not end:
            grouped[field] = list(values)
        elif isinstance(grouped.setdefault(field, {}), dict):
            grouped[field][end] = values[0]
        else:
            raise QueryError(f"{field} has values and a range. Leave one out.")
    return grouped
