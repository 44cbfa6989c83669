"""The parts of `peers` that need no process, with answers worked out by hand."""

from __future__ import annotations

import json
import math
import socket
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.peers.load import free_port, load, wait_for
from benchmarks.peers.material import gather
from benchmarks.peers.measures import by_article, exact_neighbours, ndcg, neighbour_recall, relevant_recall
from benchmarks.peers.protocol import Job, Session, Vectors, disk_mb, memory_mb
from benchmarks.peers.rrf import fuse
from benchmarks.peers.tables import charts, rows_of, table
from benchmarks.plot import Bar, bars
from benchmarks.results import Measured, Record, Value
from kb_search.searcher import open_searcher
from tests.fakes import FakeEmbedder, article, build, write

PASSAGES = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 1]], np.float32)


def test_exact_neighbours_over_several_blocks() -> None:
    queries = np.tile(np.array([[0, 1], [1, 0]], np.float32), (50, 1))
    rows, similarities = exact_neighbours(queries, PASSAGES, 3)
    assert set(rows[98, :2].tolist()) == {1, 3} and rows[98, 2] == 2
    assert rows[99, 0] == 0
    np.testing.assert_allclose(similarities[98], [1, 1, 0.8])
    assert exact_neighbours(queries, PASSAGES, 9)[0].shape == (100, 4)


@pytest.mark.parametrize(
    ("found", "k", "recall"),
    [
        ([3, 1], 2, 1.0),
        ([1, 2], 1, 1.0),  # row 3 is as near: either will do
        ([2, 0, 1], 2, 0.0),  # the right one comes third
        ([1, 1, 1], 2, 0.5),  # the same one again is no second one
        ([], 2, 0.0),
        ([1, -1], 2, 0.5),
    ],
)
def test_recall_of_neighbours(found: list[int], k: int, recall: float) -> None:
    query = np.array([0, 1], np.float32)
    exact = np.array([1, 1, 0.8, 0], np.float32)
    assert neighbour_recall(found, query, PASSAGES, exact, k) == recall


def test_passages_become_articles() -> None:
    assert by_article([4, 2, 3, 0], [7, 7, 8, 8, 9], 2) == [9, 8]


def test_ndcg_and_recall() -> None:
    grades = {1: 2, 2: 1, 3: 0}
    ideal = 2 + 1 / math.log2(3)
    assert ndcg([1, 2], grades) == 1.0
    assert ndcg([3, 2, 1], grades) == pytest.approx((1 / math.log2(3) + 2 / 2) / ideal)
    assert ndcg([1, 2], grades, k=1) == 1.0
    assert ndcg([3], {3: 0}) == 0.0
    assert relevant_recall([3, 2], grades) == 0.5
    assert relevant_recall([3, 2, 1], grades, k=1) == 0.0


def test_fusion() -> None:
    # 1/61 + 1/63 beats 1/61 + nothing, 1/62 + 1/62 beats both by a hair.
    assert fuse([[1, 2, 3], [4, 2, 1]], 3) == [1, 2, 4]
    assert fuse([[], []], 3) == []


