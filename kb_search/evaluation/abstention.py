"""Does the search know when it has no answer? Measured where a data set has queries that nothing answers.

Answerable and unanswerable queries are asked alike, in all locales: a filter would leave fewer articles to be taken
in by, and so favour whichever kind is filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb_search.evaluation.dataset import Query
from kb_search.evaluation.metrics import auroc
from kb_search.evaluation.protocol import Plan, ask_openly
from kb_search.searcher import Searcher
from kb_search.types import Mode, Outcome


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many queries of one kind were asked, and the shares of them that were answered `none` and `weak`."""

    queries: int
    none: float
    weak: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """`auroc`: probability that an answerable query's best score is above an unanswerable one's.

    0.5 is chance; None when there is no answerable query.
    """

    auroc: float | None
    answerable: Outcomes
    unanswerable: Outcomes


def measure_abstention(
    searcher: Searcher, plan: Plan, mode: Mode, view: str, tick: Callable[[int], None]
) -> Abstention | None:
    """Ask the queries of both kinds, `tick` after each; None where every query has an answer."""
    if not plan.unanswerable:
        return None
    fitting, with_answer = _ask_all(searcher, plan.answerable, mode, view, tick)
    idle, without = _ask_all(searcher, plan.unanswerable, mode, view, tick)
    return Abstention(auroc(idle, fitting) if fitting else None, with_answer, without)


def _ask_all(
    searcher: Searcher, queries: Sequence[Query], mode: Mode, view: str, tick: Callable[[int], None]
) -> tuple[list[float], Outcomes]:
    answers = []
    for query in queries:
        answers.append(ask_openly(searcher, query, mode, view))
        tick(1)
    outcomes = [outcome for _, outcome in answers]
    return [score for score, _ in answers], Outcomes(len(answers), _share(outcomes, "none"), _share(outcomes, "weak"))


def _share(outcomes: Sequence[Outcome], wanted: Outcome) -> float:
    return outcomes.count(wanted) / len(outcomes) if outcomes else 0.0
