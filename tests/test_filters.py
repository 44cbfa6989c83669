from __future__ import annotations

from typing import Any

import pytest

from kb_search.errors import QueryError
from kb_search.filters import Condition, parse_filters


@pytest.mark.parametrize(
    ("filters", "conditions"),
    [
        (None, ()),
        ({}, ()),
        ({"category": "billing"}, (Condition("category", ("billing",)),)),
        ({"tags": ["login", "billing", "login"]}, (Condition("tags", ("billing", "login")),)),
        ({"tags": ("b",), "area": "a"}, (Condition("area", ("a",)), Condition("tags", ("b",)))),
        ({"updated": "2026-01-31"}, (Condition("updated", ("2026-01-31",)),)),
        ({"updated": {"gte": "2026-01-01"}}, (Condition("updated", gte="2026-01-01"),)),
        (
            {"created": {"lte": "2026-01-31", "gte": "2026-01-01"}},
            (Condition("created", gte="2026-01-01", lte="2026-01-31"),),
        ),
        ({"updated": {"gte": "2026-01-01", "lte": None}}, (Condition("updated", gte="2026-01-01"),)),
        ({"updated": {"gte": "2026-01-01T09:30:00Z"}}, (Condition("updated", gte="2026-01-01"),)),
        ({"updated": ["2026", "2026-03"]}, (Condition("updated", ("2026", "2026-03")),)),
        ({"updated": {"gte": "2026-03", "lte": "2027"}}, (Condition("updated", gte="2026-03", lte="2027"),)),
        ({"locale": ["FR_ca", "tr"]}, (Condition("locale", ("fr-CA", "tr")),)),
        ({"owner": "Zoe\u0308"}, (Condition("owner", ("Zoë",)),)),
    ],
)
def test_what_filters_mean(filters: dict[str, Any] | None, conditions: tuple[Condition, ...]) -> None:
    assert parse_filters(filters) == conditions


@pytest.mark.parametrize(
    ("filters", "complaint"),
    [
        ({"audience": "internal"}, "Unknown filter field 'audience'. Choose from locale, category, tags, "),
        ({3: "x"}, "Unknown filter field '3'."),
        (["tags"], "The filters are list, not a mapping. Write them as field: value."),
        ({"tags": 7}, "The filter tags=7 is not text. Give a text, or a list of texts for any-of."),
        ({"tags": ["a", None]}, "The filter tags=['a', None] is not text."),
        ({"tags": []}, "The filter tags is an empty list, which matches nothing."),
        ({"updated": "yesterday"}, "The filter updated='yesterday' is not a date. Write it as 2026-01-31, or "),
        ({"updated": "20260131"}, "The filter updated='20260131' is not a date."),
        ({"updated": "2026-W05-1"}, "The filter updated='2026-W05-1' is not a date."),
        ({"updated": "2026-13"}, "The filter updated='2026-13' is not a date."),
        ({"updated": "2026-1"}, "The filter updated='2026-1' is not a date."),
        ({"updated": "0000"}, "The filter updated='0000' is not a date."),
        ({"updated": "2026-01T09:00"}, "The filter updated='2026-01T09:00' is not a date."),
        ({"updated": "2026-01-31x"}, "The filter updated='2026-01-31x' is not a date."),
        ({"updated": {"gte": "2026-02-30"}}, "The filter updated='2026-02-30' is not a date."),
        ({"updated": {"gte": 20260101}}, "The filter updated=20260101 is not a date."),
        ({"updated": {"after": "2026-01-01"}}, "The range of updated takes gte and lte, not ['after']."),
        ({"updated": {}}, "The range of updated takes gte and lte, not nothing."),
        ({"updated": {"gte": None}}, "The range of updated takes gte and lte, not nothing."),
        (
            {"tags": {"gte": "a"}},
            "The filter tags={'gte': 'a'} is a range. Ranges work for created, updated, review_by",
        ),
        ({"locale": "%"}, "The filter locale='%' is not a locale. Write it as en or fr-CA."),
    ],
)
def test_a_wrong_filter_is_refused_and_named(filters: Any, complaint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_filters(filters)
    assert str(caught.value).startswith(complaint)
