"""One figure overall, by locale and by kind of query: the same three cuts everywhere in a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb_search.evaluation.bootstrap import Estimate, estimates
from kb_search.evaluation.metrics import Table
from kb_search.evaluation.protocol import Topic

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics, or differences of metrics, over some topics, by name."""

    topics: int
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Grouped(Generic[T]):
    """A figure over everything, and over the parts that carry a label, in alphabetical order."""

    overall: T
    by_locale: dict[str, T]
    by_kind: dict[str, T]


def grouped(locales: Sequence[str | None], kinds: Sequence[str | None], figure: Callable[[list[int]], T]) -> Grouped[T]:
    """Work a figure out for all rows and for the rows of each label; rows without a label are in no part."""
    return Grouped(
        figure(list(range(len(locales)))),
        {name: figure(rows) for name, rows in _rows_of(locales).items()},
        {name: figure(rows) for name, rows in _rows_of(kinds).items()},
    )


def group_topics(names: Sequence[str], topics: Sequence[Topic], values: Table) -> Grouped[Group]:
    """Group a table of one row per topic and one column per name."""

    def figure(rows: list[int]) -> Group:
        found = estimates(values[rows], [topics[row].query.id for row in rows])
        return Group(len(rows), dict(zip(names, found, strict=False)))

    return grouped([topic.locale for topic in topics], [topic.query.kind for topic in topics], figure)


def _rows_of(labels: Sequence[str | None]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            rows.setdefault(label, []).append(row)
    return dict(sorted(rows.items()))
