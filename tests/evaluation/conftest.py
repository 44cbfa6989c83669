"""The toy index is built once: no test changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb_search.searcher import Searcher
from tests.evaluation.toy import ARTICLES
from tests.fakes import article, build, searcher_for


@pytest.fixture(scope="session")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    hidden = {"en/hidden.md": article("Password for agents", "password", audience="agent")}
    with searcher_for(build(tmp_path_factory.mktemp("toy"), ARTICLES | hidden)) as opened:
        yield opened
