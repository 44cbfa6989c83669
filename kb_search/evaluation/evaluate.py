"""Ask every topic in every mode and put the numbers together. One thread: each search uses the cores by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb_search.errors import ConfigError, QueryError
from kb_search.evaluation import protocol
from kb_search.evaluation.abstention import Abstention, measure_abstention
from kb_search.evaluation.bootstrap import Estimate, estimates
from kb_search.evaluation.dataset import Dataset
from kb_search.evaluation.metrics import Table, metrics_for, score_topics
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.evaluation.protocol import Plan, Topic
from kb_search.searcher import Searcher
from kb_search.text.normalize import normalize
from kb_search.types import Mode

LIMIT = 100
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")

Progress = Callable[[int, int], None]
"""Called with (done, total) as the work goes on; all modes are counted together."""

Tick = Callable[[int], None]


def quiet(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics over some topics, by name."""

    topics: int
    metrics: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class ModeEvaluation:
    """What one mode reached. `values` has a row per topic and a column per metric, in the order of `overall`.

    `latency_ms` (p50, p95) is information only: the time to rank a long answer, without its texts, to a query
    whose vector was known. `degraded` counts searches in which a branch was not available.
    """

    mode: Mode
    overall: Group
    by_locale: dict[str, Group]
    by_kind: dict[str, Group]
    abstention: Abstention | None
    latency_ms: tuple[float, float] | None
    degraded: int
    values: Table = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All modes over one data set, one view and one generation."""

    dataset: Dataset
    view: str
    generation: str
    limit: int
    plan: Plan
    modes: dict[str, ModeEvaluation]


def evaluate(
    searcher: Searcher,
    dataset: Dataset,
    modes: Sequence[Mode] = MODES,
    *,
    view: str = "public",
    limit: int = LIMIT,
    progress: Progress = quiet,
) -> Evaluation:
    """Measure a searcher. `limit` articles are asked for per topic; metrics that look further down are left out.

    Raises QueryError for an unknown mode, UnknownView, ConfigError for a data set of which nothing can be asked in
    this view, and MissingExtra.
    """
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown or not modes:
        raise QueryError(f"Unknown mode {', '.join(unknown)!r}. Choose from {', '.join(MODES)}.")
    plan = protocol.plan(dataset, searcher, view)
    if not plan.topics and not plan.unanswerable:
        raise ConfigError(
            f"All queries of {dataset.name} are for another audience than view {view!r}. Choose another --view."
        )
    texts = list(dict.fromkeys(normalize(query.text) for query in plan.queries)) if set(modes) - {"keyword"} else []
    tick = _counting(progress, len(texts) + len(modes) * plan.searches)
    if texts:
        searcher = with_known_queries(searcher, texts, tick)
    found: dict[str, ModeEvaluation] = {mode: _evaluate_mode(searcher, plan, mode, view, limit, tick) for mode in modes}
    return Evaluation(dataset, view, searcher.generation, limit, plan, found)


def _counting(progress: Progress, total: int) -> Tick:
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    return tick


def _evaluate_mode(searcher: Searcher, plan: Plan, mode: Mode, view: str, limit: int, tick: Tick) -> ModeEvaluation:
    answers = []
    for topic in plan.topics:
        answers.append(protocol.ask(searcher, topic, mode, view, limit))
        tick(1)
    names = metrics_for(limit)
    values = score_topics(names, [topic.grades for topic in plan.topics], [answer.ids for answer in answers])
    times = [answer.took_ms for answer in answers]
    return ModeEvaluation(
        mode=mode,
        overall=_group(names, plan.topics, values, list(range(len(values)))),
        by_locale=_groups(names, plan.topics, values, [topic.locale for topic in plan.topics]),
        by_kind=_groups(names, plan.topics, values, [topic.query.kind for topic in plan.topics]),
        abstention=measure_abstention(searcher, plan, mode, view, tick),
        latency_ms=(float(np.percentile(times, 50)), float(np.percentile(times, 95))) if times else None,
        degraded=sum(answer.degraded is not None for answer in answers),
        values=values,
    )


def _groups(
    names: Sequence[str], topics: Sequence[Topic], values: Table, labels: Sequence[str | None]
) -> dict[str, Group]:
    """Split topics by label, in alphabetical order; those without one are in no group."""
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            rows.setdefault(label, []).append(row)
    return {label: _group(names, topics, values, chosen) for label, chosen in sorted(rows.items())}


def _group(names: Sequence[str], topics: Sequence[Topic], values: Table, rows: list[int]) -> Group:
    found = estimates(values[rows], [topics[row].query.id for row in rows])
    return Group(len(rows), dict(zip(names, found, strict=False)))
