"""Figures against raw times that were made up, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.figures import percentile
from benchmarks.results import Measured, Record, load, save
from benchmarks.summary import describe
from kb_search.errors import ConfigError

MACHINE = {"cpu": "Toy CPU", "cores": 2, "usable_cores": 1, "flags": ["avx2"], "load_average": [0.5, 0.25, 0.0]}


def _figures(benchmark: str, facts: dict[str, str | int | float], samples: dict[str, list[float]]) -> list[list[str]]:
    lines = describe(Record(benchmark, "", MACHINE, Measured({}, facts, samples))).splitlines()
    return [[part for part in line.split("  ") if part.strip()] for line in lines]


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([3.0], 0.5) == percentile([3.0], 0.99) == 3.0
    assert percentile([1.0, 2.0, 9.0, 4.0, 3.0], 0.5) == 3.0


def test_latency() -> None:
    samples = {"search_ms": [4.0, 10.0, 4.0], "embedding_ms": [3.0], "without_embedding_ms": [1.0, 1.0, 1.0]}
    figures = _figures("latency", {}, samples)
    assert [cell.strip() for cell in figures[4]] == ["search_ms", "3", "6", "4", "10", "10", "10"]
    assert [cell.strip() for cell in figures[-1]] == ["the model's share of p50, %", "75"]


def test_indexing() -> None:
    facts: dict[str, str | int | float] = {"model": "multilingual-e5-small"}
    facts |= {"embedded_passages": 100, "embedded_tokens": 10_000}
    figures = _figures("indexing", facts, {"embedding_s": [2.0], "fresh_s": [4.0]})
    assert {name: float(value.strip().replace(",", "")) for name, value in figures[-4:]} == {
        "passages/s, embedding": 50,
        "passages/s, end to end": 25,
        "tokens/s, embedding": 5000,
        "GFLOP/s, embedding": 213,  # 5,000 × 2 × 21.3 million
    }


def test_gemm() -> None:
    figures = _figures("gemm", {"flop": 2_000_000_000}, {"product_s": [0.02, 0.01, 0.04]})
    assert [cell.strip() for cell in figures[-2]] == ["GFLOP/s, float32, p50", "100"]


def test_show_reads_what_was_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = Record("memory", "toy", MACHINE, Measured({}, {}, {"opened_mb": [12.5]}))
    path = save(record, tmp_path)
    assert path.parent == tmp_path / "memory"
    assert load(path) == record
    assert main(["show", str(path), str(path)]) == 0
    assert capsys.readouterr().out.count("opened_mb") == 2


def test_a_file_that_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match="holds no benchmark run"):
        load(tmp_path / "x.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "y.json")
