"""docs/evaluation.md names every key of the JSON report, every metric and every key of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb_search.evaluation.dataset import _Line
from kb_search.evaluation.events import KINDS, Event, parse_event
from kb_search.evaluation.gate import read_gate
from kb_search.evaluation.golden import AT_LEAST, GRADES, SHARE, Card, propose
from kb_search.evaluation.metrics import METRICS
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from kb_search.types import Reference
from tests.evaluation.toy import dataset

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
NAMES = {"semantic", "keyword", "semantic - keyword", "public", "en", "short"}
"""Keys that are names of what was measured."""


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def test_every_key_of_the_report_is_documented(searcher: Searcher, tmp_path: Path) -> None:
    queries: list[dict[str, Any]] = [
        {"_id": "q", "text": "password", "lang": "en", "kind": "short"},
        {"_id": "none", "text": "zebra", "answerable": False},
    ]
    folder = dataset(tmp_path, queries, [("q", "en/p1", 1)])
    (tmp_path / "gate.toml").write_text("[semantic]\nRR = 0.1\n", "utf-8")
    report = run_evaluation(
        searcher, folder, ["semantic", "keyword"], against=searcher, gate=tmp_path / "gate.toml"
    ).as_dict()
    assert set(_keys(report)) - NAMES - _documented() == set()
    assert report["views"]["public"]["against"]["modes"]["semantic"]["by_kind"]["short"]["topics"] == 1


def _documented() -> set[str]:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    return set(re.findall(r"[\w@]+", " ".join(re.findall(r"`([^`]+)`", prose))))


def test_every_key_of_a_proposal_is_documented() -> None:
    events = [Event("click", "login", "en/p1", "en")] * 3
    made = propose(events, {"en/p1": Card("Password", "en")}, [Reference("en/p1", "Login", "en/p1")])
    (line,) = [proposal.as_line() for proposal in made.proposals]
    assert set(line) | set(line["evidence"]) | set(GRADES) | set(KINDS) <= _documented()
    assert "references" in line["evidence"]


def test_the_documented_events_and_gate_can_be_read(tmp_path: Path) -> None:
    events = [line for line in PAGE.splitlines() if line.startswith('{"type"')]
    assert [event.kind for line in events if (event := parse_event(line.encode()))] == ["click", "helpful", "link"]
    (gate,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "gate.toml").write_text(gate, "utf-8")
    assert set(read_gate(tmp_path / "gate.toml")) == {"hybrid", "differences", "against", "views"}


def test_the_documented_defaults_of_golden_are_the_true_ones() -> None:
    assert f"`--at-least {AT_LEAST}`" in PAGE and f"`--share {SHARE}`" in PAGE


def test_metrics_and_query_keys_are_documented() -> None:
    assert [name for name in METRICS if f"`{name}`" not in PAGE] == []
    keys = ["_id", *_Line.__struct_fields__[1:]]
    assert [key for key in keys if f"\n| `{key}` |" not in PAGE] == []
