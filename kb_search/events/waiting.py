"""Searches asked while somebody types: in memory, until something happens that names one, or they are forgotten."""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kb_search.events.records import SearchRecord


@dataclass(frozen=True, slots=True)
class _Kept:
    since: float
    at: datetime
    search: SearchRecord
    client: str


class Waiting:
    """The latest `capacity` searches of the last `seconds`. Not safe between threads: the recorder holds its lock.

    Where there are too many, the oldest of the client that has most of them goes: whoever asks very much only pushes
    out what is their own.
    """

    def __init__(self, capacity: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds; a test has its own."""
        self._capacity, self._seconds, self._clock = capacity, seconds, clock
        self._searches: OrderedDict[str, _Kept] = OrderedDict()
        self._of: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)

    def __len__(self) -> int:
        return len(self._searches)

    def keep(self, at: datetime, search: SearchRecord, client: str = "") -> None:
        """Remember a search that was asked at that time, and forget what is too old or too much."""
        self.forget()
        self._remove(search.query_id)
        self._searches[search.query_id] = _Kept(self._clock(), at, search, client)
        self._of[client][search.query_id] = None
        if len(self._searches) > self._capacity:
            most = max(self._of.values(), key=len)
            self._remove(next(iter(most)))

    def take(self, query_id: str) -> tuple[datetime, SearchRecord] | None:
        """Give a search back, once."""
        self.forget()
        found = self._remove(query_id)
        return None if found is None else (found.at, found.search)

    def forget(self) -> None:
        """Forget what is too old."""
        oldest = self._clock() - self._seconds
        while self._searches and next(iter(self._searches.values())).since < oldest:
            self._remove(next(iter(self._searches)))

    def _remove(self, query_id: str) -> _Kept | None:
        found = self._searches.pop(query_id, None)
        if found is not None:
            del self._of[found.client][query_id]
            if not self._of[found.client]:
                del self._of[found.client]
        return found
