"""A filter takes articles away, and nothing else: what is left has the scores and the order it had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb_search import Hit, Searcher
from kb_search.ranking import fusion
from kb_search.stores.articles import ArticleRecord
from kb_search.types import Mode
from tests.fakes import build, searcher_for
from tests.help_center import FILES, VIEWS

Keep = Callable[[ArticleRecord], bool]

FILTERS: list[tuple[dict[str, Any], Keep]] = [
    ({"locale": "en"}, lambda article: article.locale == "en"),
    ({"locale": ["fr", "tr"]}, lambda article: article.locale in ("fr", "tr")),
    ({"tags": "login"}, lambda article: "login" in article.meta.tags),
    ({"tags": ["billing", "orders"]}, lambda article: not {"billing", "orders"}.isdisjoint(article.meta.tags)),
    ({"category": "billing", "locale": "en"}, lambda a: (a.meta.category, a.locale) == ("billing", "en")),
    ({"owner": "Ada"}, lambda article: article.meta.owner == "Ada"),
    ({"status": "published"}, lambda article: article.status == "published"),
    ({"updated": {"gte": "2026-01-31"}}, lambda article: (article.meta.updated or "") >= "2026-01-31"),
    ({"updated": {"lte": "2026-01-31"}}, lambda article: "" < (article.meta.updated or "") <= "2026-01-31"),
    ({"area": "nowhere"}, lambda article: False),
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("help"), FILES)) as opened:
        yield opened


def records(searcher: Searcher) -> dict[str, ArticleRecord]:
    store = searcher.snapshot.store
    return {record.id: record for record in store.records(range(len(store.ids))).values()}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
@pytest.mark.parametrize(("filters", "keep"), FILTERS, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_a_filtered_answer_is_the_full_one_without_the_others(
    searcher: Searcher, filters: dict[str, Any], keep: Keep, mode: Mode, view: str
) -> None:
    known = records(searcher)
    for query in ("password", "the invoice of my refund", "mot de passe facture compte", "E-1042"):
        full = searcher.search(query, mode=mode, view=view, limit=200, fold_translations=False)
        found = searcher.search(query, mode=mode, view=view, limit=200, fold_translations=False, filters=filters)
        expected = [hit for hit in full.hits if keep(known[hit.id])]
        assert [hit.id for hit in found.hits] == [hit.id for hit in expected]
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected], abs=1e-9)
        assert [hit.passage for hit in found.hits] == [hit.passage for hit in expected]
        assert_counted(found.hits, known, found.total, found.facets)
        assert found.outcome == fusion.outcome_of(max((hit.score for hit in found.hits), default=None))


def assert_counted(hits: tuple[Hit, ...], known: dict[str, ArticleRecord], total: int, facets: Any) -> None:
    fitting = [known[hit.id] for hit in hits if hit.score >= fusion.WEAK]
    assert total == len(fitting)
    assert facets.get("locale", {}) == Counter(record.locale for record in fitting)
    assert facets.get("tags", {}) == Counter(tag for record in fitting for tag in record.meta.tags)
    assert facets.get("category", {}) == Counter(r.meta.category for r in fitting if r.meta.category)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_a_view_shows_its_own_articles_only(searcher: Searcher, mode: Mode, view: str) -> None:
    for query in ("password", "mot de passe coffre vault", "draft post"):
        hits = searcher.search(query, mode=mode, view=view, limit=200).hits
        shown = {hit.id for hit in hits} | {other.id for hit in hits for other in hit.translations}
        assert shown <= set(VIEWS[view])
    blank = searcher.search("", view=view, limit=200, fold_translations=False)
    assert sorted(hit.id for hit in blank.hits) == VIEWS[view]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_scores_of_a_filtered_answer_do_not_depend_on_the_limit(searcher: Searcher, mode: Mode) -> None:
    whole = searcher.search("password refund", mode=mode, limit=200, filters={"locale": "en"}).hits
    for limit in (1, 2, 3):
        assert (
            searcher.search("password refund", mode=mode, limit=limit, filters={"locale": "en"}).hits == whole[:limit]
        )


def test_a_locale_filter_takes_its_regions_too(searcher: Searcher) -> None:
    assert searcher.search("password", filters={"locale": "fr-CA"}).hits == ()
    assert [hit.id for hit in searcher.search("password", filters={"locale": "FR"}, limit=1).hits] == ["fr/password"]
