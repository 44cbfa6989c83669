"""What an evaluation found, view by view, and the same as a dict that JSON can hold; report_text.py is for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from kb_search.evaluation.comparison import Comparison
from kb_search.evaluation.evaluate import Evaluation, ModeEvaluation
from kb_search.evaluation.grouping import Group, Grouped
from kb_search.evaluation.protocol import Missing


@dataclass(frozen=True, slots=True)
class Against:
    """The other index (B) on the same topics, and this index minus it, mode by mode.

    `only_here` and `only_there` are articles of the view, not judged ones, that the other index does not have.
    """

    evaluation: Evaluation
    differences: tuple[Comparison, ...]
    only_here: Missing
    only_there: Missing


@dataclass(frozen=True, slots=True)
class ViewReport:
    """One view: an evaluation, what its modes have over each other, and the other index, if there is one."""

    evaluation: Evaluation
    differences: tuple[Comparison, ...] = ()
    against: Against | None = None


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All views that were asked, and which bounds of the gate were not kept."""

    views: tuple[ViewReport, ...]
    failures: tuple[str, ...] = ()
    gated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Render for JSON; docs/evaluation.md describes the keys. Numbers are not rounded."""
        first = self.views[0]
        dataset = first.evaluation.dataset
        return {
            "dataset": dataset.name,
            "split": dataset.split,
            "skipped": {"unjudged": dataset.unjudged},
            "unknown_judged_queries": dataset.unknown,
            "proposed": proposed(first.evaluation),
            "limit": first.evaluation.limit,
            "index": _index(first.evaluation),
            "against": None if first.against is None else _index(first.against.evaluation),
            "views": {report.evaluation.view: _view(report) for report in self.views},
            "gate": {"passed": not self.failures, "failures": list(self.failures)} if self.gated else None,
        }

    def as_text(self) -> str:
        """Render for a terminal."""
        from kb_search.evaluation.report_text import render

        return render(self)


def proposed(evaluation: Evaluation) -> int:
    """Count the queries of the data set that nobody has confirmed."""
    return sum(query.proposed for query in evaluation.dataset.queries)


def _index(evaluation: Evaluation) -> dict[str, Any]:
    model = evaluation.model
    return {"generation": evaluation.generation, "model": model.name, "model_fingerprint": model.fingerprint}


def _view(report: ViewReport) -> dict[str, Any]:
    evaluation, other = report.evaluation, report.against
    plan = evaluation.plan
    return {
        "topics": len(plan.topics),
        "queries": len(plan.queries),
        "unanswerable": len(plan.unanswerable),
        "skipped": {"other_audience": plan.other_audience},
        "missing": {"not_in_index": asdict(plan.not_in_index), "not_in_view": asdict(plan.not_in_view)},
        "modes": _modes(evaluation),
        "differences": _differences(report.differences),
        "against": None
        if other is None
        else {
            "only_here": asdict(other.only_here),
            "only_there": asdict(other.only_there),
            "modes": _modes(other.evaluation),
            "differences": {one.first: _difference(one) for one in other.differences},
        },
    }


def _modes(evaluation: Evaluation) -> dict[str, Any]:
    return {name: _mode(mode) for name, mode in evaluation.modes.items()}


def _mode(mode: ModeEvaluation) -> dict[str, Any]:
    abstention = None
    if mode.abstention is not None:
        abstention = {**asdict(mode.abstention.overall), **_parts(mode.abstention)}
    return {
        **asdict(mode.relevance.overall),
        **_parts(mode.relevance),
        "abstention": abstention,
        "latency_ms": None if mode.latency_ms is None else dict(zip(("p50", "p95"), mode.latency_ms, strict=True)),
        "degraded": mode.degraded,
    }


def _differences(comparisons: Iterable[Comparison]) -> dict[str, Any]:
    return {f"{one.first} - {one.second}": _difference(one) for one in comparisons}


def _difference(one: Comparison) -> dict[str, Any]:
    relevance: Grouped[Group] = one.relevance
    abstention = None if one.abstention is None else {name: asdict(found) for name, found in one.abstention.items()}
    return {**asdict(relevance.overall), **_parts(relevance), "abstention": abstention}


def _parts(found: Grouped[Any]) -> dict[str, Any]:
    return {
        "by_locale": {name: asdict(part) for name, part in found.by_locale.items()},
        "by_kind": {name: asdict(part) for name, part in found.by_kind.items()},
    }
