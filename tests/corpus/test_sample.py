"""The sample help center keeps its promises; and each rule can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexer.curation_checks import Curation
from kb_search.curation import Pin, SynonymRule
from kb_search.types import Article
from tests.corpus import article_rules, curation_rules, judgment_rules
from tests.corpus.agreement import kappas
from tests.corpus.sample import FOLDER, Sample, read_sample
from tests.corpus.statistics import statistics

Rule = Callable[[Sample], Iterator[str]]


ALL = [*article_rules.RULES, *judgment_rules.RULES, *curation_rules.RULES]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.__name__)
def test_the_rules_hold(rule: Rule, sample: Sample) -> None:
    assert list(rule(sample)) == []


def test_the_readme_has_the_statistics(sample: Sample) -> None:
    assert statistics(sample) in (FOLDER / "README.md").read_text("utf-8")


def test_the_judges_agree(sample: Sample) -> None:
    assert min(found["grades"] for found in kappas(sample).values()) > 0.8


def without(articles: dict[str, Article], kept: Callable[[Article], bool]) -> dict[str, Article]:
    return {identifier: article for identifier, article in articles.items() if kept(article)}


def changed(sample: Sample, identifier: str, **values: object) -> Sample:
    article = replace(sample.articles[identifier], **values)  # type: ignore[arg-type]
    return replace(sample, articles={**sample.articles, identifier: article})


def curated(sample: Sample, curation: Curation) -> Sample:
    return replace(sample, read=replace(sample.read, curation=curation))


def other_way_round(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**query, "split": {"dev": "test", "test": "dev"}[query["split"]]} for query in queries]


CARD, FRAUD = "en/billing/card-declined", "en/agents/fraud-check-high-value-order"
BROKEN: list[tuple[Rule, Callable[[Sample], Sample]]] = [
    (article_rules.enough_topics, lambda s: replace(s, articles=without(s.articles, lambda a: a.area != "orders"))),
    (article_rules.right_lengths, lambda s: changed(s, CARD, markdown="Too short.")),
    (article_rules.full_front_matter, lambda s: changed(s, CARD, owner=None)),
    (article_rules.real_structure, lambda s: replace(s, articles=without(s.articles, lambda a: "![" not in a.markdown))),
    (article_rules.walls_between_audiences, lambda s: changed(s, FRAUD, audience=("public",))),
    (article_rules.planted_duplicates, lambda s: replace(s, duplicates=s.duplicates[1:])),
    (article_rules.lint_finds_exactly_what_is_planted, lambda s: replace(s, findings=s.findings[1:])),
    (article_rules.lint_finds_exactly_what_is_planted, lambda s: replace(s, broken_links=s.broken_links[1:])),
    (judgment_rules.enough_queries, lambda s: replace(s, queries=s.queries[:200])),
    (judgment_rules.enough_queries, lambda s: replace(s, queries=[*s.queries, s.queries[0]])),
    (judgment_rules.judged_queries, lambda s: changed(s, s.qrels[0]["corpus-id"], status="draft")),
    (judgment_rules.judged_queries, lambda s: replace(s, qrels=s.qrels[8:])),
    (judgment_rules.judged_in_the_language_asked_for, lambda s: changed(s, s.qrels[0]["corpus-id"], locale="fr")),
    (judgment_rules.split_by_topic, lambda s: replace(s, queries=[{**q, "split": "dev"} for q in s.queries])),
    (judgment_rules.split_by_topic, lambda s: replace(s, queries=[*s.queries[:60], *other_way_round(s.queries[60:])])),
    (judgment_rules.passages_are_quoted, lambda s: replace(s, passages=s.passages[4:])),
    (judgment_rules.passages_are_quoted, lambda s: changed(s, s.passages[0]["corpus-id"], sections=())),
    (judgment_rules.judged_again, lambda s: replace(s, second_judgings=s.second_judgings[40:])),
    (judgment_rules.realistic_tickets, lambda s: replace(s, tickets=s.tickets[:80])),
    (curation_rules.enough_curation, lambda s: curated(s, replace(s.read.curation, synonyms=()))),
    (curation_rules.enough_curation, lambda s: curated(s, replace(s.read.curation, pins=()))),
    (curation_rules.synonyms_lead_to_articles, lambda s: curated(s, Curation((SynonymRule("en", ("qwert", "yuiop")),)))),
    (
        curation_rules.no_judged_query_is_pinned,
        lambda s: curated(s, Curation((), (Pin((s.queries[0]["text"].upper(),), (CARD,)),))),
    ),
]


@pytest.mark.parametrize(("rule", "breaking"), BROKEN, ids=[rule.__name__ for rule, _ in BROKEN])
def test_a_rule_that_is_broken_says_so(rule: Rule, breaking: Callable[[Sample], Sample], sample: Sample) -> None:
    assert list(rule(breaking(sample))) != []
