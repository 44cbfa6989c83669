"""The threads that compute answers: as many as can be of use, so that more requests wait instead of slowing each other.

Searches and pages share them. What takes no time (events, health) does not come here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.exceptions import HTTPException

from kb_search.embedding.cpu import available_threads

Answer = TypeVar("Answer")

THREADS = 2 * available_threads()
"""As many calls run at the same time: one computes while another waits for the interpreter; more slow each other."""
PATIENCE = 10.0
"""Seconds that a request waits for a thread; later nobody would wait for its answer any more."""


class Busy(HTTPException):
    """No thread became free in time."""

    def __init__(self) -> None:
        super().__init__(503, "Too much is asked at the moment. Try again later.")


class Workers:
    """A pool of threads for calls that compute. Requests beyond its size wait in their order, but not for ever."""

    def __init__(self, threads: int = THREADS, patience: float = PATIENCE) -> None:
        self._pool = ThreadPoolExecutor(threads, "kb-search-request")
        self._free = asyncio.Semaphore(threads)
        self._patience = patience

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """Call in a thread of the pool. Raises what the call raises, and Busy where none becomes free in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._free.release()

    def close(self) -> None:
        """Let the calls that are running end, and drop those that wait."""
        self._pool.shutdown(cancel_futures=True)
