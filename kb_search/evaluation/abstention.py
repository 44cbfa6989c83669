"""Does the search know when it has no answer? Measured where a data set has queries that nothing answers.

Two errors are told apart: a false silence (`none` for a query that an article answers) and a false answer (`weak` or
`ok` for a query that none does). Answerable and unanswerable queries are asked alike, in all locales: a filter would
leave fewer articles to be taken in by, and so favour whichever kind is filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kb_search.evaluation.bootstrap import Estimate, Scores, auroc_difference, auroc_estimate, estimates
from kb_search.evaluation.dataset import Query
from kb_search.evaluation.grouping import Grouped, grouped
from kb_search.evaluation.metrics import Table
from kb_search.evaluation.protocol import Plan, ask_openly
from kb_search.searcher import Searcher
from kb_search.types import Mode, Outcome


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many queries of one kind were asked, and the shares of them by outcome (0 without queries)."""

    queries: int
    ok: float
    weak: float
    none: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """What went wrong, with intervals.

    `auroc`: probability that an answerable query's best score is above an unanswerable one's, 0.5 being chance;
    `false_silences`: share of the answerable queries answered `none`; `false_answers`: share of the unanswerable ones
    not answered `none`. None where there is no query to tell it by.
    """

    auroc: Estimate | None
    false_silences: Estimate | None
    false_answers: Estimate | None
    answerable: Outcomes
    unanswerable: Outcomes


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back for queries of one kind, in the order of the plan: `scores` float64 of shape (queries,)."""

    queries: tuple[Query, ...]
    scores: Scores
    outcomes: tuple[Outcome, ...]

    def silent(self) -> Table:
        """1.0 where the outcome is `none`, else 0.0: shape (queries, 1)."""
        return np.array([[outcome == "none"] for outcome in self.outcomes], np.float64).reshape(-1, 1)

    def some(self, rows: Sequence[int]) -> Answers:
        """Keep some of the queries."""
        chosen = list(rows)
        return Answers(
            tuple(self.queries[row] for row in chosen),
            self.scores[chosen],
            tuple(self.outcomes[row] for row in chosen),
        )


@dataclass(frozen=True, slots=True)
class OpenAnswers:
    """The answers to the queries of a plan, asked without a filter."""

    answerable: Answers
    unanswerable: Answers


def ask_all(searcher: Searcher, plan: Plan, mode: Mode, view: str, tick: Callable[[int], None]) -> OpenAnswers | None:
    """Ask the queries of both kinds, `tick` after each; None where every query has an answer."""
    if not plan.unanswerable:
        return None
    return OpenAnswers(
        _ask(searcher, plan.answerable, mode, view, tick), _ask(searcher, plan.unanswerable, mode, view, tick)
    )


def measure_abstention(answers: OpenAnswers) -> Grouped[Abstention]:
    """Tell the errors overall, by the queries' own language (`by_locale`), and by their kind."""
    queries = (*answers.answerable.queries, *answers.unanswerable.queries)
    fitting = len(answers.answerable.queries)

    def figure(rows: list[int]) -> Abstention:
        return _abstention(
            answers.answerable.some([row for row in rows if row < fitting]),
            answers.unanswerable.some([row - fitting for row in rows if row >= fitting]),
        )

    return grouped([query.lang for query in queries], [query.kind for query in queries], figure)


def compare_abstention(first: OpenAnswers, second: OpenAnswers) -> dict[str, Estimate]:
    """First less second, query by query; both must have been asked the same queries."""
    ids = [query.id for query in first.answerable.queries]
    idle = [query.id for query in first.unanswerable.queries]
    found: dict[str, Estimate] = {}
    if ids:
        found["auroc"] = auroc_difference(
            (first.unanswerable.scores, first.answerable.scores), (second.unanswerable.scores, second.answerable.scores)
        )
        (found["false_silences"],) = estimates(first.answerable.silent() - second.answerable.silent(), ids)
    (found["false_answers"],) = estimates(second.unanswerable.silent() - first.unanswerable.silent(), idle)
    return found


def _ask(searcher: Searcher, queries: Sequence[Query], mode: Mode, view: str, tick: Callable[[int], None]) -> Answers:
    answers: list[tuple[float, Outcome]] = []
    for query in queries:
        answers.append(ask_openly(searcher, query, mode, view))
        tick(1)
    scores = np.array([score for score, _ in answers], np.float64)
    return Answers(tuple(queries), scores, tuple(outcome for _, outcome in answers))


def _abstention(fitting: Answers, idle: Answers) -> Abstention:
    silences = estimates(fitting.silent(), [query.id for query in fitting.queries])
    answered = estimates(1 - idle.silent(), [query.id for query in idle.queries])
    both = fitting.queries and idle.queries
    return Abstention(
        auroc=auroc_estimate(idle.scores, fitting.scores) if both else None,
        false_silences=silences[0] if silences else None,
        false_answers=answered[0] if answered else None,
        answerable=_outcomes(fitting),
        unanswerable=_outcomes(idle),
    )


def _outcomes(answers: Answers) -> Outcomes:
    count = len(answers.outcomes)
    ok, weak, none = (answers.outcomes.count(name) / count if count else 0.0 for name in ("ok", "weak", "none"))
    return Outcomes(count, ok, weak, none)
