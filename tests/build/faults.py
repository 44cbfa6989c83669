"""A disk that fails at a chosen moment: the power goes, or a write is refused."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class PowerCut(BaseException):
    """The process ends here: nothing that tidies up may run after it, so no `except Exception` may catch it."""


WRITES: tuple[tuple[Any, str], ...] = (
    (os, "fsync"),
    (os, "mkdir"),
    (os, "rename"),
    (os, "replace"),
    (os, "link"),
    (os, "posix_fallocate"),
    (shutil, "rmtree"),
    (Path, "write_bytes"),
    (Path, "write_text"),
)
"""What a build calls to change the disk, aside from what SQLite and tantivy do by themselves."""


class Disk:
    """Counts calls of WRITES, and from the one numbered `at` on lets none through."""

    def __init__(self, at: int, error: Callable[[], BaseException]) -> None:
        self.calls = 0
        self._at = at
        self._error = error

    def guarded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guard(*arguments: Any, **options: Any) -> Any:
            self.calls += 1
            if self.calls > self._at:
                raise self._error()
            return call(*arguments, **options)

        return guard


@contextmanager
def power_cut_after(calls: int) -> Iterator[Disk]:
    """Let so many writes through, then none any more."""
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(calls, PowerCut)
        for owner, name in WRITES:
            patch.setattr(owner, name, disk.guarded(getattr(owner, name)))
        yield disk


@contextmanager
def refused(owner: Any, name: str, after: int = 0) -> Iterator[Disk]:
    """Let one function through so many times; after that the disk is full."""
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(after, lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        patch.setattr(owner, name, disk.guarded(getattr(owner, name)))
        yield disk
