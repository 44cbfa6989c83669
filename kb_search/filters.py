"""What `filters=` means: parsed once, refused early, the same for Python, command line and HTTP. Pure.

A list is any-of, fields are AND-ed, date ranges take gte and lte; `locale: fr` matches `fr` and `fr-CA`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb_search.errors import QueryError

TEXT_FIELDS = ("locale", "category", "tags", "area", "status", "confidence", "governance", "owner")
DATE_FIELDS = ("created", "updated", "review_by")
FACET_FIELDS = ("locale", "category", "tags", "area", "status", "confidence", "owner")
_RANGE = ("gte", "lte")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field: any of `values`, and from `gte` to `lte`, both ends included."""

    field: str
    values: tuple[str, ...] = ()
    gte: str | None = None
    lte: str | None = None


def parse_filters(filters: Mapping[str, Any] | None) -> tuple[Condition, ...]:
    """Check and normalise filters, sorted by field. Raises QueryError naming the field and what it takes."""
    return tuple(_condition(field, value) for field, value in sorted((filters or {}).items()))


def _condition(field: str, value: Any) -> Condition:
    if field not in TEXT_FIELDS + DATE_FIELDS:
        raise QueryError(f"Unknown filter field {field!r}. Choose from {', '.join(TEXT_FIELDS + DATE_FIELDS)}.")
    if isinstance(value, Mapping):
        return _range(field, value)
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(isinstance(item, str) for item in values):
        raise QueryError(f"The filter {field}={value!r} is not text. Give a text, or a list of texts for any-of.")
    if field in DATE_FIELDS:
        for item in values:
            _date(field, item)
    if not values:
        raise QueryError(f"The filter {field} is an empty list, which matches nothing. Give a value, or leave it out.")
    return Condition(field, tuple(sorted(set(values))))


def _range(field: str, value: Mapping[Any, Any]) -> Condition:
    if field not in DATE_FIELDS:
        raise QueryError(f"The filter {field}={dict(value)!r} is a range. Ranges work for {', '.join(DATE_FIELDS)}.")
    unknown = [key for key in value if key not in _RANGE]
    if unknown or not value:
        raise QueryError(f"The range of {field} takes gte and lte, not {unknown or 'nothing'}.")
    return Condition(field, (), *(_date(field, value.get(key)) for key in _RANGE))


def _date(field: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise TypeError
        datetime.date.fromisoformat(value[:10])
        return value
    except (ValueError, TypeError):
        raise QueryError(f"The filter {field}={value!r} is not a date. Write it as 2026-01-31.") from None
