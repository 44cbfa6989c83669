"""`kb-search …` in a process of its own, with the fake embedder: `python -m tests.cli.fake index …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from kb_search.cli import main
from tests.fakes import FakeEmbedder


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; both loaders give the fake."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb_search.embedding.loading.load_for_indexing", lambda settings: FakeEmbedder())
        patch.setattr("kb_search.embedding.loading.load_for_serving", lambda settings, spec: FakeEmbedder())
        return main(arguments)


if __name__ == "__main__":
    sys.exit(run())
