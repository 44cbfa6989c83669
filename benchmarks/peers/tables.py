"""Tables and charts of a run of `peers`, from its raw values alone: Markdown, and bars."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import percentile
from benchmarks.peers.catalogue import OURS
from benchmarks.plot import Bar, bars
from benchmarks.results import Record, Value

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one peer asked one way: `samples` by series, `facts` of its build; `judged` queries in all."""

    peer: str
    setting: str
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    judged: int = 0

    @property
    def label(self) -> str:
        """Peer and setting in one."""
        return self.peer if self.setting == "default" else f"{self.peer}, {self.setting}"

    def ms(self, series: str, *shares: float) -> str:
        """Percentiles of a series in milliseconds, separated by slashes."""
        values = self.samples.get(f"{series}_ms")
        return " / ".join(_short(percentile(values, share)) for share in shares) if values else NOTHING

    def mean(self, series: str, expected: int = 0) -> str:
        """Mean of a series of shares, to three places; with its length where that is less than expected."""
        values = self.samples.get(series)
        if not values:
            return NOTHING
        return f"{statistics.fmean(values):.3f}" + (f" (n {len(values)})" if len(values) < expected else "")

    def fact(self, *names: str) -> str:
        """Facts of the peer, rounded, with an arrow between."""
        found = [self.facts.get(name) for name in names]
        return " → ".join(_short(float(value)) if value is not None else NOTHING for value in found)


def rows_of(record: Record) -> list[Row]:
    """Collect what belongs together, in the order of the run; a peer that failed at once has a row without samples."""
    facts: dict[str, dict[str, Value]] = {}
    for name, value in record.measured.facts.items():
        peer, bar, fact = name.partition(" | ")
        if bar:
            facts.setdefault(peer, {})[fact] = value
    found: dict[tuple[str, str], dict[str, Sequence[float]]] = {}
    for name, values in record.measured.samples.items():
        peer, setting, series = name.split(" | ")
        found.setdefault((peer, setting), {})[series] = values
    judged = int(record.measured.arguments["judged"])
    rows = [Row(peer, setting, samples, facts.get(peer, {}), judged) for (peer, setting), samples in found.items()]
    rows += [Row(peer, "default", {}, known) for peer, known in facts.items() if peer not in {row.peer for row in rows}]
    return rows


def report(record: Record) -> str:
    """Render a run: when and where, on what, then its table."""
    machine, measured = record.machine, record.measured
    load = " ".join(str(value) for value in machine["load_average"])
    known = measured.arguments | {name: value for name, value in measured.facts.items() if " | " not in name}
    lines = [
        f"{record.benchmark}  {record.stamp}  {record.label}".rstrip(),
        f"{machine['cpu']}, {machine['usable_cores']} of {machine['cores']} cores, load {load}",
        ", ".join(f"{name} {value}" for name, value in known.items()),
    ]
    return "\n".join([*lines, "", table(record)])


def table(record: Record) -> str:
    """Render the run as Markdown: the table of its experiment, then what failed and which versions ran."""
    rows = rows_of(record)
    columns = _COLUMNS[str(record.measured.arguments["experiment"])]
    lines = [_line([heading for heading, _ in columns]), _line(["---"] * len(columns))]
    lines += [_line([cell(row) for _, cell in columns]) for row in rows if row.samples]
    facts = {row.peer: row.facts for row in rows}
    lines += [""] + [f"* **{peer}** failed: {known['failure']}" for peer, known in facts.items() if "failure" in known]
    lines += [f"* {peer}: {known['no_hybrid']}" for peer, known in facts.items() if "no_hybrid" in known]
    versions = dict.fromkeys(str(known["versions"]) for known in facts.values() if "versions" in known)
    return "\n".join([*lines, f"* Versions: {'; '.join(versions)}" if versions else ""]).rstrip()


def charts(record: Record) -> dict[str, str]:
    """Draw the run: name of a chart → SVG, only those that it has values for."""
    drawn = {}
    for name, title, unit, value, note in _CHARTS:
        listed = [(row, value(row)) for row in rows_of(record)]
        shown = [Bar(row.label, found, note(row), row.peer == OURS) for row, found in listed if found is not None]
        if shown:
            drawn[name] = bars(title, unit, sorted(shown, key=lambda bar: bar.value), log=unit == "ms")
    return drawn


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(row: Row, *series: str) -> str:
    counts = [len(row.samples[f"{name}_ms"]) for name in series if f"{name}_ms" in row.samples]
    return str(min(counts)) if counts else NOTHING


