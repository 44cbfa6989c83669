"""The sample help center, indexed with the fake embedder: with its curation, and without. Keywords are real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build import build_index
from kb_search import Searcher
from kb_search.evaluation.dataset import Dataset, read_dataset
from tests.corpus.sample import FOLDER, Sample, read_sample
from tests.fakes import FakeEmbedder, searcher_for, settings


@pytest.fixture(scope="session")
def sample() -> Sample:
    return read_sample()


@pytest.fixture(scope="session")
def other_words() -> Dataset:
    """Queries in the words of customers, which most articles do not use: see tests/data/synonyms/README.md."""
    return read_dataset(Path(__file__).parents[1] / "data" / "synonyms")


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample."""
    folder = tmp_path_factory.mktemp("curated") / "index"
    build_index([FOLDER], folder, settings(), FakeEmbedder())
    return folder


@pytest.fixture(scope="session")
def curated(index: Path) -> Iterator[Searcher]:
    with searcher_for(index) as searcher:
        yield searcher


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, index: Path) -> Iterator[Searcher]:
    """The same without curation."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(index, folder / "index")  # so that all but the curation is linked
    shutil.copytree(FOLDER, folder / "corpus", ignore=shutil.ignore_patterns("curation.yaml", "judgments"))
    build_index([folder / "corpus"], folder / "index", settings(), FakeEmbedder())
    with searcher_for(folder / "index") as searcher:
        yield searcher
