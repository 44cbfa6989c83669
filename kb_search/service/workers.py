"""The threads that search: as many as can be of use, so that more requests wait instead of slowing each other down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kb_search.embedding.cpu import available_threads

Answer = TypeVar("Answer")

THREADS = 2 * available_threads()
"""As many searches run at the same time: one computes while another waits for the interpreter; more slow each other."""


class Workers:
    """A pool of threads for calls that compute. Requests beyond its size wait in their order."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, "kb-search-request")

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """Call in a thread of the pool. Raises what the call raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Let the calls that are running end, and drop those that wait."""
        self._pool.shutdown(cancel_futures=True)
