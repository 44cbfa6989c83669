"""What `filters=` means: parsed once, refused early, the same for Python, command line and HTTP. Pure.

A list is any-of, fields are AND-ed, date ranges take gte and lte; `locale: fr` matches `fr` and `fr-CA`, `updated:
2026-03` the days of that month.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from kb_search.errors import ConfigError, QueryError
from kb_search.text.locales import canonical
from kb_search.text.normalize import normalize

TEXT_FIELDS = ("locale", "category", "tags", "area", "status", "confidence", "governance", "owner")
DATE_FIELDS = ("created", "updated", "review_by")
FACET_FIELDS = ("locale", "category", "tags", "area", "status", "confidence", "owner", "updated")
"""Fields whose values are counted; any value that is counted can be given as a filter."""
_RANGE = ("gte", "lte")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """One field: any of `values`, and from `gte` to `lte`, both ends included.

    A date is a day, a month (2026-03) or a year (2026), and stands for all of its days.
    """

    field: str
    values: tuple[str, ...] = ()
    gte: str | None = None
    lte: str | None = None


def parse_filters(filters: Mapping[str, Any] | None) -> tuple[Condition, ...]:
    """Check and normalise filters, sorted by field. Raises QueryError naming the field and what it takes."""
    if filters is not None and not isinstance(filters, Mapping):
        raise QueryError(f"The filters are {type(filters).__name__}, not a mapping. Write them as field: value.")
    by_field = sorted(((str(field), value) for field, value in (filters or {}).items()), key=itemgetter(0))
    return tuple(_condition(field, value) for field, value in by_field)


def _condition(field: str, value: Any) -> Condition:
    if field not in TEXT_FIELDS + DATE_FIELDS:
        raise QueryError(f"Unknown filter field {field!r}. Choose from {', '.join(TEXT_FIELDS + DATE_FIELDS)}.")
    if isinstance(value, Mapping):
        return _range(field, value)
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(isinstance(item, str) for item in values):
        raise QueryError(f"The filter {field}={value!r} is not text. Give a text, or a list of texts for any-of.")
    if not values:
        raise QueryError(f"The filter {field} is an empty list, which matches nothing. Give a value, or leave it out.")
    read = _locale if field == "locale" else _date if field in DATE_FIELDS else _text
    return Condition(field, tuple(sorted({read(field, item) for item in values})))


def _range(field: str, value: Mapping[Any, Any]) -> Condition:
    if field not in DATE_FIELDS:
        raise QueryError(f"The filter {field}={dict(value)!r} is a range. Ranges work for {', '.join(DATE_FIELDS)}.")
    unknown = [key for key in value if key not in _RANGE]
    bounds = {key: _date(field, bound) for key, bound in value.items() if key in _RANGE and bound is not None}
    if unknown or not bounds:
        raise QueryError(f"The range of {field} takes gte and lte, not {unknown or 'nothing'}.")
    return Condition(field, (), bounds.get("gte"), bounds.get("lte"))


def _date(field: str, value: Any) -> str:
    """Give the day, month or year; a time after a day is left out, as articles have none."""
    try:
        found = _DATE.fullmatch(value)
        year, month, day = found.groups() if found else ("", None, None)
        datetime.date(int(year), int(month or 1), int(day or 1))
        return "-".join(part for part in (year, month, day) if part)
    except (ValueError, TypeError):
        raise QueryError(
            f"The filter {field}={value!r} is not a date. Write it as 2026-01-31, or 2026-01 or 2026 for all of it."
        ) from None


def _text(_field: str, value: str) -> str:
    """Spell it as articles are stored: é is one character, not two."""
    return normalize(value)


def _locale(field: str, value: str) -> str:
    try:
        return canonical(value)
    except ConfigError:
        raise QueryError(f"The filter {field}={value!r} is not a locale. Write it as en or fr-CA.") from None
