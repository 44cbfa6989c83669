"""What all tests share: examples that are drawn the same way every time, and the real model, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from kb_search.config import load_settings
from kb_search.embedding.base import Embedder
from kb_search.embedding.loading import load_for_indexing, load_for_serving
from kb_search.searcher import Searcher
from tests.fakes import Open, build, searcher_for, settings

# No time limit per example: the machine may be busy. Derandomised: a failure is the same failure tomorrow.
hypothesis.settings.register_profile("kb-search", deadline=None, derandomize=True)
hypothesis.settings.load_profile("kb-search")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", metavar="URL", help="a PostgreSQL database to test the state with; it is emptied")


@pytest.fixture(scope="session")
def model_cache() -> Path:
    """Where the real model is unpacked and converted: the user's own cache, so that the next run finds it there."""
    return load_settings().cache


@pytest.fixture(scope="session")
def bulk_embedder(model_cache: Path) -> Embedder:
    """The packaged model as the indexer uses it."""
    return load_for_indexing(settings(cache_dir=str(model_cache)))


@pytest.fixture(scope="session")
def single_embedder(model_cache: Path, bulk_embedder: Embedder) -> Embedder:
    """The packaged model as the searcher uses it."""
    return load_for_serving(settings(cache_dir=str(model_cache)), bulk_embedder.spec)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Build an index of some files and open it; all are closed in the end."""
    searchers: list[Searcher] = []

    def make(files: dict[str, str]) -> Searcher:
        searchers.append(searcher_for(build(tmp_path / str(len(searchers)), files)))
        return searchers[-1]

    yield make
    for searcher in searchers:
        searcher.close()
