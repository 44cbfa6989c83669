from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb_search.errors import UnknownView
from kb_search.evaluation import protocol
from kb_search.evaluation.dataset import Query, read_dataset
from kb_search.evaluation.protocol import Topic, ask, ask_openly, plan, topics_of
from kb_search.searcher import Searcher
from tests.evaluation.toy import dataset

QUERY = Query("q", "password", "en")


def _split(
    grades: dict[str, int], locales: dict[str, str], lang: str | None = "en"
) -> dict[str | None, dict[str, int]]:
    return {topic.locale: dict(topic.grades) for topic in topics_of(replace(QUERY, lang=lang), grades, locales)}


def test_one_topic_for_each_locale_of_the_judged_articles() -> None:
    grades = {"a": 1, "b": 2, "c": 1, "bad": 0}
    locales = {"a": "fr", "b": "en", "c": "fr", "bad": "tr"}
    assert _split(grades, locales) == {"en": {"b": 2}, "fr": {"a": 1, "c": 1}}


def test_the_query_s_own_language_is_not_asked_unless_judged() -> None:
    assert _split({"a": 1}, {"a": "fr"}, lang="en") == {"fr": {"a": 1}}


def test_kinds_of_a_locale_belong_to_its_topic() -> None:
    assert _split({"a": 1, "b": 1}, {"a": "fr", "b": "fr-CA"}) == {"fr": {"a": 1, "b": 1}}
    assert _split({"a": 1, "b": 1}, {"a": "pt-PT", "b": "pt-BR"}) == {"pt-PT": {"a": 1}, "pt-BR": {"b": 1}}


@pytest.mark.parametrize(
    ("lang", "locales", "topics"),
    [
        ("en", {"a": "en"}, {"en": {"a": 1, "gone": 1}}),
        ("en", {"a": "fr"}, {"fr": {"a": 1, "gone": 1}}),
        ("fr-CA", {"a": "fr"}, {"fr": {"a": 1, "gone": 1}}),
        ("en", {}, {"en": {"a": 1, "gone": 1}}),
        (None, {}, {None: {"a": 1, "gone": 1}}),
    ],
)
def test_an_article_that_is_not_in_the_index_counts_against_one_topic(
    lang: str | None, locales: dict[str, str], topics: dict[str, dict[str, int]]
) -> None:
    assert _split({"a": 1, "gone": 1}, locales, lang) == topics


def test_plan(searcher: Searcher, tmp_path: Path) -> None:
    queries: list[dict[str, Any]] = [
        {"_id": "both", "text": "password", "lang": "en"},
        {"_id": "gone", "text": "password", "lang": "en"},
        {"_id": "hidden", "text": "password", "lang": "en"},
        {"_id": "agents", "text": "password", "audience": ["agent"]},
        {"_id": "nothing", "text": "weather", "answerable": False},
    ]
    qrels = [("both", "en/p1", 1), ("both", "fr/p5", 1), ("gone", "no/such", 1), ("hidden", "en/hidden", 1)]
    made = plan(read_dataset(dataset(tmp_path, queries, [*qrels, ("agents", "en/hidden", 1)])), searcher, "public")
    topics = [(topic.query.id, topic.locale, dict(topic.grades)) for topic in made.topics]
    assert topics == [
        ("both", "en", {"en/p1": 1}),
        ("both", "fr", {"fr/p5": 1}),
        ("gone", "en", {"no/such": 1}),
        ("hidden", "en", {"en/hidden": 1}),
    ]
    assert (made.not_in_index.count, made.not_in_index.examples) == (1, ["no/such"])
    assert (made.not_in_view.count, made.not_in_view.examples) == (1, ["en/hidden"])
    assert made.other_audience == 1
    # A reader of this view can be answered one query only: the others' articles are out of reach.
    assert [query.id for query in made.answerable] == ["both"]
    assert [query.id for query in made.unanswerable] == ["nothing"]
    assert made.searches == 4 + 1 + 1


def test_plan_for_agents(searcher: Searcher, tmp_path: Path) -> None:
    queries = [{"_id": "agents", "text": "password", "audience": "agent"}]
    made = plan(read_dataset(dataset(tmp_path, queries, [("agents", "en/hidden", 1)])), searcher, "agents")
    assert [(topic.query.id, topic.locale) for topic in made.topics] == [("agents", "en")]
    assert (made.not_in_view.count, made.other_audience) == (0, 0)
    with pytest.raises(UnknownView):
        plan(read_dataset(tmp_path), searcher, "nobody")


def test_only_five_examples_are_kept(searcher: Searcher, tmp_path: Path) -> None:
    qrels = [("q", f"no/{number}", 1) for number in range(9)]
    made = plan(read_dataset(dataset(tmp_path, [{"_id": "q", "text": "t"}], qrels)), searcher, "public")
    assert made.not_in_index.count == 9
    assert len(made.not_in_index.examples) == protocol.EXAMPLES


def test_ask_filters_by_locale(searcher: Searcher) -> None:
    english = ask(searcher, Topic(QUERY, "en", {}), "semantic", "public", 10)
    assert english.ids == ("en/p1", "en/p2", "en/p3", "en/p4")
    assert ask(searcher, Topic(QUERY, "fr", {}), "semantic", "public", 10).ids == ("fr/p5",)
    assert len(ask(searcher, Topic(QUERY, None, {}), "semantic", "public", 10).ids) == 5
    assert english.degraded is None


def test_ask_drops_the_query_s_own_id_and_still_fills_the_answer(searcher: Searcher) -> None:
    itself = Topic(Query("en/p1", "password"), "en", {})
    assert ask(searcher, itself, "semantic", "public", 3).ids == ("en/p2", "en/p3", "en/p4")
    assert ask(searcher, itself, "semantic", "public", 2).ids == ("en/p2", "en/p3")
    assert ask(searcher, Topic(QUERY, "en", {}), "semantic", "public", 2).ids == ("en/p1", "en/p2")


def test_ask_openly_gives_best_score_and_outcome(searcher: Searcher) -> None:
    result = searcher.search("password")
    assert ask_openly(searcher, QUERY, "hybrid", "public") == (result.hits[0].score, result.outcome)
