"""Where the time of one query goes: milliseconds by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

STAGES = ("expand", "tokenize", "embed", "vectors", "names", "keywords", "fuse", "passage", "hydrate", "facets")
"""In the order in which they are first begun; `vectors` runs beside `keywords` and `names`."""


class Stages:
    """A clock for one query. Threads may time different stages at once."""

    __slots__ = ("milliseconds",)

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, (time.perf_counter() - started) * 1000)

    def add(self, stage: str, milliseconds: float) -> None:
        """Add to a stage."""
        self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + milliseconds

    def rounded(self) -> dict[str, float]:
        """Give the stages that were run, in their order, to the microsecond."""
        return {name: round(self.milliseconds[name], 3) for name in STAGES if name in self.milliseconds}
