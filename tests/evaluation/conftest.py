"""The toy index is built once, and no test changes it; its data set is written for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_search.searcher import Searcher
from tests.evaluation.toy import ARTICLES, QRELS, QUERIES, dataset
from tests.fakes import article, build, searcher_for


@pytest.fixture(scope="session")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    hidden = {"en/hidden.md": article("Password for agents", "password", audience="agent")}
    with searcher_for(build(tmp_path_factory.mktemp("toy"), ARTICLES | hidden)) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dataset(tmp_path / "toy", QUERIES, QRELS)
