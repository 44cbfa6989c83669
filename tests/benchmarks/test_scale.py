"""A toy run of the benchmarks of size and load, and their figures worked out by hand."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import http, latency, results, update, wrk
from benchmarks.__main__ import main
from benchmarks.line_plot import Line, lines
from benchmarks.results import Measured, Record
from benchmarks.summary import describe
from benchmarks.vectors import choose_articles, recall
from kb_search.embedding import loading
from kb_search.errors import ConfigError, KbSearchError
from tests.fakes import FakeEmbedder, build, searcher_for, write
from tests.help_center import FILES

MACHINE = {"cpu": "Toy", "cores": 1, "usable_cores": 1, "flags": [], "load_average": [0.0, 0.0, 0.0]}
SERVER = """
import sys
from pathlib import Path
from kb_search.service.run import run
from tests.fakes import FakeEmbedder, settings
assert sys.argv[1] == "serve"
run(Path(sys.argv[sys.argv.index("--index") + 1]), settings(service__port=0), FakeEmbedder())
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    monkeypatch.setattr("benchmarks.growth.load_for_serving", lambda settings, spec: FakeEmbedder(), raising=False)
    return build(tmp_path, FILES)


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    rows = [f'{{"_id": "q{number}", "text": "password {number}"}}\n' for number in range(40)]
    return write(tmp_path, {"queries.jsonl": "".join(rows)}) / "queries.jsonl"


def only_record(folder: Path) -> Record:
    (path,) = folder.rglob("*.json")
    return results.load(path)


def rows_of(benchmark: str, samples: dict[str, list[float]]) -> list[list[str]]:
    shown = describe(Record(benchmark, "", MACHINE, Measured({}, {}, samples))).splitlines()[3:]
    return [re.split(r"\s{2,}", line.strip()) for line in shown]


# ── vectors ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("found", "depth", "share"),
    [([0.9, 0.8], 2, 1.0), ([0.9, 0.5], 2, 0.5), ([0.9, 0.7], 3, 2 / 3), ([], 2, 0.0), ([0.9, 0.8, 0.7, 0.5], 9, 1.0)],
)
def test_recall_counts_what_is_as_near_as_the_last_true_one(found: list[float], depth: int, share: float) -> None:
    assert recall(np.array(found), np.array([0.5, 0.9, 0.8, 0.7]), depth) == pytest.approx(share)


def test_ties_punish_nobody() -> None:
    assert recall(np.array([0.9, 0.8]), np.array([0.9, 0.8, 0.8]), 2) == 1.0
    assert recall(np.array([]), np.array([]), 10) == 1.0


def test_a_share_of_the_articles_is_the_same_each_time() -> None:
    articles = np.arange(100, 300)
    assert choose_articles(articles, 1.0).tolist() == articles.tolist()
    tenth = choose_articles(articles, 0.1)
    assert len(set(tenth.tolist())) == 20 and set(tenth.tolist()) < set(articles.tolist())
    assert choose_articles(articles, 0.1).tolist() == tenth.tolist()
    assert len(choose_articles(articles, 0.0001)) == 1


