"""The process that tests.build.crash kills."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.build import build_index
from tests.build.small import ONE_VIEW
from tests.fakes import FakeEmbedder, settings


class SlowEmbedder(FakeEmbedder):
    """Takes its time, so that a kill can also fall into the embedding."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(0.01 * len(texts))
        return super().embed_passages(texts)


def index(folder: Path) -> None:
    """Index folder/source: the work of the process that is killed."""
    build_index([folder / "source"], folder / "index", settings(**ONE_VIEW), SlowEmbedder())
