"""Where the time of a query, or of a build, goes: a clock by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

STAGES = ("expand", "tokenize", "embed", "vectors", "names", "keywords", "fuse", "passage", "hydrate", "facets")
"""Of a query, in the order in which they are first begun; `vectors` runs beside `keywords` and `names`."""


class Stages:
    """A clock: `seconds` by stage. Threads may time different stages at once."""

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - started)

    def add(self, stage: str, seconds: float) -> None:
        """Add to a stage."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def milliseconds(self) -> dict[str, float]:
        """Give those stages of a query that were run, in their order, in milliseconds to the microsecond."""
        return {name: round(self.seconds[name] * 1000, 3) for name in STAGES if name in self.seconds}
