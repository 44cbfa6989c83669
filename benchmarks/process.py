"""Run a command as a child process: its wall time, its peak memory, its output."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from kb_search.errors import KbSearchError


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that ended well. `peak_mb` is its largest resident set, in MiB."""

    seconds: float
    peak_mb: float
    output: bytes


def run_child(command: Sequence[str]) -> Finished:
    """Run to the end; the clock covers start to exit. Raises KbSearchError with its last words when it fails.

    The system counts the memory of the process that starts the child as the child's until its program is loaded, so a
    large parent spoils `peak_mb`: this one must not have opened a model or an index.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        # wait4 gives this child's own usage; RUSAGE_CHILDREN would give the largest of all so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (output, errors):
            stream.seek(0)
        if process.returncode:
            words = errors.read().decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise KbSearchError(f"`{' '.join(command[:4])} …` ended with status {process.returncode}: {words[-1]}")
        return Finished(seconds, peak_mb(usage.ru_maxrss), output.read())


def peak_mb(maxrss: int) -> float:
    """Turn ru_maxrss (KiB; bytes on macOS) into MiB."""
    return maxrss / (2**20 if sys.platform == "darwin" else 2**10)
