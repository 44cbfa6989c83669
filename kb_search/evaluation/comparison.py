"""Is one mode, or one index, better than another on the same topics? Paired differences with intervals."""

from __future__ import annotations

from dataclasses import dataclass

from kb_search.errors import ConfigError
from kb_search.evaluation.abstention import compare_abstention
from kb_search.evaluation.bootstrap import Estimate
from kb_search.evaluation.evaluate import Evaluation
from kb_search.evaluation.grouping import Group, Grouped, group_topics
from kb_search.evaluation.protocol import EXAMPLES, Missing, Plan
from kb_search.searcher import Searcher


@dataclass(frozen=True, slots=True)
class Comparison:
    """`first` minus `second`, topic by topic: the mean difference and its interval, per metric.

    An interval that holds 0 means that the topics cannot tell the two apart. `abstention` has the differences of
    `auroc`, `false_silences` and `false_answers`; None where every query has an answer.
    """

    first: str
    second: str
    relevance: Grouped[Group]
    abstention: dict[str, Estimate] | None


def compare(first: tuple[Evaluation, str], second: tuple[Evaluation, str]) -> Comparison:
    """Compare (evaluation, mode) with (evaluation, mode): two modes of one run, or two runs over the same data set.

    Raises ConfigError when a mode was not evaluated, or the topics, the limit or the metrics are not the same.
    """
    (one, first_mode), (other, second_mode) = first, second
    for evaluation, mode in (first, second):
        if mode not in evaluation.modes:
            raise ConfigError(
                f"Mode {mode!r} was not evaluated, only {', '.join(evaluation.modes)}. Add it to --modes."
            )
    check_same_topics(one.plan, other.plan, one.view)
    if one.limit != other.limit:
        raise ConfigError(
            f"One run asked for {one.limit} articles per topic, the other for {other.limit}. Use one limit."
        )
    here, there = one.modes[first_mode], other.modes[second_mode]
    if here.metrics != there.metrics:
        raise ConfigError(
            f"One run has the metrics {', '.join(here.metrics)}, the other {', '.join(there.metrics)}. Use the same."
        )
    openly = (here.open_answers, there.open_answers)
    return Comparison(
        first=first_mode,
        second=second_mode,
        relevance=group_topics(here.metrics, one.plan.topics, here.values - there.values),
        abstention=compare_abstention(openly[0], openly[1]) if openly[0] and openly[1] else None,
    )


def check_same_topics(one: Plan, other: Plan, view: str) -> None:
    """Refuse plans that are not of the same queries and the same relevant articles, in the same locales.

    A is the first plan's index, B the second's. Raises ConfigError naming the first few differences.
    """
    here, there = one.reachable, other.reachable
    moved = sorted(name for name in here.keys() & there.keys() if here[name] != there[name])
    found = [
        _named("only A has", sorted(here.keys() - there.keys())),
        _named("only B has", sorted(there.keys() - here.keys())),
        _named("in another locale:", [f"{name} ({here[name]} in A, {there[name]} in B)" for name in moved]),
    ]
    differences = "; ".join(text for text in found if text)
    if differences or one.topics != other.topics or one.unanswerable != other.unanswerable:
        raise ConfigError(
            f"The topics of the two runs differ in view {view!r} ({differences or 'other queries or judgments'}). "
            "Compare runs over the same data set and with the same articles: index the same sources in both."
        )


def other_articles(first: Searcher, second: Searcher, view: str) -> tuple[Missing, Missing]:
    """List the articles that only the first index has in this view, and those that only the second has.

    As far as they are not judged, runs can be compared in spite of them; but what is in the way is not the same.
    """
    here, there = ({one.snapshot.store.ids[row] for row in one.snapshot.view(view).articles} for one in (first, second))
    return Missing.of(here - there), Missing.of(there - here)


def _named(what: str, names: list[str]) -> str:
    more = f" and {len(names) - EXAMPLES} more" if len(names) > EXAMPLES else ""
    return f"{what} {', '.join(names[:EXAMPLES])}{more}" if names else ""
