"""Japanese, Chinese and Korean, asked of a judged help center: that pairs of characters find what spaces cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build import build_index
from kb_search import Searcher, open_searcher
from kb_search.config import Settings
from kb_search.embedding.base import Embedder
from kb_search.evaluation import run_evaluation
from kb_search.evaluation.grouping import Group, Grouped
from kb_search.text import analyzer
from kb_search.text.analyzer import Token
from kb_search.types import Mode
from tests.fakes import FakeEmbedder, settings

FOLDER = Path(__file__).parent.parent / "data" / "cjk"
LOCALES = ("ja", "zh", "ko")

# Measured 0.970 (ja 0.968, zh 0.966, ko 0.981): the floors leave room for one or two queries of each language.
FLOOR, FLOOR_OF_A_LANGUAGE = 0.95, 0.93
# Another spelling is the same word: measured 1.0 and 0.989.
FLOOR_OF_SPELLINGS = 0.97


def chosen() -> Settings:
    return settings(sources__locales=LOCALES)


def searcher(folder: Path) -> Searcher:
    build_index([FOLDER], folder, chosen(), FakeEmbedder())
    return open_searcher(folder, settings=chosen(), embedder=FakeEmbedder())


def ndcg(group: Group) -> float:
    return group.metrics["nDCG@10"].mean


def by_keyword(opened: Searcher) -> Grouped[Group]:
    return run_evaluation(opened, FOLDER, ["keyword"]).views[0].evaluation.modes["keyword"].relevance


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher(tmp_path_factory.mktemp("cjk")) as found:
        yield found


@pytest.fixture(scope="module")
def measured(opened: Searcher) -> Grouped[Group]:
    return by_keyword(opened)


def test_the_judgments_are_of_articles_that_are_there(opened: Searcher) -> None:
    report = run_evaluation(opened, FOLDER, ["keyword"])
    plan, dataset = report.views[0].evaluation.plan, report.views[0].evaluation.dataset
    assert (plan.not_in_index.examples, plan.not_in_view.examples, plan.unanswerable) == ([], [], ())
    assert (dataset.unjudged, dataset.unknown) == (0, 0)
    assert len(plan.topics) == len(dataset.queries) >= 80
    assert all(topic.locale == topic.query.lang for topic in plan.topics)


def test_keywords_find(measured: Grouped[Group]) -> None:
    assert ndcg(measured.overall) >= FLOOR


@pytest.mark.parametrize("locale", LOCALES)
def test_keywords_find_in_each_language(measured: Grouped[Group], locale: str) -> None:
    assert ndcg(measured.by_locale[locale]) >= FLOOR_OF_A_LANGUAGE


@pytest.mark.parametrize("kind", ["code", "width"])
def test_another_spelling_finds_as_well(measured: Grouped[Group], kind: str) -> None:
    assert ndcg(measured.by_kind[kind]) >= FLOOR_OF_SPELLINGS


def test_words_between_spaces_would_find_next_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(chunk: str, language: str) -> list[Token]:
        return [Token(0, len(chunk), chunk.lower(), chunk.lower(), chunk.lower(), False)]

    def stems(chunk: str, language: str) -> tuple[str, ...]:
        return (chunk.lower(),)

    monkeypatch.setattr(analyzer, "CHUNK", re.compile(r"\S+"))
    monkeypatch.setattr(analyzer, "terms", whole)
    monkeypatch.setattr(analyzer, "_stems", stems)  # both keep what they have seen
    monkeypatch.setattr(analyzer, "_tokens", whole)
    with searcher(tmp_path) as spaced:
        found = by_keyword(spaced)
    assert ndcg(found.overall) < 0.2  # measured 0.074
    assert ndcg(found.by_locale["ko"]) < 0.5  # Korean has spaces, and particles behind its nouns: measured 0.350
    assert ndcg(found.by_kind["code"]) < 0.2


@pytest.mark.model
def test_with_the_real_model_both_together_are_no_worse_than_either(tmp_path: Path, bulk_embedder: Embedder) -> None:
    build_index([FOLDER], tmp_path, chosen(), bulk_embedder)
    modes: list[Mode] = ["hybrid", "keyword", "semantic"]
    with open_searcher(tmp_path, settings=chosen(), embedder=bulk_embedder) as real:
        found = run_evaluation(real, FOLDER, modes).views[0].evaluation.modes
    hybrid, *branches = (ndcg(found[mode].relevance.overall) for mode in modes)
    assert hybrid >= max(branches) - 0.003  # measured 0.984, 0.970 and 0.974
