"""From a folder to a report in one call: what `kb-search eval` runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kb_search.evaluation.comparison import compare
from kb_search.evaluation.dataset import read_dataset
from kb_search.evaluation.evaluate import LIMIT, MODES, Progress, evaluate, quiet
from kb_search.evaluation.gate import check_gate, read_gate
from kb_search.evaluation.report import EvaluationReport
from kb_search.searcher import Searcher
from kb_search.types import Mode


def run_evaluation(
    searcher: Searcher,
    dataset_folder: Path,
    modes: Sequence[Mode] = MODES,
    qrels: Path | None = None,
    gate: Path | None = None,
    view: str = "public",
    progress: Progress = quiet,
    limit: int = LIMIT,
    split: str | None = None,
) -> EvaluationReport:
    """Read, ask, measure, compare the first mode with each other one, and check the gate.

    Raises ConfigError for a fault in the data set or the gate (both are read before anything is asked), QueryError,
    UnknownView, and MissingExtra.
    """
    floors = read_gate(gate) if gate else None
    dataset = read_dataset(dataset_folder, qrels, split)
    chosen = list(dict.fromkeys(modes))
    evaluation = evaluate(searcher, dataset, chosen, view=view, limit=limit, progress=progress)
    others = chosen[1:] if evaluation.plan.topics else []
    return EvaluationReport(
        evaluation=evaluation,
        comparisons=tuple(compare((evaluation, chosen[0]), (evaluation, other)) for other in others),
        failures=() if floors is None else tuple(check_gate(floors, evaluation)),
        gated=floors is not None,
    )