def _rate(row: Row) -> str:
    seconds, passages = row.facts.get("ingest_s"), row.facts.get("ingest_passages")
    return _short(float(passages) / float(seconds)) if seconds and passages else NOTHING


def _requests(row: Row) -> float | None:
    times, seconds = row.samples.get("request_ms"), row.samples.get("load_s")
    return len(times) / seconds[0] if times and seconds else None


def _memory(row: Row) -> str:
    steps = [name for name in ("rss_before_mb", "rss_index_mb", "rss_after_mb") if name in row.facts]
    anonymous = row.facts.get("anonymous_after_mb")
    return (row.fact(*steps) or NOTHING) + (f" ({_short(float(anonymous))})" if anonymous is not None else "")


def _p50(series: str) -> Callable[[Row], float | None]:
    def value(row: Row) -> float | None:
        values = row.samples.get(series)
        return percentile(values, 0.5) if values else None

    return value


def _judged(row: Row) -> str:
    return f"nDCG@10 {row.mean('ndcg_at_10', row.judged)}" if "ndcg_at_10" in row.samples else ""


def _recall(row: Row) -> str:
    return f"recall {row.mean('recall_at_10')}" if "recall_at_10" in row.samples else ""


Column = tuple[str, Callable[[Row], str]]

_COLUMNS: dict[str, list[Column]] = {
    "retrieval": [
        ("engine", lambda row: row.label),
        ("nearest 10, p50 / p95 / p99 ms", lambda row: row.ms("dense", 0.5, 0.95, 0.99)),
        ("recall@10", lambda row: row.mean("recall_at_10")),
        ("recall@100", lambda row: row.mean("recall_at_100")),
        ("hybrid 10, p50 / p95 / p99 ms", lambda row: row.ms("hybrid", 0.5, 0.95, 0.99)),
        ("n", lambda row: _number(row, "dense", "hybrid")),
        ("nDCG@10", lambda row: row.mean("ndcg_at_10", row.judged)),
        ("build s", lambda row: row.fact("build_s")),
        ("RSS before → after (not of files), MiB", _memory),
        ("disk MiB", lambda row: row.fact("disk_mb")),
    ],
    "end-to-end": [
        ("engine", lambda row: row.label),
        ("query to ids, p50 / p95 / p99 ms", lambda row: row.ms("whole", 0.5, 0.95, 0.99)),
        ("embedding alone, p50 ms", lambda row: row.ms("embedding", 0.5)),
        ("with texts and marks, p50 / p99 ms", lambda row: row.ms("answer", 0.5, 0.99)),
        ("n", lambda row: _number(row, "whole")),
        ("nDCG@10", lambda row: row.mean("ndcg_at_10", row.judged)),
        ("recall@10", lambda row: row.mean("judged_recall_at_10", row.judged)),
        ("taken in, passages/s", _rate),
        ("RSS before → after (not of files), MiB", _memory),
    ],
    "server": [
        ("engine", lambda row: row.label),
        ("answers/s", lambda row: _short(_requests(row) or 0.0)),
        ("p50 / p95 / p99 ms", lambda row: row.ms("request", 0.5, 0.95, 0.99)),
        ("n", lambda row: _number(row, "request")),
        ("failed", lambda row: f"{row.samples.get('failed_requests', [0.0])[0]:.0f}"),
    ],
}

_CHARTS: tuple[tuple[str, str, str, Callable[[Row], float | None], Callable[[Row], str]], ...] = (
    ("hybrid", "Hybrid search, vectors known: median", "ms", _p50("hybrid_ms"), _recall),
    ("dense", "Nearest 10 passages: median", "ms", _p50("dense_ms"), _recall),
    ("end-to-end", "From the text of a query to ids: median", "ms", _p50("whole_ms"), _judged),
    ("server", "Answers a second over HTTP", "", _requests, lambda row: ""),
)
