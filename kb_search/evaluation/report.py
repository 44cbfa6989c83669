"""An evaluation for people (aligned text) and for programs (a dict that JSON can hold)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kb_search.evaluation.bootstrap import Estimate
from kb_search.evaluation.comparison import Comparison
from kb_search.evaluation.evaluate import Evaluation, Group, ModeEvaluation
from kb_search.evaluation.protocol import Missing


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """An evaluation, what its first mode has over the others, and which floors of the gate were not reached."""

    evaluation: Evaluation
    comparisons: tuple[Comparison, ...] = ()
    failures: tuple[str, ...] = ()
    gated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Render for JSON; docs/evaluation.md describes the keys. Numbers are not rounded."""
        evaluation = self.evaluation
        dataset, plan = evaluation.dataset, evaluation.plan
        return {
            "dataset": dataset.name,
            "split": dataset.split,
            "view": evaluation.view,
            "generation": evaluation.generation,
            "limit": evaluation.limit,
            "topics": len(plan.topics),
            "queries": len(plan.queries),
            "unanswerable": len(plan.unanswerable),
            "skipped": {"unjudged": dataset.unjudged, "other_audience": plan.other_audience},
            "unknown_judged_queries": dataset.unknown,
            "missing": {"not_in_index": asdict(plan.not_in_index), "not_in_view": asdict(plan.not_in_view)},
            "modes": {name: _mode_dict(mode) for name, mode in evaluation.modes.items()},
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
            "gate": {"passed": not self.failures, "failures": list(self.failures)} if self.gated else None,
        }

    def as_text(self) -> str:
        """Render for a terminal: what was asked, a row per mode and group, differences, abstention, gate."""
        evaluation = self.evaluation
        blocks = [
            _heading(evaluation),
            _metrics(evaluation.modes.values()),
            _differences(self.comparisons),
            _abstention(evaluation.modes.values()),
            [f"gate: {f'{len(self.failures)} not reached' if self.failures else 'passed'}"] if self.gated else [],
        ]
        return "\n\n".join("\n".join(block) for block in map(list, blocks) if block)


def _mode_dict(mode: ModeEvaluation) -> dict[str, Any]:
    return {
        **asdict(mode.overall),
        "by_locale": {name: asdict(group) for name, group in mode.by_locale.items()},
        "by_kind": {name: asdict(group) for name, group in mode.by_kind.items()},
        "abstention": None if mode.abstention is None else asdict(mode.abstention),
        "latency_ms": None if mode.latency_ms is None else dict(zip(("p50", "p95"), mode.latency_ms, strict=True)),
        "degraded": mode.degraded,
    }


def _heading(evaluation: Evaluation) -> Iterable[str]:
    dataset, plan = evaluation.dataset, evaluation.plan
    queries = len({topic.query.id for topic in plan.topics})
    split = f", split {dataset.split}" if dataset.split else ""
    yield (
        f"{dataset.name}{split}: {queries} queries make {len(plan.topics)} topics (one per locale of the judged "
        f"articles), unanswerable queries: {len(plan.unanswerable)}; view {evaluation.view}, "
        f"generation {evaluation.generation}"
    )
    if dataset.unjudged:
        yield f"skipped: {dataset.unjudged} queries without a relevant article in the judgments"
    if plan.other_audience:
        yield f"skipped: {plan.other_audience} queries for another audience than this view's"
    if dataset.unknown:
        yield f"ignored: judgments of {dataset.unknown} queries that the data set does not have"
    yield from _missing("in the index", plan.not_in_index)
    yield from _missing("in this view", plan.not_in_view)
    for mode in evaluation.modes.values():
        if mode.degraded:
            yield f"warning: a branch was not available in {mode.degraded} searches of mode {mode.mode}"


def _missing(where: str, missing: Missing) -> Iterable[str]:
    if missing.count:
        more = " …" if missing.count > len(missing.examples) else ""
        yield f"warning: {missing.count} relevant articles are not {where}: {', '.join(missing.examples)}{more}"


def _metrics(modes: Iterable[ModeEvaluation]) -> list[str]:
    rows: list[list[str]] = []
    for mode in modes:
        if mode.latency_ms is None:  # no topics, so no metrics either
            continue
        if not rows:
            rows.append(["mode", "topics", *mode.overall.metrics, "p50 ms", "p95 ms"])
        rows.append([mode.mode, *_cells(mode.overall), *(f"{value:.1f}" for value in mode.latency_ms)])
        for what, groups in (("locale", mode.by_locale), ("kind", mode.by_kind)):
            rows += [[f"  {what} {name}", *_cells(group), "", ""] for name, group in groups.items()]
    return _aligned(rows)


def _cells(group: Group) -> list[str]:
    return [str(group.topics), *_estimates(group.metrics.values())]


def _estimates(values: Iterable[Estimate], sign: str = "") -> list[str]:
    """The first metric with its interval, the others without: a terminal is not wide. JSON has all intervals."""
    first, *others = values
    shown = f"{first.mean:{sign}.4f} [{first.low:{sign}.3f} {first.high:{sign}.3f}]"
    return [shown, *(f"{value.mean:{sign}.4f}" for value in others)]


def _differences(comparisons: Sequence[Comparison]) -> list[str]:
    rows = [["difference", "topics", *one.differences] for one in comparisons[:1]]
    for one in comparisons:
        rows.append([f"{one.first} - {one.second}", str(one.topics), *_estimates(one.differences.values(), "+")])
    return _aligned(rows)


def _abstention(modes: Iterable[ModeEvaluation]) -> list[str]:
    rows = [["abstention", "AUROC", "queries", "none", "weak", "without answer", "none", "weak"]]
    for mode in modes:
        if mode.abstention is not None:
            found = mode.abstention
            cells = ["-" if found.auroc is None else f"{found.auroc:.4f}"]
            for kind in (found.answerable, found.unanswerable):
                cells += [str(kind.queries), f"{kind.none:.3f}", f"{kind.weak:.3f}"]
            rows.append([mode.mode, *cells])
    return _aligned(rows) if len(rows) > 1 else []


def _aligned(rows: list[list[str]]) -> list[str]:
    """First column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *others = (
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    return lines
