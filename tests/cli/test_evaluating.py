"""`kb-search eval`: arguments, the exit status of a gate, and two indexes of different models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb_search.config import Settings
from kb_search.embedding.base import ModelSpec
from tests.cli.conftest import FILES, Cli
from tests.evaluation.toy import dataset
from tests.fakes import FakeEmbedder, article, index_files, write

QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "track my parcel", "lang": "en"},
    {"_id": "q2", "text": "refund limit", "lang": "en", "audience": "agent"},
    {"_id": "none", "text": "zebra", "lang": "en", "answerable": False},
]


@pytest.fixture
def judged(cli: Cli) -> str:
    return str(dataset(Path("judged"), QUERIES, [("q1", "parcel", 1), ("q2", "limit", 1)]))


def test_the_default_report(index: str, judged: str, cli: Cli) -> None:
    report = cli.json("eval", judged, "--index", index)
    public = report["views"]["public"]
    assert list(public["modes"]) == ["hybrid", "keyword", "semantic"]
    assert list(public["differences"]) == ["hybrid - keyword", "hybrid - semantic", "semantic - keyword"]
    assert list(public["modes"]["hybrid"]["metrics"]) == ["nDCG@10", "R@10", "R@100", "RR", "Success@1"]
    out, err = cli("eval", judged, "--index", index)
    assert out.startswith("judged\nindex: generation 000001, fake\n") and err == ""


def test_keyword_search_is_the_control(index: str, judged: str, cli: Cli) -> None:
    with_control = cli.json("eval", judged, "--index", index, "--modes", "hybrid")
    assert list(with_control["views"]["public"]["differences"]) == ["hybrid - keyword"]
    named_first = cli.json("eval", judged, "--index", index, "--modes", "keyword,hybrid")
    assert list(named_first["views"]["public"]["differences"]) == ["hybrid - keyword"]
    alone = cli.json("eval", judged, "--index", index, "--modes", "hybrid", "--no-control")
    assert list(alone["views"]["public"]["modes"]) == ["hybrid"]


def test_several_views_and_metrics(index: str, judged: str, cli: Cli) -> None:
    options = ["--view", "public,agents", "--view", "internal", "--metrics", "nDCG@5,Success@3", "--modes", "keyword"]
    views = cli.json("eval", judged, "--index", index, *options)["views"]
    assert {name: view["topics"] for name, view in views.items()} == {"public": 1, "agents": 2, "internal": 2}
    assert list(views["agents"]["modes"]["keyword"]["metrics"]) == ["nDCG@5", "Success@3"]


def test_a_gate_that_fails_is_1(index: str, judged: str, cli: Cli) -> None:
    write(Path(), {"gate.toml": "[keyword]\nRR = {max = 0.5}\n"})
    _, err = cli("eval", judged, "--index", index, "--modes", "keyword", "--gate", "gate.toml", status=1)
    assert err == "gate: keyword RR is 1.000000, above the ceiling of 0.5.\n"


def test_each_index_is_opened_with_its_own_model(
    index: str, judged: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_files(Path("other"), FILES, FakeEmbedder("other"))
    write(Path(), {"other.toml": "[embedding]\nthreads = 1\n"})
    opened = []

    def load(settings: Settings, spec: ModelSpec) -> FakeEmbedder:
        opened.append((spec.weights, settings.embedding.threads))
        return FakeEmbedder(spec.weights)

    monkeypatch.setattr("kb_search.embedding.loading.load_for_serving", load)
    command = ["eval", judged, "--index", index, "--against", "other/index"]
    report = cli.json(*command, "--against-config", "other.toml")
    assert opened == [("fake", 0), ("other", 1)]
    assert report["index"]["model_fingerprint"] != report["against"]["model_fingerprint"]
    difference = report["views"]["public"]["against"]["differences"]["hybrid"]
    assert difference["metrics"]["nDCG@10"] == {"mean": 0, "low": 0, "high": 0}
    opened.clear()
    out, _ = cli(*command)
    assert opened == [("fake", 0), ("other", 0)]
    assert "index B: generation 000001, fake" in out and "hybrid, A - B" in out


def test_an_index_of_other_articles_is_refused(index: str, judged: str, cli: Cli) -> None:
    write(Path("fewer"), {"password.md": FILES["password.md"], "new.md": article("New", "New.")})
    cli("index", "fewer", "--index", "other")
    out, err = cli("eval", judged, "--index", index, "--against", "other", status=2)
    assert out == "" and "only A has parcel" in err and "index the same sources in both" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--modes", "magic"], "Unknown mode 'magic' in --modes"),
        (["--modes", ","], "--modes is ','. Name at least one"),
        (["--view", "bosses"], "no view 'bosses'"),
        (["--metrics", "ndcg@10"], "Unknown metric 'ndcg@10' in --metrics"),
        (["--against-config", "b.toml"], "--against-config b.toml is for another index. Name it with --against"),
        (["--against", "nowhere"], "nowhere holds no index"),
        (["--split", "test"], "has the split 'test'"),
    ],
)
def test_what_cannot_be_measured_is_said(index: str, judged: str, cli: Cli, options: list[str], says: str) -> None:
    out, err = cli("eval", judged, "--index", index, *options, status=2)
    assert out == "" and says in err


def test_json_has_no_number_that_json_lacks(index: str, judged: str, cli: Cli) -> None:
    report = cli.json("eval", judged, "--index", index, "--view", "public,agents")
    assert json.loads(json.dumps(report, allow_nan=False)) == report
