"""Facets are a sidebar: what is counted can be clicked, and gives what was counted."""

from __future__ import annotations

from typing import Any

import pytest

from kb_search.filters import FACET_FIELDS
from kb_search.types import Mode
from tests.contract.corpus import MODES
from tests.contract.oracle import Oracle
from tests.fakes import Open, article


def test_these_fields_are_counted(oracle: Oracle) -> None:
    assert FACET_FIELDS == ("locale", "category", "tags", "area", "status", "confidence", "owner", "updated")
    assert tuple(oracle.searcher.search("account", view="owners").facets) == FACET_FIELDS


QUERY = "erreur"


@pytest.mark.parametrize("filters", [{"category": "Billing"}, {"locale": "fr", "status": "published"}], ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_every_value_that_is_counted_is_a_filter_that_leaves_so_many(
    oracle: Oracle, mode: Mode, filters: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"mode": mode, "view": "owners", "limit": 0, "fold_translations": False}
    result = oracle.searcher.search(QUERY, filters=filters, **asked)
    assert result.total and not result.total_is_lower_bound
    for field, values in result.facets.items():
        for value, count in values.items():
            narrowed = filters | {field: value}
            if field == "locale" and (kinds := [tag for tag in values if tag.startswith(f"{value}-")]):
                count += sum(values[tag] for tag in kinds)
            assert oracle.searcher.search(QUERY, filters=narrowed, **asked).total == count, narrowed


FAMILY = {
    "en.md": article("Invoice", "Invoice.", locale="en", category="Billing", tags="[money]", updated="2026-03-02"),
    "fr.md": article(
        "Facture",
        "Facture.",
        locale="fr",
        category="Facturation",
        tags="[argent]",
        updated="2026-01-05",
        translation_of="en",
    ),
    "other.md": article("Invoice", "Invoice copy.", locale="en", category="Billing", updated="2026-03-31"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("reader", "facets"),
    [
        (
            "en",
            {"locale": {"en": 2}, "category": {"Billing": 2}, "tags": {"money": 1}, "updated": {"2026-03": 2}},
        ),
        (
            "fr",
            {
                "locale": {"en": 1, "fr": 1},
                "category": {"Billing": 1, "Facturation": 1},
                "tags": {"argent": 1},
                "updated": {"2026-03": 1, "2026-01": 1},
            },
        ),
    ],
)
def test_folded_translations_count_once_as_what_is_shown(
    opened: Open, monkeypatch: pytest.MonkeyPatch, reader: str, mode: Mode, facets: dict[str, Any]
) -> None:
    monkeypatch.setattr("kb_search.ranking.fusion.WEAK_LOG_ODDS", -100)  # so few articles hardly fit anything
    result = opened(FAMILY).search("invoice", mode=mode, locale=reader)
    assert result.total == len(result.hits) == 2
    assert result.facets == facets | {"status": {"published": 2}}
