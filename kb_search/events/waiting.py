"""Searches asked while somebody types: in memory, until something happens that names one, or they are forgotten."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from kb_search.events.records import SearchRecord


class Waiting:
    """The latest `capacity` searches of the last `seconds`. Not safe between threads: the recorder holds its lock."""

    def __init__(self, capacity: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds; a test has its own."""
        self._capacity, self._seconds, self._clock = capacity, seconds, clock
        self._searches: OrderedDict[str, tuple[float, datetime, SearchRecord]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._searches)

    def keep(self, at: datetime, search: SearchRecord) -> None:
        """Remember a search that was asked at that time, and forget what is too old or too much."""
        self.forget()
        self._searches.pop(search.query_id, None)
        self._searches[search.query_id] = self._clock(), at, search
        while len(self._searches) > self._capacity:
            self._searches.popitem(last=False)

    def take(self, query_id: str) -> tuple[datetime, SearchRecord] | None:
        """Give a search back, once."""
        self.forget()
        found = self._searches.pop(query_id, None)
        return None if found is None else found[1:]

    def forget(self) -> None:
        """Forget what is too old."""
        oldest = self._clock() - self._seconds
        while self._searches and next(iter(self._searches.values()))[0] < oldest:
            self._searches.popitem(last=False)
