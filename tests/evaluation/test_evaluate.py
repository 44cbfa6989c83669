"""From folder to report on the toy index; the expected values are worked out from the order of the five articles."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path
from typing import Any, cast

import pytest

from kb_search.errors import ConfigError, QueryError
from kb_search.evaluation.comparison import compare
from kb_search.evaluation.dataset import read_dataset
from kb_search.evaluation.evaluate import evaluate
from kb_search.evaluation.gate import read_gate
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from kb_search.types import Mode
from tests.evaluation.toy import dataset
from tests.fakes import FakeEmbedder, write

# "password" in semantic mode: en p1 p2 p3 p4, fr p5.
QUERIES: list[dict[str, Any]] = [
    {"_id": "graded", "text": "password", "lang": "en", "kind": "short"},
    {"_id": "both", "text": "passwords", "lang": "en", "kind": "long"},
    {"_id": "lost", "text": "şifre", "lang": "tr"},
]
QRELS = [("graded", "en/p2", 1), ("graded", "en/p3", 2), ("both", "en/p1", 1), ("both", "fr/p5", 1), ("lost", "no", 1)]
GRADED = (1 / log2(3) + 2 / log2(4)) / (2 + 1 / log2(3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dataset(tmp_path / "toy", QUERIES, QRELS)


def test_values_by_topic_locale_and_kind(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["semantic"]).modes["semantic"]
    topics = [("graded", GRADED, 0.5), ("both en", 1, 1), ("both fr", 1, 1), ("lost", 0, 0)]
    names = list(found.overall.metrics)
    assert found.values[:, names.index("nDCG@10")].tolist() == pytest.approx([gain for _, gain, _ in topics])
    assert found.values[:, names.index("RR")].tolist() == [rank for _, _, rank in topics]
    assert found.overall.topics == 4
    assert found.overall.metrics["nDCG@10"].mean == pytest.approx((GRADED + 2) / 4)
    assert found.overall.metrics["Success@1"].mean == 0.5
    assert {name: group.topics for name, group in found.by_locale.items()} == {"en": 2, "fr": 1, "tr": 1}
    assert found.by_locale["en"].metrics["nDCG@10"].mean == pytest.approx((GRADED + 1) / 2)
    assert {name: group.topics for name, group in found.by_kind.items()} == {"long": 2, "short": 1}
    assert found.degraded == 0
    assert found.abstention is None
    assert found.latency_ms is not None and found.latency_ms[0] > 0


def test_a_shorter_answer_has_fewer_metrics(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["keyword"], limit=10).modes["keyword"]
    assert list(found.overall.metrics) == ["nDCG@10", "R@10", "RR", "Success@1"]


def test_each_text_is_embedded_once_for_all_modes(searcher: Searcher, folder: Path) -> None:
    embedder = cast("FakeEmbedder", searcher.embedder)
    before, seen = embedder.queries, list[tuple[int, int]]()
    evaluate(searcher, read_dataset(folder), progress=lambda done, total: seen.append((done, total)))
    assert embedder.queries - before == 3
    assert searcher.embedder is embedder
    assert seen[-1] == (3 + 3 * 4, 3 + 3 * 4)
    evaluate(searcher, read_dataset(folder), ["keyword"])
    assert embedder.queries - before == 3


def test_known_vectors_change_nothing(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["hybrid"])
    for topic in found.plan.topics:
        asked = searcher.search(topic.query.text, limit=100, filters={"locale": topic.locale}, fold_translations=False)
        wanted = next((rank for rank, hit in enumerate(asked.hits, 1) if topic.grades.get(hit.id)), None)
        row = found.plan.topics.index(topic)
        names = list(found.modes["hybrid"].overall.metrics)
        assert found.modes["hybrid"].values[row, names.index("RR")] == pytest.approx(1 / wanted if wanted else 0)


def test_abstention(searcher: Searcher, tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "none", "text": "zebra weather", "answerable": False}]
    found = evaluate(searcher, read_dataset(dataset(tmp_path, queries, QRELS)), ["hybrid"]).modes["hybrid"]
    assert found.overall.topics == 4  # unanswerable queries are no topics
    assert found.abstention is not None
    assert found.abstention.auroc == 1.0
    assert found.abstention.answerable.queries == 2  # "lost" has no article here
    assert found.abstention.unanswerable.queries == 1


def test_only_unanswerable_queries(searcher: Searcher, tmp_path: Path) -> None:
    folder = dataset(tmp_path, [{"_id": "none", "text": "zebra", "answerable": False}], [])
    report = run_evaluation(searcher, folder)
    assert report.evaluation.modes["hybrid"].overall.metrics == {}
    assert report.comparisons == ()
    assert "AUROC" in report.as_text()
    json.dumps(report.as_dict(), allow_nan=False)


def test_comparison_is_paired(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["semantic", "keyword"])
    result = compare((found, "semantic"), (found, "keyword"))
    gain = result.differences["nDCG@10"]
    semantic, keyword = (found.modes[mode].overall.metrics["nDCG@10"].mean for mode in ("semantic", "keyword"))
    assert gain.mean == pytest.approx(semantic - keyword)
    same = compare((found, "semantic"), (evaluate(searcher, read_dataset(folder), ["semantic"]), "semantic"))
    assert [(one.mean, one.low, one.high) for one in same.differences.values()] == [(0, 0, 0)] * 5
    with pytest.raises(ConfigError, match="'hybrid' was not evaluated"):
        compare((found, "semantic"), (found, "hybrid"))


def test_different_topics_are_not_compared(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    one = evaluate(searcher, read_dataset(folder), ["keyword"])
    other = evaluate(searcher, read_dataset(dataset(tmp_path / "other", QUERIES, QRELS[:2])), ["keyword"])
    with pytest.raises(ConfigError, match="differ"):
        compare((one, "keyword"), (other, "keyword"))
    short = evaluate(searcher, read_dataset(folder), ["keyword"], limit=10)
    with pytest.raises(ConfigError, match="100 articles per topic, the other for 10"):
        compare((one, "keyword"), (short, "keyword"))


def test_report(searcher: Searcher, folder: Path) -> None:
    report = run_evaluation(searcher, folder, ["semantic", "keyword"])
    text, values = report.as_text(), report.as_dict()
    assert text.startswith("toy: 3 queries make 4 topics")
    assert "warning: 1 relevant articles are not in the index: no" in text
    lines = [line for line in text.split("\n\n")[1].split("\n")]
    assert len({len(line.rstrip()) for line in lines if line.startswith(("mode", "semantic", "keyword"))}) == 1
    assert "semantic - keyword" in text
    assert values == json.loads(json.dumps(values, allow_nan=False))
    assert values["modes"]["semantic"]["metrics"]["nDCG@10"]["mean"] == pytest.approx((GRADED + 2) / 4)
    assert values["missing"]["not_in_index"] == {"count": 1, "examples": ["no"]}
    assert values["gate"] is None


def test_gate(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    floors = '[semantic]\n"nDCG@10" = 0.7\nRR = 0.625\n[semantic.by_locale.en]\n"nDCG@10" = 0.8\n'
    gate = write(tmp_path, {"gate.toml": floors}) / "gate.toml"
    report = run_evaluation(searcher, folder, ["semantic"], gate=gate)
    assert report.failures == ("semantic nDCG@10 is 0.654977, below the floor of 0.7.",)
    assert report.as_text().endswith("gate: 1 not reached")
    assert report.as_dict()["gate"] == {"passed": False, "failures": list(report.failures)}
    write(tmp_path, {"gate.json": '{"semantic": {"nDCG@10": 0.6, "by_kind": {"short": {"R@10": 1}}}}'})
    passed = run_evaluation(searcher, folder, ["semantic"], gate=tmp_path / "gate.json")
    assert (passed.failures, passed.gated) == ((), True)


@pytest.mark.parametrize(
    ("floors", "said"),
    [
        ('[hybrid]\n"nDCG@10" = 0\n', "hybrid was not measured; measured there: semantic."),
        ('[semantic]\n"nDCG@5" = 0\n', "semantic nDCG@5 was not measured"),
        ("[semantic.by_locale.de]\nRR = 0\n", "semantic by_locale de was not measured; measured there: en, fr, tr."),
        ("[semantic.abstention]\nauroc = 0\n", "semantic abstention was not measured"),
        ("semantic = 0\n", "semantic was not measured"),
        ("[semantic.RR]\nmean = 0\n", "semantic RR was not measured"),
    ],
)
def test_a_floor_for_what_was_not_measured_fails(
    searcher: Searcher, folder: Path, tmp_path: Path, floors: str, said: str
) -> None:
    write(tmp_path, {"gate.toml": floors})
    (failure,) = run_evaluation(searcher, folder, ["semantic"], gate=tmp_path / "gate.toml").failures
    assert failure.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[semantic", "not valid"),
        ("", "sets no floor"),
        ("[semantic]\nRR = true\n", "says RR = True. Write a number"),
        ('[semantic]\nRR = "0.7"\n', "says RR = '0.7'. Write a number"),
    ],
)
def test_a_bad_gate_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, {"gate.toml": text})
    with pytest.raises(ConfigError, match=said):
        read_gate(tmp_path / "gate.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_gate(tmp_path / "no.toml")


def test_unknown_mode_and_nothing_to_ask(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="'best'"):
        run_evaluation(searcher, folder, cast("list[Mode]", ["best"]))
    queries = [{"_id": "q", "text": "password", "audience": "agent"}]
    with pytest.raises(ConfigError, match="another audience"):
        run_evaluation(searcher, dataset(tmp_path / "agents", queries, [("q", "en/hidden", 1)]))
