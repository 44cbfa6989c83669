"""End to end: what synonyms do to the answers of a search, by the words of `tests/data/synonyms`."""

from __future__ import annotations

import pytest

from kb_search import Searcher
from kb_search.evaluation.dataset import Dataset
from kb_search.evaluation.evaluate import evaluate
from kb_search.evaluation.grouping import Group


@pytest.fixture(scope="module")
def with_synonyms(curated: Searcher, other_words: Dataset) -> dict[str, Group]:
    return evaluate(curated, other_words, ["keyword"], limit=10).modes["keyword"].relevance.by_kind


@pytest.fixture(scope="module")
def without(plain: Searcher, other_words: Dataset) -> dict[str, Group]:
    return evaluate(plain, other_words, ["keyword"], limit=10).modes["keyword"].relevance.by_kind


def value(group: Group, metric: str) -> float:
    return group.metrics[metric].mean


@pytest.mark.parametrize("kind", ["word", "no-diacritics"])
def test_words_that_no_article_has_find_nothing_without_synonyms(without: dict[str, Group], kind: str) -> None:
    assert value(without[kind], "Success@1") == value(without[kind], "nDCG@10") == 0.0


@pytest.mark.parametrize(
    ("kind", "first", "gain"),
    [("word", 0.7, 0.9), ("no-diacritics", 0.6, 0.8)],  # the second are three queries, of which one finds a neighbour
)
def test_words_that_no_article_has_find_the_article_with_synonyms(
    with_synonyms: dict[str, Group], kind: str, first: float, gain: float
) -> None:
    assert value(with_synonyms[kind], "Success@1") > first
    assert value(with_synonyms[kind], "nDCG@10") > gain


def test_phrases_find_more_with_synonyms(with_synonyms: dict[str, Group], without: dict[str, Group]) -> None:
    assert value(with_synonyms["phrase"], "Success@1") > value(without["phrase"], "Success@1") + 0.2
    assert value(with_synonyms["phrase"], "nDCG@10") > value(without["phrase"], "nDCG@10") + 0.1


def test_the_articles_own_words_find_no_less_with_synonyms(
    with_synonyms: dict[str, Group], without: dict[str, Group]
) -> None:
    assert value(without["control"], "Success@1") == 1.0
    assert value(with_synonyms["control"], "Success@1") == 1.0