def test_material_is_what_a_view_shows(tmp_path: Path) -> None:
    files = {
        "en/password.md": article("Password", "How to change it.\n\n## Lost\n\nAsk for a new one."),
        "en/secret.md": article("Secret", "For us alone.", audience="internal"),
        "fr/facture.md": article("Facture", "Tout sur la facture."),
    }
    folder = write(tmp_path / "judged", {})
    folder.mkdir()
    queries = [{"_id": "q1", "text": "lost"}, {"_id": "q2", "text": "bill"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ten/password\t1\nq2\tgone\t1\n", "utf-8")
    with open_searcher(build(tmp_path, files), embedder=FakeEmbedder()) as searcher:
        untold = gather(searcher, "public", 5)
        judged = gather(searcher, "public", 5, dataset=folder)
    assert untold.texts == [
        "Password\nHow to change it.",
        "Password\nLost\nAsk for a new one.",
        "Facture\nTout sur la facture.",
    ]
    assert untold.vectors.shape == (3, FakeEmbedder().spec.dimension)
    assert untold.article.tolist() == [0, 0, 2]
    assert (untold.queries, untold.grades) == (["Password", "Facture"], {})
    assert (judged.queries, judged.warm_up) == (["lost", "bill"], ["Password", "Facture"])
    assert judged.grades[0] == {0: 1}
    assert ndcg([0, 2], judged.grades[1]) == 0.0  # its article is not in the index: nobody finds it
    assert len(judged.query_vectors) == 4


def session(tmp_path: Path, queries: int) -> Session:
    (tmp_path / "passages.json").write_text('["a"]', "utf-8")
    np.save(tmp_path / "vectors.npy", np.ones((1, 1), np.float32))
    texts = [f"q{number}" for number in range(queries)]
    (tmp_path / "queries.json").write_text(json.dumps({"timed": texts, "warm_up": ["w"]}), "utf-8")
    np.save(tmp_path / "query_vectors.npy", np.zeros((queries + 1, 1), np.float32))
    return Session(Job(str(tmp_path), str(tmp_path), []), tmp_path / "reply.json")


def test_clients_share_the_queries(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(text: str, vector: Vectors) -> list[int]:
        asked.append(text)
        if text == "q3":
            raise OSError("no answer")
        return []

    made = load(session(tmp_path, 7), lambda: ask, clients=2, seconds=60.0)
    assert asked[0] == "w" and sorted(asked[1:]) == [f"q{number}" for number in range(7)]
    assert (len(made.times_ms), made.failures) == (6, 1)
    none = load(session(tmp_path, 7), lambda: ask, clients=2, seconds=0.0)
    assert none.times_ms == []


def test_waiting_for_a_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wait_for(server.getsockname()[1], lambda: True)
    with pytest.raises(RuntimeError, match="ended before"):
        wait_for(free_port(), lambda: False)
    with pytest.raises(RuntimeError, match="within 0 s"):
        wait_for(free_port(), lambda: True, seconds=0.0)


def test_disk_counts_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"x" * 2**21)
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(2**30)
    assert disk_mb(tmp_path) == pytest.approx(2.0, abs=0.1)
    assert all(value > 1 for value in memory_mb().values())


# ── Tables and charts ────────────────────────────────────────────────────────────────────────────────────


def record(experiment: str, facts: dict[str, Value], samples: dict[str, list[float]]) -> Record:
    machine: dict[str, Any] = {"cpu": "Toy", "cores": 2, "usable_cores": 1, "load_average": [0.5]}
    return Record("peers", "", machine, Measured({"experiment": experiment, "judged": 3}, facts, samples))


def cells(text: str, row: int) -> list[str]:
    return [cell.strip() for cell in text.splitlines()[row].strip("|").split(" | ")]


def test_the_table_of_retrieval() -> None:
    samples = {
        "A | default | dense_ms": [1.0, 2.0, 3.0],
        "A | default | recall_at_10": [1.0, 0.5],
        "A | deep | hybrid_ms": [150.25],
        "A | deep | ndcg_at_10": [0.5, 0.25],
    }
    facts: dict[str, Value] = {"passages": 4, "A | build_s": 12.34, "A | rss_before_mb": 50.0, "A | rss_after_mb": 1000}
    facts |= {"A | anonymous_after_mb": 5.0, "A | versions": "a 1", "B | failure": "ended", "A | failure": "later"}
    text = table(record("retrieval", facts, samples))
    shared = ["12.3", "50.0 → 1,000 (5.00)", "–"]
    assert cells(text, 2) == ["A", "2.00 / 3.00 / 3.00", "0.750", "–", "–", "3", "–", *shared]
    # Two of the three judged queries: said, since the others may be the harder ones.
    assert cells(text, 3) == ["A, deep", "–", "–", "–", "150 / 150 / 150", "1", "0.375 (n 2)", *shared]
    assert text.splitlines()[5:] == ["* **A** failed: later", "* **B** failed: ended", "* Versions: a 1"]


def test_memory_is_told_step_by_step() -> None:
    facts: dict[str, Value] = {"A | rss_before_mb": 9.0, "A | rss_index_mb": 20, "A | rss_after_mb": 30}
    assert "| 9.00 → 20.0 → 30.0 |" in table(record("retrieval", facts, {"A | default | dense_ms": [1.0]}))
    assert "| – | – | – |" in table(record("retrieval", {}, {"A | default | dense_ms": [1.0]}))


def test_the_tables_of_the_others() -> None:
    whole = {"A | default | whole_ms": [9.0], "A | default | embedding_ms": [4.0]}
    facts: dict[str, Value] = {"A | ingest_s": 4.0, "A | ingest_passages": 100}
    assert cells(table(record("end-to-end", facts, whole)), 2)[:8] == [
        *("A", "9.00 / 9.00 / 9.00", "4.00", "–", "1", "–", "–", "25.0")
    ]
    asked = {"A | x | request_ms": [5.0] * 30, "A | x | load_s": [2.0], "A | x | failed_requests": [1.0]}
    assert cells(table(record("server", {}, asked)), 2) == ["A, x", "15.0", "5.00 / 5.00 / 5.00", "30", "1"]
    assert [row.label for row in rows_of(record("server", {"B | failure": "x"}, asked))] == ["A, x", "B"]


def test_charts_are_of_what_was_measured() -> None:
    samples = {"kb-search | default | hybrid_ms": [2.0], "A <&> | default | hybrid_ms": [200.0]}
    drawn = charts(record("retrieval", {}, samples))
    assert list(drawn) == ["hybrid"]
    root = xml.etree.ElementTree.fromstring(drawn["hybrid"])
    shapes = [one for one in root.iter() if one.tag.endswith("rect")]
    assert [one.attrib["class"] for one in shapes] == ["o", "b"]  # fastest first, ours in colour
    assert "A <&>" in [one.text for one in root.iter() if one.tag.endswith("text")]


def test_the_length_of_bars() -> None:
    def widths(values: list[float], log: bool) -> list[float]:
        root = xml.etree.ElementTree.fromstring(bars("t", "ms", [Bar(str(v), v) for v in values], log))
        return [float(one.attrib["width"]) for one in root.iter() if one.tag.endswith("rect")]

    assert widths([1, 2, 4], log=False) == [105, 210, 420]
    assert widths([1, 10, 100], log=True) == [42, 231, 420]
    assert widths([5, 5], log=True) == [420, 420]
    assert widths([0, 0], log=False) == [0, 0]
    assert widths([], log=False) == []
