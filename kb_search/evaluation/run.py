"""From a folder to a report in one call: what `kb-search eval` runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kb_search.evaluation.comparison import Comparison, check_same_topics, compare, other_articles
from kb_search.evaluation.dataset import Dataset, read_dataset
from kb_search.evaluation.evaluate import LIMIT, MODES, Evaluation, Progress, evaluate, quiet
from kb_search.evaluation.gate import check_gate, read_gate
from kb_search.evaluation.metrics import METRICS, depth_of
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.evaluation.protocol import Missing, plan
from kb_search.evaluation.report import Against, EvaluationReport, ViewReport
from kb_search.searcher import Searcher
from kb_search.types import Mode

CONTROL: Mode = "keyword"
"""What every other mode has to beat: it costs no model."""


def run_evaluation(
    searcher: Searcher,
    dataset_folder: Path,
    modes: Sequence[Mode] = MODES,
    *,
    qrels: Path | None = None,
    split: str | None = None,
    views: Sequence[str] = ("public",),
    metrics: Sequence[str] | None = None,
    limit: int = LIMIT,
    control: bool = True,
    against: Searcher | None = None,
    gate: Path | None = None,
    progress: Progress = quiet,
) -> EvaluationReport:
    """Read, ask, measure, compare, and check the gate.

    In every view the first mode is compared with each other one, and each with the keyword control, which is measured
    as well unless `control` is False. With `against`, that searcher is asked the same in every mode; its index must
    have the same relevant articles. `metrics` (default: METRICS as far as `limit` goes) are asked for as deep as they
    look.

    Raises ConfigError for a fault in the data set or the gate (both are read before anything is asked) and for topics
    that differ between the two indexes, QueryError, UnknownView, and MissingExtra.
    """
    bounds = read_gate(gate) if gate else None
    dataset = read_dataset(dataset_folder, qrels, split)
    chosen = list(dict.fromkeys([*modes, CONTROL] if control else modes))
    wanted = tuple(dict.fromkeys(views))
    if against is not None:
        for view in wanted:
            check_same_topics(plan(dataset, searcher, view), plan(dataset, against, view), view)
    depth = max([limit, *map(depth_of, metrics)]) if metrics else limit

    def measure(subject: Searcher, view: str) -> Evaluation:
        names = METRICS if metrics is None else metrics
        return evaluate(subject, dataset, chosen, view=view, limit=depth, metrics=names, progress=progress)

    if len(wanted) > 1 and set(chosen) != {"keyword"}:
        searcher, against = _knowing(searcher, dataset), against and _knowing(against, dataset)
    reports = []
    for view in wanted:
        evaluation = measure(searcher, view)
        other = None
        if against is not None:
            other = _against(evaluation, measure(against, view), other_articles(searcher, against, view))
        reports.append(ViewReport(evaluation, _differences(evaluation), other))
    return EvaluationReport(
        views=tuple(reports),
        failures=() if bounds is None else tuple(check_gate(bounds, reports)),
        gated=bounds is not None,
    )


def _differences(evaluation: Evaluation) -> tuple[Comparison, ...]:
    """Compare the first mode that is not the control with each other one, then each other one with the control."""
    first, *others = evaluation.modes
    if first == CONTROL and others:
        first, *others = *others, first
    pairs = [(first, other) for other in others]
    pairs += [(other, CONTROL) for other in others if other != CONTROL and CONTROL in others]
    if not evaluation.plan.topics:
        return ()
    return tuple(compare((evaluation, one), (evaluation, other)) for one, other in pairs)


def _against(here: Evaluation, there: Evaluation, others: tuple[Missing, Missing]) -> Against:
    differences = tuple(compare((here, mode), (there, mode)) for mode in here.modes) if here.plan.topics else ()
    return Against(there, differences, only_here=others[0], only_there=others[1])


def _knowing(searcher: Searcher, dataset: Dataset) -> Searcher:
    """Embed all queries now, so that each view finds them known."""
    return with_known_queries(searcher, [query.text for query in dataset.queries])
