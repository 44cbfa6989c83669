"""What the curation of the sample is worth: the articles that its synonyms lead to, and its pins in every view."""

from __future__ import annotations

import numpy as np
import pytest

from kb_search import Searcher
from kb_search.curation import pin_key
from kb_search.evaluation.dataset import Dataset, Query
from kb_search.evaluation.metrics import score_topics
from kb_search.text.analyzer import stems
from kb_search.text.slots import plain
from tests.corpus.sample import Sample

METRICS = ("Success@1", "nDCG@10")


def ranked(searcher: Searcher, query: Query, words: list[str]) -> list[str]:
    view = searcher.snapshot.view("public")
    ordinals = view.keywords[str(query.lang)].search(plain(*words), 10).ordinals
    return [searcher.snapshot.store.ids[row] for row in ordinals]


def expanded(searcher: Searcher, query: Query) -> list[str]:
    """Expand a query in the plainest way there is: all its stems, and all those of their alternatives."""
    words = stems(query.text, str(query.lang))
    places = searcher.snapshot.view("public").synonyms[str(query.lang)].alternatives(words)
    return list(dict.fromkeys([*words, *(stem for _, _, found in places for one in found for stem in one)]))


def measured(searcher: Searcher, dataset: Dataset, kind: str, *, with_synonyms: bool) -> dict[str, float]:
    queries = [query for query in dataset.queries if query.kind == kind]
    assert len(queries) >= 3
    answers = [
        ranked(searcher, q, expanded(searcher, q) if with_synonyms else stems(q.text, str(q.lang))) for q in queries
    ]
    grades = [dataset.grades[query.id] for query in queries]
    return dict(zip(METRICS, np.mean(score_topics(METRICS, grades, answers), 0).tolist(), strict=True))


@pytest.mark.parametrize("kind", ["word", "no-diacritics"])
def test_words_that_no_article_has_find_nothing_without_synonyms_and_the_article_with_them(
    curated: Searcher, other_words: Dataset, kind: str
) -> None:
    without = measured(curated, other_words, kind, with_synonyms=False)
    beside = measured(curated, other_words, kind, with_synonyms=True)
    assert without == {"Success@1": 0.0, "nDCG@10": 0.0}
    assert beside["Success@1"] > 0.8 and beside["nDCG@10"] > 0.9


def test_phrases_find_more_with_synonyms(curated: Searcher, other_words: Dataset) -> None:
    without = measured(curated, other_words, "phrase", with_synonyms=False)
    beside = measured(curated, other_words, "phrase", with_synonyms=True)
    assert beside["Success@1"] > without["Success@1"] + 0.2
    assert beside["nDCG@10"] > without["nDCG@10"] + 0.1


def test_the_articles_own_words_are_found_without_synonyms(curated: Searcher, other_words: Dataset) -> None:
    assert measured(curated, other_words, "control", with_synonyms=False)["Success@1"] == 1.0


def test_without_curation_no_word_is_known(plain: Searcher, other_words: Dataset) -> None:
    for query in other_words.queries:
        assert expanded(plain, query) == list(dict.fromkeys(stems(query.text, str(query.lang))))


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("view", ["public", "agents", "internal", "owners"])
def test_pins_come_first_for_their_queries_where_they_may_be_seen(curated: Searcher, sample: Sample, view: str) -> None:
    there, ids = curated.snapshot.view(view), curated.snapshot.store.ids
    visible = {ids[row] for row in there.articles}
    pins = sample.read.curation.pins
    for query in dict.fromkeys(query for pin in pins for query in pin.queries):
        here = [pin for pin in pins if query in pin.queries and (pin.views is None or view in pin.views)]
        expected = [identifier for pin in here for identifier in pin.articles if identifier in visible]
        assert {ids[row] for row in there.pins.get(pin_key(query), {})} == set(expected)
        locale = sample.articles[expected[0]].locale if expected else None
        found = [hit.id for hit in curated.search(query, view=view, locale=locale, limit=20).hits]
        assert found[: len(expected)] == expected
        assert set(found) <= visible and len(found) == len(set(found))


def test_a_pin_is_shown_in_the_reader_s_language(curated: Searcher) -> None:
    shown = {locale: curated.search("status", locale=locale).hits[0].id for locale in ("en", "fr", "tr")}
    assert shown == {locale: f"{locale}/status/outages-and-status-page" for locale in shown}


def test_agents_find_the_limits_first_and_customers_how_to_return(curated: Searcher) -> None:
    first = {view: curated.search("Refund", view=view, locale="en").hits[0].id for view in ("public", "agents")}
    assert first == {"public": "en/orders/return-and-refund", "agents": "en/agents/refund-cheat-sheet"}
