"""Ask every topic in every mode and put the numbers together. One thread: each search uses the cores by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb_search.embedding.base import ModelSpec
from kb_search.errors import ConfigError, QueryError
from kb_search.evaluation import protocol
from kb_search.evaluation.abstention import Abstention, OpenAnswers, ask_all, measure_abstention
from kb_search.evaluation.dataset import Dataset
from kb_search.evaluation.grouping import Group, Grouped, group_topics
from kb_search.evaluation.metrics import METRICS, Table, metrics_for, score_topics
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.evaluation.protocol import Plan
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
class ModeEvaluation:
    """What one mode reached. `values` has a row per topic and a column per name of `metrics`.

    `latency_ms` (p50, p95) is information only: the time to rank a long answer, without its texts, to a query
    whose vector was known. `degraded` counts searches in which a branch was not available. `abstention` and
    `open_answers`, which it rests on, are None where every query has an answer.
    """

    mode: Mode
    relevance: Grouped[Group]
    abstention: Grouped[Abstention] | None
    latency_ms: tuple[float, float] | None
    degraded: int
    metrics: tuple[str, ...]
    values: Table = field(repr=False)
    open_answers: OpenAnswers | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All modes over one data set, one view and one generation of an index; `model` made its vectors."""

    dataset: Dataset
    view: str
    generation: str
    model: ModelSpec
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
    metrics: Sequence[str] = METRICS,
    progress: Progress = quiet,
) -> Evaluation:
    """Measure a searcher. `limit` articles are asked for per topic; metrics that look further down are left out.

    `metrics` are names as metrics.parse_metrics gives them.

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
    names = metrics_for(limit, metrics)
    found: dict[str, ModeEvaluation] = {
        mode: _evaluate_mode(searcher, plan, mode, view, limit, names, tick) for mode in modes
    }
    return Evaluation(dataset, view, searcher.generation, searcher.snapshot.manifest.model, limit, plan, found)


def _counting(progress: Progress, total: int) -> Tick:
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    return tick


def _evaluate_mode(
    searcher: Searcher, plan: Plan, mode: Mode, view: str, limit: int, names: tuple[str, ...], tick: Tick
) -> ModeEvaluation:
    answers = []
    for topic in plan.topics:
        answers.append(protocol.ask(searcher, topic, mode, view, limit))
        tick(1)
    values = score_topics(names, [topic.grades for topic in plan.topics], [answer.ids for answer in answers])
    times = [answer.took_ms for answer in answers]
    openly = ask_all(searcher, plan, mode, view, tick)
    return ModeEvaluation(
        mode=mode,
        relevance=group_topics(names, plan.topics, values),
        abstention=None if openly is None else measure_abstention(openly),
        latency_ms=(float(np.percentile(times, 50)), float(np.percentile(times, 95))) if times else None,
        degraded=sum(answer.degraded is not None for answer in answers),
        metrics=names,
        values=values,
        open_answers=openly,
    )
