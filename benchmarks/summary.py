"""Figures from raw times. A new figure needs no new run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks import scale_tables
from benchmarks.figures import percentile
from benchmarks.gemm import FLOPS_PER_TOKEN, PACKAGED_MODEL
from benchmarks.results import Record, Value
from kb_search.evaluation.metrics import auroc
from kb_search.ranking.fusion import outcome_of

Rows = list[list[str]]
Samples = Mapping[str, Sequence[float]]

MOST = 0.8
"""Share of a judged quote from which on a passage counts as showing it."""


def describe(record: Record) -> str:
    """Render one run: machine, arguments and facts, a row per series, derived figures."""
    machine = record.machine
    load = " ".join(str(value) for value in machine["load_average"])
    flags = " ".join(machine["flags"])
    measured = record.measured
    lines = [
        f"{record.benchmark}  {record.stamp}  {record.label}".rstrip(),
        f"{machine['cpu']}, {machine['usable_cores']} of {machine['cores']} cores ({flags}), load {load}",
        ", ".join(f"{name} {value}" for name, value in (measured.arguments | measured.facts).items()),
    ]
    series = _TABLES.get(record.benchmark, _series)(measured.samples)
    derived: Rows = [[name, f"{value:,.4g}"] for name, value in _DERIVED.get(record.benchmark, _nothing)(record)]
    return "\n".join([*lines, *_aligned(series), *_aligned(derived)])


def _series(samples: Samples) -> Rows:
    return [
        ["", "n", "mean", "p50", "p95", "p99", "max"],
        *(_row(name, values) for name, values in samples.items() if values),
    ]


def _row(name: str, values: Sequence[float]) -> list[str]:
    figures = [statistics.fmean(values), *(percentile(values, share) for share in (0.50, 0.95, 0.99)), max(values)]
    return [name, str(len(values)), *(f"{value:.4g}" for value in figures)]


def _nothing(record: Record) -> Iterable[tuple[str, float]]:
    return ()


def _latency(record: Record) -> Iterable[tuple[str, float]]:
    samples = record.measured.samples
    if samples.get("without_embedding_ms"):
        whole, rest = (percentile(samples[name], 0.5) for name in ("search_ms", "without_embedding_ms"))
        yield "the model's share of p50, %", 100 * (1 - rest / whole)


def _indexing(record: Record) -> Iterable[tuple[str, float]]:
    facts, samples = record.measured.facts, record.measured.samples
    embedded, tokens = _number(facts["embedded_passages"]), _number(facts["embedded_tokens"])
    embedding, whole = samples["embedding_s"][0], samples["fresh_s"][0]
    if not embedding:
        return
    yield "passages/s, embedding", embedded / embedding
    yield "passages/s, end to end", embedded / whole
    yield "tokens/s, embedding", tokens / embedding
    if facts["model"] == PACKAGED_MODEL:
        yield "GFLOP/s, embedding", tokens / embedding * FLOPS_PER_TOKEN / 1e9


def _robustness(record: Record) -> Iterable[tuple[str, float]]:
    """Percent of the mean that each version loses, all seeds together; by locale, then over all topics."""
    samples = record.measured.samples
    before: dict[tuple[str, str], list[float]] = {}
    after: dict[tuple[str, str], list[float]] = {}
    for name, values in samples.items():
        locale, _, version = name.partition(" ")
        if version != "as typed":
            for where in (locale, "all"):
                key = where, version.rstrip(" 0123456789")
                # Of all locales, only the topics that have the version: English has no diacritics to lose.
                before.setdefault(key, []).extend(samples[f"{locale} as typed"])
                after.setdefault(key, []).extend(values)
    for (where, version), values in sorted(after.items(), key=lambda item: (item[0][0] == "all", item[0])):
        whole = statistics.fmean(before[where, version])
        yield f"{where}, {version}: loss, %", 100 * (1 - statistics.fmean(values) / whole) if whole else 0.0


def _gemm(record: Record) -> Iterable[tuple[str, float]]:
    flop = _number(record.measured.facts["flop"])
    reached = percentile(record.measured.samples["product_s"], 0.5)
    yield "GFLOP/s, float32, p50", flop / reached / 1e9
    yield "tokens/s of the packaged model at that rate", flop / reached / FLOPS_PER_TOKEN


def _passages(samples: Samples) -> Rows:
    """A row per mode and locale, one per mode above them; % of the judged rows, and the mean length of a passage."""
    whole: dict[str, dict[str, list[float]]] = {}
    for name, values in samples.items():
        group, what = name.split(": ")
        for row in (group.split(", ")[0], group):
            whole.setdefault(row, {}).setdefault(what, []).extend(values)
    table: Rows = [
        ["", "rows", "shown, %", "the first marked, %", "in any passage, %", "right section, %", "characters"]
    ]
    for row, series in sorted(whole.items()):
        rows = series["shown_share"]
        shares = [
            sum(value >= least for value in series[what]) / len(rows)
            for what, least in (("shown_share", MOST), ("first_share", MOST), ("any_share", MOST), ("section", 1.0))
        ]
        characters = statistics.fmean(series.get("chars") or [0.0])
        table.append([row, str(len(rows)), *(f"{100 * share:.1f}" for share in shares), f"{characters:.0f}"])
    return table


def _abstention(record: Record) -> Iterable[tuple[str, float]]:
    """Give mean, least and greatest over the seeds, each figure of one seed's own queries."""
    samples = record.measured.samples
    names = [(name, name.replace("answerable", "unanswerable")) for name in samples if name.startswith("answerable_")]
    pairs = [(samples[fitting], samples[idle]) for fitting, idle in names if samples[fitting] and samples[idle]]
    figures: dict[str, list[float]] = {}
    for fitting, idle in pairs:
        figures.setdefault("AUROC", []).append(auroc(idle, fitting))
        for name, scores in (("answerable", fitting), ("unanswerable", idle)):
            for outcome in ("none", "weak"):
                share = sum(outcome_of(score) == outcome for score in scores) / len(scores)
                figures.setdefault(f"{name} called {outcome}, %", []).append(100 * share)
        # The score that exactly one in twenty answerable queries lies below.
        threshold = percentile(fitting, 0.05)
        silenced = sum(score < threshold for score in idle) / len(idle)
        figures.setdefault("unanswerable below the lowest 5 % of answerable, %", []).append(100 * silenced)
    for name, values in figures.items():
        yield f"{name}: mean", statistics.fmean(values)
        yield f"{name}: least", min(values)
        yield f"{name}: greatest", max(values)


def _number(value: Value) -> float:
    return float(value)


_DERIVED: dict[str, Callable[[Record], Iterable[tuple[str, float]]]] = {
    "latency": _latency,
    "indexing": _indexing,
    "gemm": _gemm,
    "abstention": _abstention,
    "robustness": _robustness,
}


_TABLES: dict[str, Callable[[Samples], Rows]] = {
    "passages": _passages,
    "vectors": scale_tables.vectors,
    "growth": scale_tables.growth,
    "http": scale_tables.http,
}


def _aligned(rows: Rows) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    first, *others = widths or [0]
    return [
        "  ".join([row[0].ljust(first), *(cell.rjust(width) for cell, width in zip(row[1:], others, strict=True))])
        for row in rows
    ]
