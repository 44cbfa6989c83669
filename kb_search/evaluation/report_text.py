"""An evaluation as aligned text for a terminal; JSON has more, this has what one reads first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb_search.evaluation.abstention import Abstention
from kb_search.evaluation.bootstrap import Estimate
from kb_search.evaluation.comparison import Comparison
from kb_search.evaluation.evaluate import Evaluation, ModeEvaluation
from kb_search.evaluation.grouping import Group, Grouped, T
from kb_search.evaluation.protocol import Missing
from kb_search.evaluation.report import EvaluationReport, ViewReport, proposed


def render(report: EvaluationReport) -> str:
    """Give the data set, then for each view what was asked, a row per mode and group, differences and abstention."""
    blocks: list[Iterable[str]] = [_dataset(report.views[0])]
    for view in report.views:
        blocks += _view(view)
    if report.gated:
        blocks.append([f"gate: {f'{len(report.failures)} not reached' if report.failures else 'passed'}"])
    return "\n\n".join("\n".join(block) for block in map(list, blocks) if block)


def _dataset(first: ViewReport) -> Iterator[str]:
    dataset = first.evaluation.dataset
    yield f"{dataset.name}{f', split {dataset.split}' if dataset.split else ''}"
    for name, evaluation in _indexes(first):
        yield f"{f'index {name}' if name else 'index'}: generation {evaluation.generation}, {evaluation.model.name}"
    if dataset.unjudged:
        yield f"skipped: {dataset.unjudged} queries without a relevant article in the judgments"
    if dataset.unknown:
        yield f"ignored: judgments of {dataset.unknown} queries that the data set does not have"
    if unconfirmed := proposed(first.evaluation):
        yield f"warning: {unconfirmed} of {len(dataset.queries)} queries are proposals that nobody has confirmed"


def _indexes(report: ViewReport) -> list[tuple[str, Evaluation]]:
    if report.against is None:
        return [("", report.evaluation)]
    return [("A", report.evaluation), ("B", report.against.evaluation)]


def _view(report: ViewReport) -> Iterator[Iterable[str]]:
    yield _heading(report)
    several = report.against is not None
    modes = [
        (f"{mode.mode}, {index}" if several else mode.mode, mode)
        for index, evaluation in _indexes(report)
        for mode in evaluation.modes.values()
    ]
    yield _metrics(modes, parts=not several)
    yield _differences(report)
    yield _abstention(modes, parts=not several)
    yield _abstention_differences(report)


def _heading(report: ViewReport) -> Iterator[str]:
    evaluation = report.evaluation
    plan = evaluation.plan
    queries = len({topic.query.id for topic in plan.topics})
    yield (
        f"view {evaluation.view}: {queries} queries make {len(plan.topics)} topics (one per locale of the judged "
        f"articles), unanswerable queries: {len(plan.unanswerable)}"
    )
    if plan.other_audience:
        yield f"skipped: {plan.other_audience} queries for another audience than this view's"
    yield from _missing("relevant articles are not in the index", plan.not_in_index)
    yield from _missing("relevant articles are not in this view", plan.not_in_view)
    if report.against is not None:
        yield from _missing("articles, none of them judged, are in A only", report.against.only_here)
        yield from _missing("articles, none of them judged, are in B only", report.against.only_there)
    for index, one in _indexes(report):
        for mode in one.modes.values():
            if mode.degraded:
                where = f"mode {mode.mode}{f' of {index}' if index else ''}"
                yield f"warning: a branch was not available in {mode.degraded} searches of {where}"


def _missing(what: str, missing: Missing) -> Iterator[str]:
    if missing.count:
        more = " …" if missing.count > len(missing.examples) else ""
        yield f"warning: {missing.count} {what}: {', '.join(missing.examples)}{more}"


def _parts(found: Grouped[T]) -> Iterator[tuple[str, T]]:
    for what, parts in (("locale", found.by_locale), ("kind", found.by_kind)):
        for name, part in parts.items():
            yield f"  {what} {name}", part


def _metrics(modes: Iterable[tuple[str, ModeEvaluation]], parts: bool) -> list[str]:
    """A row per mode, and per locale and kind unless the differences of two indexes are shown so."""
    rows: list[list[str]] = []
    for name, mode in modes:
        if mode.latency_ms is None:  # no topics, so no metrics either
            continue
        if not rows:
            rows.append(["mode", "topics", *mode.metrics, "p50 ms", "p95 ms"])
        rows.append([name, *_cells(mode.relevance.overall), *(f"{value:.1f}" for value in mode.latency_ms)])
        rows += [[part, *_cells(group), "", ""] for part, group in _parts(mode.relevance) if parts]
    return _aligned(rows)


def _differences(report: ViewReport) -> list[str]:
    """Modes overall; A minus B by locale and kind too, where anything differs: an average can hide who lost."""
    pairs: list[tuple[str, Comparison]] = [(f"{one.first} - {one.second}", one) for one in report.differences]
    if report.against is not None:
        pairs = [(f"{name}, A", one) for name, one in pairs]
        pairs += [(f"{one.first}, A - B", one) for one in report.against.differences]
    rows = [["difference", "topics", *one.relevance.overall.metrics] for _, one in pairs[:1]]
    for name, one in pairs:
        rows.append([name, *_cells(one.relevance.overall, "+")])
        if name.endswith("A - B") and _any_difference(one):
            rows += [[part, *_cells(group, "+")] for part, group in _parts(one.relevance)]
    return _aligned(rows)


def _any_difference(one: Comparison) -> bool:
    """Tell whether a topic differs: resamples of nothing but zeros have a mean of 0 and an interval from 0 to 0."""
    found = one.relevance.overall.metrics.values()
    return any(value.mean or value.low or value.high for value in found)


def _cells(group: Group, sign: str = "") -> list[str]:
    """The first metric with its interval, the others without: a terminal is not wide. JSON has all intervals."""
    first, *others = group.metrics.values()
    return [str(group.topics), _estimate(first, sign), *(f"{value.mean:{sign}.4f}" for value in others)]


def _abstention(modes: Iterable[tuple[str, ModeEvaluation]], parts: bool) -> list[str]:
    rows = [
        ["abstention", "AUROC", "answerable", "false silences", "weak", "unanswerable", "false answers", "weak", "ok"]
    ]
    for name, mode in modes:
        if mode.abstention is not None:
            rows.append([name, *_abstention_cells(mode.abstention.overall)])
            rows += [[part, *_abstention_cells(found)] for part, found in _parts(mode.abstention) if parts]
    return _aligned(rows) if len(rows) > 1 else []


def _abstention_cells(found: Abstention) -> list[str]:
    idle, fitting = found.unanswerable, found.answerable
    return [
        _estimate(found.auroc),
        str(fitting.queries),
        _estimate(found.false_silences),
        f"{fitting.weak:.3f}" if fitting.queries else "-",
        str(idle.queries),
        _estimate(found.false_answers),
        *((f"{idle.weak:.3f}", f"{idle.ok:.3f}") if idle.queries else ("-", "-")),
    ]


def _abstention_differences(report: ViewReport) -> list[str]:
    found = report.against.differences if report.against is not None else ()
    rows = [["difference", "AUROC", "false silences", "false answers"]]
    for one in found:
        if one.abstention is not None:
            values = (one.abstention.get(name) for name in ("auroc", "false_silences", "false_answers"))
            rows.append([f"{one.first}, A - B", *(_estimate(value, "+") for value in values)])
    return _aligned(rows) if len(rows) > 1 else []


def _estimate(value: Estimate | None, sign: str = "") -> str:
    return "-" if value is None else f"{value.mean:{sign}.4f} [{value.low:{sign}.3f} {value.high:{sign}.3f}]"


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
