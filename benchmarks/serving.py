"""`kb-search serve` as a process of its own, on a free port of the loopback interface: started, warmed, stopped."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psutil

from kb_search.errors import KbSearchError

PROGRAM = (sys.executable, "-m", "kb_search.cli")
_ADDRESS = re.compile(r"http://[\w.\[\]:]+")
_LONGEST_START = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running service: its address and its process."""

    address: str
    process: psutil.Process

    def resident_mb(self) -> float:
        """Resident set, in MiB; mapped files count as far as they were read."""
        return float(self.process.memory_info().rss) / 2**20

    def cpu_s(self) -> float:
        """Seconds of CPU that the process has used, all threads together."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def ask(self, path: str) -> None:
        """Get one answer. Raises urllib.error.URLError where it is no success."""
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            answer.read()


@contextlib.contextmanager
def serving(index: Path, program: Sequence[str] = PROGRAM) -> Iterator[Server]:
    """Start the service and stop it. Raises KbSearchError with its last words where it does not start."""
    command = [*program, "serve", "--index", str(index), "--host", "127.0.0.1", "--port", "0"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield Server(_address(process, log), psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: TextIO) -> str:
    """Wait for the line that says where it listens."""
    patience = time.monotonic() + _LONGEST_START
    while time.monotonic() < patience:
        log.seek(0)
        said = log.read()
        if found := _ADDRESS.search(said):
            return found[0]
        if process.poll() is not None:
            raise KbSearchError(f"The service did not start: {(said.strip().splitlines() or ['no message'])[-1]}")
        time.sleep(0.05)
    raise KbSearchError(f"The service did not start within {_LONGEST_START:.0f} seconds. Is the index very large?")
