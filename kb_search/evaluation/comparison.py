"""Is one mode, or one run, better than another on the same topics? Paired differences with intervals."""

from __future__ import annotations

from dataclasses import dataclass

from kb_search.errors import ConfigError
from kb_search.evaluation.bootstrap import Estimate, estimates
from kb_search.evaluation.evaluate import Evaluation


@dataclass(frozen=True, slots=True)
class Comparison:
    """`first` minus `second`, topic by topic: the mean difference and its interval, per metric.

    An interval that holds 0 means that the topics cannot tell the two apart.
    """

    first: str
    second: str
    topics: int
    differences: dict[str, Estimate]


def compare(first: tuple[Evaluation, str], second: tuple[Evaluation, str]) -> Comparison:
    """Compare (evaluation, mode) with (evaluation, mode): two modes of one run, or two runs over the same data set.

    Raises ConfigError when a mode was not evaluated or the topics are not the same.
    """
    (one, first_mode), (other, second_mode) = first, second
    for evaluation, mode in (first, second):
        if mode not in evaluation.modes:
            raise ConfigError(
                f"Mode {mode!r} was not evaluated, only {', '.join(evaluation.modes)}. Add it to --modes."
            )
    topics = [(topic.query.id, topic.locale, topic.grades) for topic in one.plan.topics]
    if topics != [(topic.query.id, topic.locale, topic.grades) for topic in other.plan.topics]:
        raise ConfigError(
            f"The topics of {one.dataset.name} (generation {one.generation}) and {other.dataset.name} (generation "
            f"{other.generation}) differ. Compare runs over the same data set, with all its articles in both indexes."
        )
    if one.limit != other.limit:
        raise ConfigError(
            f"One run asked for {one.limit} articles per topic, the other for {other.limit}. Use one limit."
        )
    names = list(one.modes[first_mode].overall.metrics)
    values = one.modes[first_mode].values - other.modes[second_mode].values
    found = estimates(values, [query for query, _, _ in topics])
    return Comparison(first_mode, second_mode, len(topics), dict(zip(names, found, strict=True)))
