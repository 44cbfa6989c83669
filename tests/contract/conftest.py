from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.corpus import corpus, files
from tests.contract.oracle import Oracle
from tests.fakes import build, searcher_for


@pytest.fixture(scope="package")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """The generated help center, open, and what every article of it scores."""
    with searcher_for(build(tmp_path_factory.mktemp("contract"), files(corpus()))) as searcher:
        yield Oracle(searcher, corpus())
