"""A toy run of each benchmark: that it measures something and writes it down, not how fast."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.__main__ import main
from benchmarks.cold_start import measure as measure_cold_start
from benchmarks.indexing import measure as measure_indexing
from benchmarks.latency import choose
from benchmarks.process import run_child
from kb_search.embedding import loading
from kb_search.errors import ConfigError, KbSearchError
from tests.fakes import FakeEmbedder, article, build, write

ARTICLES = {f"en/{word}.md": article(word.title(), f"All about {word}.") for word in ("password", "invoice", "parcel")}
BUILDER = """
from benchmarks.build_child import main
from tests.fakes import FakeEmbedder
main(load=lambda settings: FakeEmbedder())
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    return build(tmp_path, ARTICLES)


def _only_record(folder: Path) -> results.Record:
    (path,) = folder.rglob("*.json")
    return results.load(path)


@pytest.mark.parametrize(("mode", "series"), [("hybrid", 3), ("keyword", 1)])
def test_latency(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str, series: int) -> None:
    lines = [f'{{"_id": "q{number}", "text": "password {number % 4}"}}\n' for number in range(8)]
    write(tmp_path, {"queries.jsonl": "".join(lines)})
    arguments = ["--index", str(index), "--queries", str(tmp_path / "queries.jsonl"), "--n", "3", "--mode", mode]
    assert main(["latency", *arguments, "--results", str(tmp_path / "results"), "--label", "toy"]) == 0
    record = _only_record(tmp_path / "results")
    samples = record.measured.samples
    assert {len(values) for values in samples.values()} == {3}
    assert len([name for name in samples if not name.startswith("stage ")]) == series
    assert ("stage embed_ms" in samples) is (mode == "hybrid") and "stage keywords_ms" in samples
    assert record.measured.arguments == {"mode": mode, "queries": 3, "warm_up": 1, "limit": 10}
    assert (record.measured.facts["view_articles"], record.measured.facts["model"]) == (3, "fake")
    assert record.machine["cores"] > 0
    assert str(tmp_path) not in record.machine["cpu"] + str(record.measured)
    shown = capsys.readouterr().out
    assert "search_ms" in shown and ("share of p50" in shown) is (mode == "hybrid")


def test_queries_are_timed_once_each() -> None:
    texts = [f"t{number}" for number in range(10)]
    assert choose([*texts, "t1 ", " "], 5) == (texts[::2], texts[1::2])
    assert choose(texts[:2], 5) == (["t0", "t1"], ["t0", "t1"])
    with pytest.raises(ConfigError, match="0 queries to choose 5"):
        choose([" "], 5)


@pytest.mark.parametrize("kind", ["markdown", "beir"])
def test_indexing(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    rows = [f'{{"_id": "{name}", "title": "{name}", "text": "About {name}.", "lang": "en"}}\n' for name in "abcd"]
    files = ARTICLES | {"en/more.md": article("More", "More."), "README.md": "# About the folder\n"}
    source = write(tmp_path / "source", files if kind == "markdown" else {"corpus.jsonl": "".join(rows)})
    before = {path: path.read_bytes() for path in source.rglob("*.*")}
    measured = measure_indexing([source], 2, [sys.executable, "-c", BUILDER])
    assert measured.facts["articles"] == 2
    assert measured.facts["embedded_passages"] == measured.facts["passages"]
    assert (measured.facts["unchanged_embedded"], measured.facts["touched_embedded"]) == (0, 1)
    assert all(values[0] > 0 for values in measured.samples.values())
    assert {path: path.read_bytes() for path in source.rglob("*.*")} == before


def test_sources_without_an_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["indexing", "--source", str(tmp_path)]) == 2
    assert "no article" in capsys.readouterr().err


def test_cold_start() -> None:
    samples = measure_cold_start([sys.executable, "-c", "pass"], 2)
    assert [len(values) for values in samples.values()] == [2, 2]
    assert all(value > 0 for values in samples.values() for value in values)


def test_a_child_that_fails_says_why() -> None:
    assert run_child([sys.executable, "-c", "print('out')"]).output == b"out\n"
    with pytest.raises(KbSearchError, match="status 3: the last word"):
        run_child([sys.executable, "-c", "import sys; print('first\\nthe last word', file=sys.stderr); sys.exit(3)"])


def test_memory(index: Path, tmp_path: Path) -> None:
    assert main(["memory", "--index", str(index), "--n", "5", "--results", str(tmp_path / "results")]) == 0
    record = _only_record(tmp_path / "results")
    assert record.measured.arguments == {"queries": 5, "different": 3}
    assert sorted(record.measured.samples) == ["answered_mb", "opened_mb", "peak_mb", "started_mb"]
    assert all(values[0] > 1 for values in record.measured.samples.values())


def test_gemm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gemm", "--runs", "2", "--results", str(tmp_path)]) == 0
    assert len(_only_record(tmp_path).measured.samples["product_s"]) == 2
    assert "GFLOP/s" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["latency", "indexing", "cold-start", "memory", "passages"])
def test_without_its_data_a_benchmark_is_skipped(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name]) == 0
    assert capsys.readouterr().err.startswith(f"skipped: {name} needs --")


def test_an_index_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", "--index", str(tmp_path)]) == 2
    assert "holds no index" in capsys.readouterr().err
