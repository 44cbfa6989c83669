"""A toy peer, exact by construction, through the real protocol: a process, a job file, a reply file."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import results
from benchmarks.__main__ import main
from benchmarks.peers import catalogue, command, environments
from benchmarks.peers.catalogue import Peer, chosen
from benchmarks.peers.children import run_peer
from benchmarks.peers.environments import python_of
from benchmarks.peers.figures import main as draw
from benchmarks.peers.material import Material
from benchmarks.peers.protocol import Job
from benchmarks.peers.tables import report, rows_of
from kb_search.embedding import loading
from kb_search.errors import ConfigError, KbSearchError
from tests.fakes import FakeEmbedder, article, build, write

TOY = "tests.benchmarks.toy_peer"
# Four passages of three articles along two axes; the last two are copies of each other.
VECTORS = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, 1]], np.float32)
MATERIAL = Material(
    texts=["red apple", "red pear", "green pear", "green pear"],
    vectors=VECTORS,
    article=np.array([0, 1, 1, 2]),
    queries=["red apple", "green"],
    warm_up=["pear"],
    query_vectors=np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32),
    grades={0: {0: 1}, 1: {2: 1, 0: 1}},
)


def ask(tmp_path: Path, *settings: dict[str, Any], timeout: float = 60.0, **changes: Any) -> Any:
    job = Job(str(MATERIAL.write(tmp_path / "material")), str(tmp_path / "work"), list(settings), **changes)
    return run_peer(Path(sys.executable), TOY, job, timeout)


def test_a_peer_is_asked_everything_on_one_build(tmp_path: Path) -> None:
    got = ask(tmp_path, {"name": "a"}, {"name": "b", "every": 2}, shallow=2, deep=4, limit=3, judged_limit=4)
    assert got.failure == ""
    assert got.answers["a: dense"] == [[0, 1], [2, 3]]
    assert got.answers["a: dense deep"] == [[0, 1, 2, 3], [2, 3, 1, 0]]
    assert got.answers["a: hybrid"] == [[0, 1, 2], [2, 3, 0]]
    assert got.answers["b: dense"] == [[0], [2]]
    assert {name: len(values) for name, values in got.samples.items()} == {
        f"{setting}: {series}_ms": 2 for setting in "ab" for series in ("dense", "dense deep", "hybrid")
    }  # `judged` is not timed
    assert got.facts["versions"] == f"numpy {np.__version__}, no-such-package not installed"
    assert got.facts["build_s"] >= 0 and got.facts["disk_mb"] == pytest.approx(1.0, abs=0.1)
    assert not (tmp_path / "work").exists()


def test_a_slow_peer_stops_at_the_time_limit(tmp_path: Path) -> None:
    got = ask(tmp_path, {"name": "a", "sleep": 0.05}, time_limit_s=0.01)
    assert len(got.samples["a: dense_ms"]) == 1 and got.samples["a: dense_ms"][0] >= 50
    assert got.failure == ""


def test_a_peer_without_keywords_says_so(tmp_path: Path) -> None:
    got = ask(tmp_path, {"name": "a", "hybrid": "none"}, judged_limit=4)
    assert got.facts["no_hybrid"] == "the toy has no keywords"
    assert "a: hybrid_ms" not in got.samples
    assert got.answers["a: judged"][0] == [0, 1, 2, 3]  # by the nearest vectors


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"hybrid": "die"}, "ended with status 7: no message"),
        ({"dense": "raise"}, "ended with status 1: ValueError: no such setting"),
        ({"build": "slow"}, "stopped after 3 s"),
    ],
)
def test_a_peer_that_fails_has_said_what_it_had_found(tmp_path: Path, setting: dict[str, Any], reason: str) -> None:
    got = ask(tmp_path, {"name": "good"}, {"name": "bad"} | setting, timeout=60.0)
    if "build" in setting:
        got = ask(tmp_path, {"name": "bad"} | setting, timeout=3.0)
    assert got.failure == reason
    assert "versions" in got.facts
    assert ("good: hybrid_ms" in got.samples) is ("build" not in setting)


def test_answers_are_scored(tmp_path: Path) -> None:
    got = ask(tmp_path, {"name": "a", "every": 2}, shallow=2, deep=4, judged_limit=4)
    exact = np.array([[1, 0.8, 0, 0], [1, 1, 0.6, 0]], np.float32)
    scored = command.score(got, MATERIAL, exact)
    # 1 of the 2 nearest asked for; of 4, the 0th and 2nd. SHALLOW is 10: as many as there are count.
    assert scored["a: recall_at_10"] == [0.25, 0.25]
    assert scored["a: recall_at_100"] == [0.5, 0.5]
    # "red apple" → articles 0, 1, 2: found first. "green" → rows 2, 3, 0, 1 → articles 1, 2, 0: ranks 2 and 3.
    ideal = 1 + 1 / np.log2(3)
    assert scored["a: ndcg_at_10"] == pytest.approx([1.0, (1 / np.log2(3) + 1 / 2) / ideal])
    assert scored["a: judged_recall_at_10"] == [1.0, 1.0]


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    # pip's part is left out: it takes seconds, and the network.
    monkeypatch.setattr(environments, "run_installer", lambda command, name: made.append(command))
    write(tmp_path, {"toy.txt": "toy==1\n"})
    folder = tmp_path / "environments" / "toy"
    folder.mkdir(parents=True)
    python = python_of("toy", tmp_path, tmp_path / "environments")
    assert python.parents[1] == folder
    assert [command[1:3] for command in made] == [["-m", "venv"], ["-m", "pip"]]
    assert python_of("toy", tmp_path, tmp_path / "environments") == python and len(made) == 2
    write(tmp_path, {"toy.txt": "toy==2\n"})
    python_of("toy", tmp_path, tmp_path / "environments")
    assert len(made) == 4
    assert python_of("", tmp_path, tmp_path) == Path(sys.executable)


def test_an_environment_that_cannot_be_made_says_why() -> None:
    fails = "import sys; sys.exit('ERROR: No matching distribution found for toy==9\\nhint: none')"
    with pytest.raises(KbSearchError, match=r"environment of toy could not be made: ERROR: No matching distribution"):
        environments.run_installer([sys.executable, "-c", fails], "toy")


def test_what_is_published_names_no_folder() -> None:
    assert command.without_folders("no /home/me/pins/toy.txt: see '/opt/x y'") == "no …/toy.txt: see '…/x y'"
    assert command.without_folders("and/or 1/2") == "and/or 1/2"


def test_peers_are_chosen_by_name() -> None:
    assert [peer.name for peer in chosen("kb-search,lancedb")] == [
        "kb-search",
        "LanceDB, no vector index",
        "LanceDB, IVF_HNSW_SQ",
    ]
    assert len(chosen("")) == len(catalogue.PEERS)
    with pytest.raises(ConfigError, match=r"Unknown peer 'lucene'. Choose from kb-search, "):
        chosen("lucene")


@pytest.mark.parametrize("peer", catalogue.PEERS, ids=lambda peer: peer.name)
def test_every_peer_has_its_files(peer: Peer) -> None:
    for module in filter(None, (peer.module, peer.server)):
        assert (Path(catalogue.__file__).parents[2] / (module.replace(".", "/") + ".py")).is_file()
    if peer.environment:
        lines = (catalogue.REQUIREMENTS / f"{peer.environment}.txt").read_text("utf-8").splitlines()
        assert all("==" in line for line in lines if not line.startswith("#"))


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    words = ("password", "invoice", "parcel", "refund")
    return build(tmp_path, {f"en/{word}.md": article(word.title(), f"All about {word}.") for word in words})


def test_a_run_from_the_command_line_to_the_table(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toys = (
        Peer("Toy", TOY, "", ({"name": "default"}, {"name": "every second", "every": 2})),
        Peer("No wheel", TOY, "broken"),
        Peer("Toy, dense", TOY, "", ({"name": "default", "hybrid": "none"},)),
    )
    monkeypatch.setattr(catalogue, "PEERS", toys)
    monkeypatch.setattr(command, "REQUIREMENTS", write(tmp_path / "pins", {"broken.txt": "toy==9\n"}))
    fails = [sys.executable, "-c", f"import sys; sys.exit('ERROR: no {tmp_path}/toy')"]
    install = environments.run_installer
    monkeypatch.setattr(environments, "run_installer", lambda _, name: install(fails, name))
    (tmp_path / "environments" / "broken").mkdir(parents=True)
    queries = '{"_id": "q1", "text": "lost password"}\n{"_id": "q2", "text": "bill"}\n'
    qrels = "query-id\tcorpus-id\tscore\nq1\ten/password\t1\nq2\ten/invoice\t2\n"
    judged = write(tmp_path / "judged", {"queries.jsonl": queries, "qrels.tsv": qrels})
    arguments = ["--index", str(index), "--environments", str(tmp_path / "environments"), "--dataset", str(judged)]
    assert main(["peers", "retrieval", *arguments, "--results", str(tmp_path / "results"), "--label", "toy"]) == 0
    (path,) = (tmp_path / "results" / "peers").iterdir()
    record = results.load(path)
    rows = {row.label: row for row in rows_of(record)}
    assert rows["Toy"].samples["recall_at_10"] == [1.0, 1.0]
    assert rows["Toy, every second"].samples["recall_at_10"] == [0.5, 0.5]
    assert rows["Toy"].samples["ndcg_at_10"][0] == 1.0  # "lost password" has a word of that article alone
    assert "could not be made" in str(record.measured.facts["No wheel | failure"])
    assert str(tmp_path) not in str(record.measured)
    shown = capsys.readouterr().out
    assert (
        "| Toy, every second | " in shown
        and "* **No wheel** failed: The environment of broken could not be made: ERROR: no …/toy" in shown
    )
    assert "* Toy, dense: the toy has no keywords" in shown
    assert main(["show", str(path)]) == 0
    assert capsys.readouterr().out.strip() == report(record).strip()
    assert draw([str(path), "--into", str(tmp_path / "charts")]) == 0
    assert {chart.name for chart in (tmp_path / "charts").iterdir()} == {"retrieval-hybrid.svg", "retrieval-dense.svg"}


def test_end_to_end_needs_judgments(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "end-to-end", "--index", str(index), "--environments", str(tmp_path)]) == 2
    assert "needs judged queries" in capsys.readouterr().err


def test_without_an_index_it_is_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "retrieval"]) == 0
    assert capsys.readouterr().err.startswith("skipped: peers needs --index and --environments")


def test_only_servers_are_asked_over_http(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(command, "measure", lambda peers, *rest: asked.extend(peer.name for peer in peers))
    options = {"experiment": "server", "index": index, "view": "public", "peers": "", "n": 3}
    command.run(Namespace(**options, dataset=None, queries=None))
    assert asked == ["kb-search", "Chroma, ef_search 400"]
