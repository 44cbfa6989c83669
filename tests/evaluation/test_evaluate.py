"""From folder to report on the toy index; the expected values are worked out from the order of the five articles."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path
from typing import Any, cast

import pytest

from kb_search.errors import ConfigError, QueryError
from kb_search.evaluation.dataset import read_dataset
from kb_search.evaluation.evaluate import evaluate
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from kb_search.types import Mode
from tests.evaluation.toy import QRELS, QUERIES, dataset
from tests.fakes import FakeEmbedder

GRADED = (1 / log2(3) + 2 / log2(4)) / (2 + 1 / log2(3))


def test_values_by_topic_locale_and_kind(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["semantic"]).modes["semantic"]
    topics = [("graded", GRADED, 0.5), ("both en", 1, 1), ("both fr", 1, 1), ("lost", 0, 0)]
    names = list(found.relevance.overall.metrics)
    assert found.values[:, names.index("nDCG@10")].tolist() == pytest.approx([gain for _, gain, _ in topics])
    assert found.values[:, names.index("RR")].tolist() == [rank for _, _, rank in topics]
    assert found.relevance.overall.topics == 4
    assert found.relevance.overall.metrics["nDCG@10"].mean == pytest.approx((GRADED + 2) / 4)
    assert found.relevance.overall.metrics["Success@1"].mean == 0.5
    assert {name: group.topics for name, group in found.relevance.by_locale.items()} == {"en": 2, "fr": 1, "tr": 1}
    assert found.relevance.by_locale["en"].metrics["nDCG@10"].mean == pytest.approx((GRADED + 1) / 2)
    assert {name: group.topics for name, group in found.relevance.by_kind.items()} == {"long": 2, "short": 1}
    assert found.degraded == 0
    assert found.abstention is None
    assert found.latency_ms is not None and found.latency_ms[0] > 0


def test_a_shorter_answer_has_fewer_metrics(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["keyword"], limit=10).modes["keyword"]
    assert list(found.relevance.overall.metrics) == ["nDCG@10", "R@10", "RR", "Success@1"]


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
        names = list(found.modes["hybrid"].relevance.overall.metrics)
        assert found.modes["hybrid"].values[row, names.index("RR")] == pytest.approx(1 / wanted if wanted else 0)


def test_only_unanswerable_queries(searcher: Searcher, tmp_path: Path) -> None:
    folder = dataset(tmp_path, [{"_id": "none", "text": "zebra", "answerable": False}], [])
    report = run_evaluation(searcher, folder)
    (view,) = report.views
    assert view.evaluation.modes["hybrid"].relevance.overall.metrics == {}
    assert view.differences == ()
    assert "AUROC" in report.as_text()
    json.dumps(report.as_dict(), allow_nan=False)


def test_report(searcher: Searcher, folder: Path) -> None:
    report = run_evaluation(searcher, folder, ["semantic", "keyword"])
    text, values = report.as_text(), report.as_dict()
    assert text.splitlines()[:2] == ["toy", "index: generation 000001, fake"]
    assert "view public: 3 queries make 4 topics" in text
    assert "warning: 1 relevant articles are not in the index: no" in text
    lines = [line for line in text.split("\n\n")[2].split("\n")]
    assert len({len(line.rstrip()) for line in lines if line.startswith(("mode", "semantic", "keyword"))}) == 1
    assert "semantic - keyword" in text
    assert values == json.loads(json.dumps(values, allow_nan=False))
    view = values["views"]["public"]
    assert view["modes"]["semantic"]["metrics"]["nDCG@10"]["mean"] == pytest.approx((GRADED + 2) / 4)
    assert view["missing"]["not_in_index"] == {"count": 1, "examples": ["no"]}
    assert (values["index"]["model"], values["against"], view["against"], values["gate"]) == ("fake", None, None, None)


def test_keyword_search_is_measured_beside_every_mode(searcher: Searcher, folder: Path) -> None:
    (view,) = run_evaluation(searcher, folder, ["semantic", "hybrid"]).views
    assert list(view.evaluation.modes) == ["semantic", "hybrid", "keyword"]
    pairs = [(one.first, one.second) for one in view.differences]
    assert pairs == [("semantic", "hybrid"), ("semantic", "keyword"), ("hybrid", "keyword")]
    (alone,) = run_evaluation(searcher, folder, ["semantic"], control=False).views
    assert (list(alone.evaluation.modes), alone.differences) == (["semantic"], ())


def test_metrics_at_a_chosen_depth(searcher: Searcher, folder: Path) -> None:
    (view,) = run_evaluation(searcher, folder, ["semantic"], metrics=("nDCG@1", "R@3", "Success@2", "P@150")).views
    found = view.evaluation.modes["semantic"]
    # In the order of the topics: "graded" has grade 1 at rank 2 and grade 2 at rank 3; "both" is first twice.
    assert found.metrics == ("nDCG@1", "R@3", "Success@2", "P@150")
    assert found.values[:, :3].tolist() == [[0, 1, 1], [1, 1, 1], [1, 1, 1], [0, 0, 0]]
    assert view.evaluation.limit == 150  # asked for as deep as the deepest metric looks


def test_a_block_for_each_view(searcher: Searcher, tmp_path: Path) -> None:
    queries: list[dict[str, Any]] = [QUERIES[0], {"_id": "desk", "text": "agents", "audience": "agent"}]
    folder = dataset(tmp_path, queries, [*QRELS[:2], ("desk", "en/hidden", 1)])
    embedder = cast("FakeEmbedder", searcher.embedder)
    before = embedder.queries
    report = run_evaluation(searcher, folder, ["semantic"], views=["public", "agents"])
    views = report.as_dict()["views"]
    assert {name: (view["topics"], view["skipped"]["other_audience"]) for name, view in views.items()} == {
        "public": (1, 1),
        "agents": (2, 0),
    }
    assert embedder.queries - before == 2  # each text once for all views
    assert "view public: 1 queries" in report.as_text() and "view agents: 2 queries" in report.as_text()


def test_proposed_questions_are_counted(searcher: Searcher, tmp_path: Path) -> None:
    folder = dataset(tmp_path, [{**QUERIES[0], "proposed": True}, QUERIES[1]], QRELS[:4])
    report = run_evaluation(searcher, folder, ["keyword"])
    assert report.as_dict()["proposed"] == 1
    assert "warning: 1 of 2 queries are proposals that nobody has confirmed" in report.as_text()


def test_unknown_mode_and_nothing_to_ask(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="'best'"):
        run_evaluation(searcher, folder, cast("list[Mode]", ["best"]))
    queries = [{"_id": "q", "text": "password", "audience": "agent"}]
    with pytest.raises(ConfigError, match="another audience"):
        run_evaluation(searcher, dataset(tmp_path / "agents", queries, [("q", "en/hidden", 1)]))
