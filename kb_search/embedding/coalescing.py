"""Requests that come while the model runs are put together into its next run; one that comes alone waits for nothing.

There is no thread and no timer. A caller who finds a lane free leads: it takes along whoever waits and is of
like length, runs the model in its own thread, hands out the results and, where others wait by then, makes the one
who has waited longest the next leader.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Sequence[int]
"""The token ids of one text."""

Run = Callable[[list[Row], bool], NDArray[np.float32]]
"""Several texts, and whether no other run is under way → one vector each. Called in as many threads as lanes."""


class _Request:
    """One text on its way: `turn` is set when it has a result, an error, or has to lead."""

    __slots__ = ("error", "leads", "result", "row", "turn")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.turn = threading.Event()
        self.leads = False
        self.result: Any = None
        self.error: BaseException | None = None


class Coalescer:
    """Runs texts of many threads together. Thread-safe."""

    def __init__(self, run: Run, lanes: int = 1, rows: int = 16, padding: int = 4) -> None:
        """Take up to `rows` texts into one run, the longest at most `padding` tokens longer than the shortest.

        `lanes` is how many runs may be under way at once.
        """
        self._run, self._rows, self._padding = run, rows, padding
        self._free = self._lanes = lanes
        self._waiting: list[_Request] = []
        self._lock = threading.Lock()

    def embed(self, row: Row) -> NDArray[np.float32]:
        """Give the vector of one text. Raises what the run that it was part of raised."""
        request = _Request(row)
        with self._lock:
            if self._free:
                self._free -= 1
                request.leads = True
            else:
                self._waiting.append(request)
        if not request.leads:
            self._wait(request)
        if request.leads:
            self._lead(request)
        if request.error is not None:
            raise request.error
        vector: NDArray[np.float32] = request.result
        return vector

    def _wait(self, request: _Request) -> None:
        try:
            request.turn.wait()
        except BaseException:  # interrupted: neither in the way of the others, nor expected to lead them
            with self._lock:
                if request in self._waiting:
                    self._waiting.remove(request)
                elif request.leads:
                    self._hand_over()
            raise

    def _lead(self, request: _Request) -> None:
        with self._lock:
            together = [request, *self._companions(len(request.row))]
            alone = self._free == self._lanes - 1 and not self._waiting and len(together) == 1
        try:
            vectors = self._run([member.row for member in together], alone)
            for member, vector in zip(together, vectors, strict=True):
                member.result = vector
        except BaseException as error:
            for member in together:
                member.error = error
        finally:
            with self._lock:
                self._hand_over()
            for member in together:
                member.turn.set()

    def _companions(self, length: int) -> list[_Request]:
        """Take from the queue, oldest first, who is of like length with all that are taken already."""
        shortest = longest = length
        taken: list[_Request] = []
        for other in self._waiting:
            if len(taken) + 1 == self._rows:
                break
            low, high = min(shortest, len(other.row)), max(longest, len(other.row))
            if high - low <= self._padding:
                shortest, longest = low, high
                taken.append(other)
        if taken:
            gone = set(map(id, taken))
            self._waiting = [other for other in self._waiting if id(other) not in gone]
        return taken

    def _hand_over(self) -> None:
        """Give the lane to whoever has waited longest, or leave it free. The lock is held."""
        if self._waiting:
            following = self._waiting.pop(0)
            following.leads = True
            following.turn.set()
        else:
            self._free += 1
