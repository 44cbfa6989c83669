"""Filter × mode × view: an answer is exactly the articles of the view that meet the filter, scored as without it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kb_search import Hit, SearchResult
from kb_search.ranking import fusion
from kb_search.types import Mode
from tests.contract.corpus import FILLERS, MODES, RARE, TOPICS, VIEWS, Filters
from tests.contract.oracle import Oracle, assert_same, counted

FILTERS: list[Filters] = [
    {},
    {"locale": "en"},
    {"locale": "en-GB"},
    {"locale": ["fr", "tr"]},
    {"category": "Orders, returns"},
    {"tags": "login"},
    {"tags": ["billing", "app", "unheard"]},
    {"area": "shop"},
    {"status": "published"},
    {"status": ["draft", "archived"]},
    {"confidence": ["wip", "validated"]},
    {"owner": "Zoë"},
    {"updated": {"gte": "2025-06-01"}},
    {"updated": {"lte": "2024-06-25"}},
    {"updated": {"gte": "2024-06-01", "lte": "2025-01-30"}},
    {"updated": ["2024-12", "2025-01-01"]},
    {"locale": "fr", "tags": ["login", "orders"], "category": ["Account", "Billing"], "updated": {"gte": "2025-01-01"}},
    {"tags": "single"},
    {"status": ["published", "draft", "archived"]},
    {"owner": "Nobody"},
    {"owner": "Ada", "locale": "de"},
]
WINDOW = 200


def scored(hits: tuple[Hit, ...]) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in hits]


def families(result: SearchResult) -> list[tuple[frozenset[str], float]]:
    return [(frozenset({hit.id, *(other.id for other in hit.translations)}), hit.score) for hit in result.hits]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_an_answer_is_what_meets_the_filter(oracle: Oracle, filters: Filters, mode: Mode, view: str) -> None:
    for query in ("account zinnia", "parcel facture harbour", "quixotry hesap"):
        asked: dict[str, Any] = {"mode": mode, "view": view, "filters": filters, "fold_translations": False}
        expected = oracle.ranked(query, mode, view, filters)
        assert_same(oracle.searcher.rank(query, limit=WINDOW, **asked).hits, expected[:WINDOW])
        counts = oracle.searcher.search(query, limit=0, **asked)
        fitting = sum(score >= fusion.WEAK for _, score in expected)
        assert (counts.total, counts.total_is_lower_bound) == (min(fitting, WINDOW), fitting > WINDOW)


@pytest.mark.parametrize("filters", [{}, {"tags": ["login", "app"]}, {"updated": "2025"}], ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_past_the_window_a_filtered_total_is_a_lower_bound(
    oracle: Oracle, filters: Filters, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = [name for name, score in oracle.ranked("refund", mode, "owners", filters) if score >= fusion.WEAK]
    assert len(fitting) > 2
    for window in (len(fitting) - 1, len(fitting), len(fitting) + 1):
        monkeypatch.setattr("kb_search.finding.WINDOW", window)
        result = oracle.searcher.search(
            "refund", mode=mode, view="owners", filters=filters, limit=window, fold_translations=False
        )
        assert result.total == min(len(fitting), window) == sum(result.facets["status"].values())
        assert result.total_is_lower_bound is (len(fitting) > window)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_folded_it_is_the_families_of_what_meets_the_filter(
    oracle: Oracle, filters: Filters, mode: Mode, view: str
) -> None:
    query = "refund walnut"
    result = oracle.searcher.search(query, mode=mode, view=view, filters=filters, limit=WINDOW, explain=True)
    assert_same(families(result), oracle.folded(query, mode, view, filters)[:WINDOW])
    fitting = [hit for hit in result.hits if hit.score >= fusion.WEAK]
    assert result.total == len(fitting)
    assert result.facets == counted(result.hits, oracle.articles)


def test_the_filters_are_as_they_are_meant_to_be(oracle: Oracle) -> None:
    """One lets a single article pass, one all, two none; no other is any of these."""
    passing = [len(oracle.ranked("password", "hybrid", "owners", filters)) for filters in FILTERS]
    assert [passing.count(number) for number in (600, 1, 0)] == [2, 1, 2]
    assert passing[FILTERS.index({"tags": "single"})] == 1


# ── However it is asked ──────────────────────────────────────────────────────────────────────────────────

WORDS = sorted({*FILLERS, *RARE, *(word for words in TOPICS.values() for word in words)})
QUERIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def any_of(*values: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


DAYS = st.builds("{:04}-{:02}-{:02}".format, st.integers(2023, 2026), st.integers(1, 12), st.integers(1, 28))
ANY_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "locale": any_of("en", "en-GB", "fr", "fr-CA", "tr", "de"),
        "category": any_of("Billing", "Orders, returns", "Account", "billing"),
        "tags": any_of("login", "billing", "orders", "app", "single"),
        "area": any_of("payments", "shop"),
        "status": any_of("published", "draft", "archived"),
        "confidence": any_of("wip", "not_validated", "validated"),
        "owner": any_of("Ada", "Ben", "Zoë"),
        "updated": any_of("2024", "2025-06", "2025-12-19")
        | st.fixed_dictionaries({"gte": DAYS}, optional={"lte": DAYS})
        | st.fixed_dictionaries({"lte": DAYS}),
    },
)


@given(
    query=QUERIES,
    filters=ANY_FILTERS,
    mode=st.sampled_from(MODES),
    view=st.sampled_from(VIEWS),
    locale=st.sampled_from([None, "en", "fr-CA", "de"]),
    fold=st.booleans(),
    data=st.data(),
)
@hypothesis_settings(max_examples=60)
def test_pages_totals_and_facets_agree_however_it_is_asked(
    oracle: Oracle,
    query: str,
    filters: Filters,
    mode: Mode,
    view: str,
    locale: str | None,
    fold: bool,
    data: st.DataObject,
) -> None:
    asked: dict[str, Any] = {
        "mode": mode, "view": view, "filters": filters, "locale": locale, "fold_translations": fold
    }  # fmt: skip
    whole = oracle.searcher.search(query, limit=WINDOW, **asked)
    if fold:
        assert_same(families(whole), oracle.folded(query, mode, view, filters)[:WINDOW])
        for hit in whole.hits:
            languages = [hit.locale, *(other.locale for other in hit.translations)]
            mine = [tag for tag in languages if locale and (tag == locale or tag.startswith(f"{locale}-"))]
            assert not mine or hit.locale in mine
    else:
        assert_same(scored(whole.hits), oracle.ranked(query, mode, view, filters)[:WINDOW])
    assert whole.total == sum(hit.score >= fusion.WEAK for hit in whole.hits)
    assert whole.facets == counted(whole.hits, oracle.articles)

    offset = data.draw(st.integers(0, len(whole.hits)))
    limit = data.draw(st.integers(0, WINDOW - offset))
    page = oracle.searcher.search(query, limit=limit, offset=offset, explain=True, **asked)
    assert scored(page.hits) == scored(whole.hits[offset : offset + limit])
    assert [hit.passage for hit in page.hits] == [hit.passage for hit in whole.hits[offset : offset + limit]]
    same = ("total", "total_is_lower_bound", "facets", "outcome", "notices", "locale")
    assert [getattr(page, name) for name in same] == [getattr(whole, name) for name in same]
