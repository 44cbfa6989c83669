"""The protocol: which searches a data set stands for, and how each is asked.

Each query is asked once per locale of its judged articles, filtered to that locale, translations not folded, its
own id dropped from the answer: a query judged in three locales makes three topics. Numbers are means over topics.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kb_search.evaluation.dataset import Dataset, Query
from kb_search.evaluation.judgments import Grades
from kb_search.searcher import Searcher
from kb_search.text.locales import matches
from kb_search.types import Mode, Outcome

EXAMPLES = 5
LABEL_LIMIT = 10
"""Hits asked for to read the best score of an answer: a pinned article may stand before the best one."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One search with its judgments; `locale` None asks without a filter."""

    query: Query
    locale: str | None
    grades: Grades


@dataclass(slots=True)
class Missing:
    """Articles that are not there: how many, and the first few ids."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    @staticmethod
    def of(articles: Collection[str]) -> Missing:
        """Count articles and keep the first few in alphabetical order."""
        return Missing(len(articles), sorted(articles)[:EXAMPLES])

    def add(self, article: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(article)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask. `answerable` are the queries with at least one relevant article in the view.

    `reachable` has the relevant articles that the view shows, with the locale of each. Articles `not_in_index` and
    `not_in_view` still count in the ideal gain; `other_audience` counts queries left out because the view is not for
    those who ask them.
    """

    topics: tuple[Topic, ...]
    answerable: tuple[Query, ...]
    unanswerable: tuple[Query, ...]
    not_in_index: Missing
    not_in_view: Missing
    other_audience: int
    reachable: Mapping[str, str] = field(default_factory=dict)

    @property
    def queries(self) -> tuple[Query, ...]:
        """All queries that are asked."""
        return (*dict.fromkeys(topic.query for topic in self.topics), *self.unanswerable)

    @property
    def searches(self) -> int:
        """How many searches one mode takes: a topic each, and one for each query where some have no answer."""
        return len(self.topics) + (len(self.answerable) + len(self.unanswerable) if self.unanswerable else 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a topic: article ids, best first; `degraded` as in SearchResult."""

    ids: tuple[str, ...]
    took_ms: float
    degraded: str | None


def plan(dataset: Dataset, searcher: Searcher, view: str) -> Plan:
    """Turn a data set into topics for one view of an index. Raises UnknownView."""
    store, members = searcher.snapshot.store, searcher.snapshot.view(view).members
    ordinals = {article: row for row, article in enumerate(store.ids)}
    audiences = set(searcher.snapshot.manifest.views[view].audiences)
    queries = [query for query in dataset.queries if not query.audience or audiences & set(query.audience)]
    relevant = dict.fromkeys(
        article
        for query in queries
        for article, grade in dataset.grades.get(query.id, {}).items()
        if query.answerable and grade > 0
    )
    absent, hidden = Missing(), Missing()
    for article in relevant:
        if article not in ordinals:
            absent.add(article)
        elif not members[ordinals[article]]:
            hidden.add(article)
    locales = {article: str(store.locales[row]) for article, row in ordinals.items() if article in relevant}
    asked = [query for query in queries if query.answerable]

    def found(query: Query) -> bool:
        rows = [ordinals.get(article) for article, grade in dataset.grades[query.id].items() if grade > 0]
        return any(row is not None and members[row] for row in rows)

    return Plan(
        topics=tuple(topic for query in asked for topic in topics_of(query, dataset.grades[query.id], locales)),
        answerable=tuple(query for query in asked if found(query)),
        unanswerable=tuple(query for query in queries if not query.answerable),
        not_in_index=absent,
        not_in_view=hidden,
        other_audience=len(dataset.queries) - len(queries),
        reachable={article: locale for article, locale in locales.items() if members[ordinals[article]]},
    )


def topics_of(query: Query, grades: Grades, locales: dict[str, str]) -> list[Topic]:
    """Split the relevant articles of a query by locale (`locales`: article id → locale; absent: not in the index).

    A locale's topic takes in its kinds (`fr` those of `fr-CA`), since the filter does. An article that is not in
    the index has no locale: it counts against the query's own language, else against the locale with most articles.
    """
    relevant = {article: grade for article, grade in grades.items() if grade > 0}
    known = Counter(locales[article] for article in relevant if article in locales)
    widest = [one for one in known if not any(other != one and matches(one, other) for other in known)]
    home = _home(query.lang, widest, known)
    groups: dict[str | None, dict[str, int]] = {}
    for article, grade in relevant.items():
        own = locales.get(article)
        locale = home if own is None else next(one for one in widest if matches(own, one))
        groups.setdefault(locale, {})[article] = grade
    return [Topic(query, locale, groups[locale]) for locale in sorted(groups, key=lambda name: name or "")]


def _home(lang: str | None, locales: list[str], articles: Counter[str]) -> str | None:
    if lang is not None:
        own = [one for one in locales if matches(one, lang) or matches(lang, one)]
        if own or not locales:
            return own[0] if own else lang
    return min(locales, key=lambda one: (-articles[one], one), default=None)


def ask(searcher: Searcher, topic: Topic, mode: Mode, view: str, limit: int) -> Answer:
    """Ask one topic by the protocol: at most `limit` article ids."""
    started = time.perf_counter()
    ranked = searcher.rank(
        topic.query.text,
        limit=limit + 1,
        view=view,
        filters={"locale": topic.locale} if topic.locale else None,
        mode=mode,
        fold_translations=False,
    )
    # A data set may ask with the articles themselves: finding oneself is no achievement.
    ids = tuple(identifier for identifier, _ in ranked.hits if identifier != topic.query.id)[:limit]
    return Answer(ids, (time.perf_counter() - started) * 1000, ranked.degraded)


def ask_openly(searcher: Searcher, query: Query, mode: Mode, view: str) -> tuple[float, Outcome]:
    """Ask as a reader would, in all locales: the best score (0 without a hit) and the outcome."""
    result = searcher.search(query.text, limit=LABEL_LIMIT, view=view, mode=mode)
    return max((hit.score for hit in result.hits), default=0.0), result.outcome
