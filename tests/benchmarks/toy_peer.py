"""A peer for tests: exact by numpy, keywords by counting words. Run as its own process, through the real protocol."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.peers.protocol import Job, Setting, Vectors, main


class Engine:
    """See protocol.Engine. A setting may ask it to misbehave."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._folder = folder
        self._setting: Setting = {}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        if self._setting.get("build") == "slow":
            time.sleep(60)
        self._words = [set(text.lower().split()) for text in texts]
        self._vectors = vectors
        (self._folder / "data").write_bytes(bytes(2**20))

    def use(self, setting: Setting) -> None:
        self._setting = setting

    def dense(self, vector: Vectors, k: int) -> list[int]:
        if self._setting.get("dense") == "raise":
            raise ValueError("no such setting")
        time.sleep(self._setting.get("sleep", 0.0))
        found: list[int] = np.argsort(-(self._vectors @ vector), kind="stable")[:k].tolist()
        return found[:: self._setting.get("every", 1)]

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        if self._setting.get("hybrid") == "none":
            raise NotImplementedError("the toy has no keywords")
        if self._setting.get("hybrid") == "die":
            os._exit(7)
        words = set(text.lower().split())
        return sorted(range(len(self._words)), key=lambda row: -len(words & self._words[row]))[:k]


if __name__ == "__main__":
    main(Engine, ["numpy", "no-such-package"])
