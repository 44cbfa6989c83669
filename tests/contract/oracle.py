"""What an answer must be, by asking every article in turn: nothing here is taken from how the engine filters.

The scores are those of the engine itself, asked for all articles at once, without a filter and without folding: that a
score is right is shown elsewhere, by hand; here it is which articles come, in which order, and that a score stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from kb_search import Hit, Searcher
from kb_search.config import DEFAULT_VIEWS
from kb_search.ranking import fusion
from kb_search.types import Mode
from tests.contract.corpus import Filters, Known

FACETS = ("locale", "category", "tags", "area", "status", "confidence", "owner")


def visible(article: Known, view: str) -> bool:
    """Tell whether the readers of a view may see an article."""
    wanted = DEFAULT_VIEWS[view]
    return article.audience in wanted.audiences and article.status in wanted.statuses


def meets(article: Known, filters: Filters) -> bool:
    """Tell whether an article meets every filter."""
    return all(_meets_one(article, field, wanted) for field, wanted in filters.items())


def _meets_one(article: Known, field: str, wanted: str | list[str] | dict[str, str]) -> bool:
    values = article.values(field)
    if isinstance(wanted, dict):
        return any(wanted.get("gte", "") <= value <= wanted.get("lte", "9999") for value in values)
    any_of = [wanted] if isinstance(wanted, str) else wanted
    if field == "locale":
        return any(article.locale == one or article.locale.startswith(f"{one}-") for one in any_of)
    if field == "updated":
        return any(value.startswith(one) for value in values for one in any_of)
    return not set(values).isdisjoint(any_of)


class Oracle:
    """Knows the score of every article of an index for every query."""

    def __init__(self, searcher: Searcher, articles: Mapping[str, Known]) -> None:
        self.searcher = searcher
        self.articles = articles
        self.scores = cache(self._scores)

    def _scores(self, query: str, mode: Mode, view: str) -> dict[str, float]:
        """Score every article that can be found at all, best first: id → score."""
        with pytest.MonkeyPatch.context() as patch:
            for module in ("finding", "retrieval"):
                patch.setattr(f"kb_search.{module}.DEPTH", 100_000)
            for module in ("finding", "searcher"):
                patch.setattr(f"kb_search.{module}.WINDOW", 100_000)
            ranked = self.searcher.rank(query, mode=mode, view=view, limit=100_000, fold_translations=False)
        found = dict(ranked.hits)
        assert set(found) == self.findable(query, mode, view)
        return found

    def findable(self, query: str, mode: Mode, view: str) -> set[str]:
        """List the articles that a mode can find: by keywords those that have a word, by meaning all."""
        words = set(query.lower().split())
        return {
            name
            for name, article in self.articles.items()
            if visible(article, view) and (mode != "keyword" or not words.isdisjoint(article.words))
        }

    def ranked(self, query: str, mode: Mode, view: str, filters: Filters) -> list[tuple[str, float]]:
        """Rank what a filtered answer must hold: (id, score), best first."""
        return [pair for pair in self.scores(query, mode, view).items() if meets(self.articles[pair[0]], filters)]

    def folded(self, query: str, mode: Mode, view: str, filters: Filters) -> list[tuple[frozenset[str], float]]:
        """Rank the families of what a filtered answer must hold: (ids of all visible members, best score)."""
        best: dict[str, float] = {}
        for name, score in self.ranked(query, mode, view, filters):
            best.setdefault(self.articles[name].family, score)
        members: dict[str, set[str]] = {}
        for name, article in self.articles.items():
            if visible(article, view) and meets(article, filters):
                members.setdefault(article.family, set()).add(name)
        return [(frozenset(members[family]), score) for family, score in best.items()]


def counted(hits: Iterable[Hit], articles: Mapping[str, Known]) -> dict[str, dict[str, int]]:
    """Count the facets of some hits by hand."""
    shown = [articles[hit.id] for hit in hits if hit.score >= fusion.WEAK]
    counts: dict[str, dict[str, int]] = {
        field: Counter(value for article in shown for value in article.values(field)) for field in FACETS
    }
    counts["updated"] = Counter(value[:7] for article in shown for value in article.values("updated"))
    return {field: dict(values) for field, values in counts.items() if values}


def assert_same(found: Sequence[tuple[Any, float]], expected: Sequence[tuple[Any, float]]) -> None:
    """The same articles in the same order, with the same scores to a billionth."""
    assert [what for what, _ in found] == [what for what, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-9)