@pytest.mark.parametrize("asked", ["names", "queries"])
def test_vectors(index: Path, queries: Path, tmp_path: Path, asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--queries", str(queries)] if asked == "queries" else []
    assert main(["vectors", "--index", str(index), "--n", "3", *more, "--results", str(tmp_path / "results")]) == 0
    samples = only_record(tmp_path / "results").measured.samples
    assert [len(values) for values in samples.values()] == [3] * 12
    # Eight passages, of which each search may give a hundred: all of them, whatever is let through.
    assert {value for name, values in samples.items() if "recall" in name for value in values} == {1.0}
    assert "100.00" in capsys.readouterr().out


def test_the_table_of_vectors() -> None:
    samples = {"10 %: search_ms": [3.0, 1.0, 2.0], "10 %: recall@10": [1.0, 0.5, 0.9], "10 %: recall@100": [1.0] * 3}
    assert rows_of("vectors", samples)[1] == ["10 %", "2", "3", "80.00", "100.00"]


# ── growth ───────────────────────────────────────────────────────────────────────────────────────────────


def test_growth(index: Path, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "results"
    arguments = ["--index", str(index), "--queries", str(queries), "--sizes", "3,20", "--n", "2"]
    assert main(["growth", *arguments, "--results", str(folder)]) == 0
    samples = only_record(folder).measured.samples
    names = ["search_ms", "without_embedding_ms", "articles"]
    assert list(samples) == [f"{size}: {name}" for size in (3, 20) for name in names]
    assert samples["20: articles"] == [20] and len(samples["3: search_ms"]) == 2
    assert "\n20 " in capsys.readouterr().out
    (raw,) = folder.rglob("*.json")
    assert main(["chart", "--growth", str(raw), "--out", str(tmp_path / "growth.svg")]) == 0
    assert (tmp_path / "growth.svg").read_text().count("<polyline") == 3


def test_sizes_that_are_no_numbers(index: Path, queries: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["growth", "--index", str(index), "--queries", str(queries), "--sizes", "1k"]) == 2
    assert "--sizes '1k'" in capsys.readouterr().err


def test_stages_are_noted_where_a_searcher_tells_them(index: Path) -> None:
    class Answer:
        @property
        def stages(self) -> dict[str, float]:
            return {"embed": 2.0, "fuse": 0.5}

    class Telling:
        def search(self, *_: object, **__: object) -> Answer:
            return Answer()

    stages: dict[str, list[float]] = {}
    times = latency.search_times(Telling(), ["a", "b"], ["c"], "hybrid", "public", stages)  # type: ignore[arg-type]
    assert len(times) == 2 and stages == {"embed": [2.0, 2.0], "fuse": [0.5, 0.5]}
    with searcher_for(index) as searcher:
        assert len(latency.search_times(searcher, ["a"], [], "hybrid", "public")) == 1


def test_lines_are_where_their_points_are() -> None:
    drawing = ElementTree.fromstring(lines("A < B", "passages", "ms", [Line("one", [(10, 0), (100, 5), (1000, 10)])]))
    points = drawing.find("{*}polyline")
    assert points is not None
    places = [tuple(map(float, point.split(","))) for point in points.attrib["points"].split()]
    assert places == [(64.0, 280.0), (304.0, 160.0), (544.0, 40.0)]  # a decade is half of 480; 10 is all of 240
    texts = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "A < B" and {"10", "100", "1,000", "one"} <= set(texts)


# ── http ─────────────────────────────────────────────────────────────────────────────────────────────────

RAW = """wrk says more
raw: {"connect":0,"read":1,"write":0,"timeout":0,"threads":[
{"begun":1000.0,"ended":2001000.0,"refused":0,"times_us":[1000.0,3000.0]},
{"begun":0.0,"ended":0.0,"refused":0,"times_us":[]},
{"begun":501000.0,"ended":1001000.0,"refused":1,"times_us":[2000.0]}]}""".replace("\n{", "{")


def test_what_the_load_generator_saw() -> None:
    load = wrk.read_load(RAW)
    assert load.times_ms == [1.0, 3.0, 2.0]
    assert (load.errors, load.elapsed_s) == (2, 2.0)
    with pytest.raises(KbSearchError, match="wrk measured nothing: unable to connect"):
        wrk.read_load("", "unable to connect\n")


def test_the_table_of_http() -> None:
    samples = {"8: latency_ms": [1.0, 3.0, 2.0, 4.0], "8: elapsed_s": [2.0], "8: errors": [1.0]}
    samples |= {"8: server_cpu_s": [0.004], "1: latency_ms": [], "1: errors": [3.0], "started_mb": [20.4]}
    rows = rows_of("http", samples)
    assert rows[1] == ["8", "4", "1", "2.0", "2", "4", "4", "1"]
    assert rows[2][:3] == ["1", "0", "3"]
    assert rows[3] == ["started_mb", "20"]


@pytest.mark.skipif(not wrk.installed(), reason=wrk.MISSING)
def test_http(index: Path, queries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    parser = argparse.ArgumentParser()
    http.configure(parser)
    arguments = ["--index", str(index), "--queries", str(queries), "--clients", "1,3", "--n", "7", "--seconds", "2"]
    measured = http.measure(parser.parse_args(arguments), [sys.executable, "-c", SERVER])
    one, three = (measured.samples[f"{clients}: latency_ms"] for clients in (1, 3))
    assert (len(one), len(three)) == (7, 7)  # each query once
    assert measured.samples["1: errors"] == measured.samples["3: errors"] == [0]
    assert min(one + three) > 0 and measured.samples["1: elapsed_s"][0] >= sum(one) / 1000
    assert measured.samples["started_mb"][0] > 1


def test_without_a_load_generator_it_is_skipped(
    queries: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wrk, "installed", lambda: False)
    assert main(["http", "--index", "anywhere", "--queries", str(queries)]) == 0
    assert "skipped: there is no program `wrk`. Install it (Debian: apt-get install wrk" in capsys.readouterr().out


def test_a_service_that_does_not_start_says_why(index: Path, queries: Path) -> None:
    parser = argparse.ArgumentParser()
    http.configure(parser)
    options = parser.parse_args(["--index", str(index), "--queries", str(queries)])
    with pytest.raises(KbSearchError, match="did not start: no such luck"):
        http.measure(options, [sys.executable, "-c", "import sys; sys.exit('no such luck')"])


# ── update, ratio ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("given", [True, False])
def test_update(index: Path, tmp_path: Path, given: bool) -> None:
    parser = argparse.ArgumentParser()
    update.configure(parser)
    more = ["--index", str(index)] if given else []
    options = parser.parse_args(["--source", str(tmp_path / "source"), *more, "--runs", "2"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    measured = update.measure(options, lambda settings: FakeEmbedder())
    assert [len(values) for values in measured.samples.values()] == [2, 2, 2, 2]
    assert measured.facts["embedded_at_last"] == 1
    assert (measured.facts["embedded_at_first"] == 0) is given
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_ratio_is_of_runs_in_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    medians = {"a": 10.0, "b": 20.0, "c": 5.0, "d": 40.0}
    paths = {
        name: str(results.save(Record("latency", name, MACHINE, Measured({}, {}, {"search_ms": [value]})), tmp_path))
        for name, value in medians.items()
    }
    assert main(["ratio", "--before", paths["a"], paths["b"], "--after", paths["c"], paths["d"]]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "search_ms p50: 15 → 22.5, ratio 1.250 (0.500 to 2.000, 2 pairs)"
    assert main(["ratio", "--before", paths["a"], paths["b"], "--after", paths["c"]]) == 2
    assert "2 files before and 1 after" in capsys.readouterr().err


def test_a_chart_is_of_growth(tmp_path: Path) -> None:
    path = results.save(Record("latency", "", MACHINE, Measured({}, {}, {})), tmp_path)
    assert main(["chart", "--growth", str(path), "--out", str(tmp_path / "x.svg")]) == 2
    assert not (tmp_path / "x.svg").exists()
    with pytest.raises(ConfigError, match="is no list of numbers"):
        http._numbers("0")
