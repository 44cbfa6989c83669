"""Tables of the benchmarks in which one series stands for a size, a filter or a number of clients."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.figures import percentile

Rows = list[list[str]]
Samples = Mapping[str, Sequence[float]]


def grouped(samples: Samples) -> dict[str, dict[str, Sequence[float]]]:
    """Take apart series called `<group>: <what>`; a name without a group is left out."""
    groups: dict[str, dict[str, Sequence[float]]] = {}
    for name, values in samples.items():
        group, colon, what = name.partition(": ")
        if colon:
            groups.setdefault(group, {})[what] = values
    return groups


def vectors(samples: Samples) -> Rows:
    """A row per filter: times, and mean recall in percent."""
    table: Rows = [["articles let through", "p50 ms", "p99 ms", "recall@10, %", "recall@100, %"]]
    for group, series in grouped(samples).items():
        shares = [f"{100 * statistics.fmean(series[f'recall@{depth}']):.2f}" for depth in (10, 100)]
        table.append([group, *_percentiles(series["search_ms"], (0.5, 0.99)), *shares])
    return table


def growth(samples: Samples) -> Rows:
    """A row per size: times of a hybrid search, with and without the embedding of the query."""
    table: Rows = [["passages", "p50 ms", "p95 ms", "p99 ms", "without embedding, p50 ms", "p95 ms"]]
    for group, series in grouped(samples).items():
        rest = series["without_embedding_ms"]
        table.append([group, *_percentiles(series["search_ms"], (0.5, 0.95, 0.99)), *_percentiles(rest, (0.5, 0.95))])
    return table


def http(samples: Samples) -> Rows:
    """A row per number of clients; queries a second are the answers over the time from the first to the last."""
    table: Rows = [["clients", "queries", "errors", "queries/s", "p50 ms", "p95 ms", "p99 ms", "server CPU, ms/query"]]
    for group, series in grouped(samples).items():
        times, errors = series["latency_ms"], f"{sum(series['errors']):.0f}"
        if not times:
            table.append([group, "0", errors, *["–"] * 5])
            continue
        rate = len(times) / series["elapsed_s"][0]
        work = 1000 * series["server_cpu_s"][0] / len(times)
        shown = _percentiles(times, (0.5, 0.95, 0.99))
        table.append([group, str(len(times)), errors, f"{rate:.1f}", *shown, f"{work:.4g}"])
    memory = {name: values[0] for name, values in samples.items() if name.endswith("_mb")}
    return [*table, *([name, f"{value:.0f}", *[""] * 6] for name, value in memory.items())]


def _percentiles(values: Sequence[float], shares: Iterable[float]) -> list[str]:
    return [f"{percentile(values, share):.4g}" for share in shares]
