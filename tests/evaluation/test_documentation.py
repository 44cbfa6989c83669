"""docs/evaluation.md names every key of the JSON report, every metric and every key of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kb_search.evaluation.dataset import _Line
from kb_search.evaluation.metrics import METRICS
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from tests.evaluation.toy import dataset

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
NAMES = {"semantic", "keyword", "en", "short"}
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
    report = run_evaluation(searcher, folder, ["semantic", "keyword"], gate=tmp_path / "gate.toml").as_dict()
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    words = set(re.findall(r"[\w@]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    assert set(_keys(report)) - NAMES - words == set()
    assert report["modes"]["semantic"]["by_kind"]["short"]["topics"] == 1


def test_metrics_and_query_keys_are_documented() -> None:
    assert [name for name in METRICS if f"`{name}`" not in PAGE] == []
    keys = ["_id", *_Line.__struct_fields__[1:]]
    assert [key for key in keys if f"\n| `{key}` |" not in PAGE] == []
