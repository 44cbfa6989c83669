"""The load generator `wrk` (https://github.com/wg/wrk): run with wrk.lua, and what that prints → values."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kb_search.errors import KbSearchError

SCRIPT = Path(__file__).with_name("wrk.lua")
MISSING = "there is no program `wrk`. Install it (Debian: apt-get install wrk; else https://github.com/wg/wrk)"
_MARK = "raw: "


class Thread(msgspec.Struct, frozen=True):
    """One connection: when it began and ended, how long each answer took (all microseconds), how many were not 200."""

    begun: float
    ended: float
    refused: int
    times_us: list[float]


class Load(msgspec.Struct, frozen=True):
    """One run: errors of the connections, and what each thread saw."""

    connect: int
    read: int
    write: int
    timeout: int
    threads: list[Thread]

    @property
    def errors(self) -> int:
        """Count answers that were none, or not 200."""
        return self.connect + self.read + self.write + self.timeout + sum(one.refused for one in self.threads)

    @property
    def times_ms(self) -> list[float]:
        """Milliseconds of every answer, connection after connection."""
        return [time / 1000 for one in self.threads for time in one.times_us]

    @property
    def elapsed_s(self) -> float:
        """Seconds from the first request to the last answer."""
        active = [one for one in self.threads if one.times_us]
        return (max(one.ended for one in active) - min(one.begun for one in active)) / 1e6 if active else 0.0


def installed() -> bool:
    """Tell whether the program is there."""
    return shutil.which("wrk") is not None


def generate(address: str, paths: Sequence[str], clients: int, seconds: int) -> Load:
    """Ask each path once, by so many clients at a time, for at most so many seconds. Raises KbSearchError.

    wrk itself ends when the time is up, also where everything was asked before.
    """
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.writelines(f"{path}\n" for path in paths)
        file.flush()
        command = ["wrk", f"-t{clients}", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
        finished = subprocess.run(
            [*command, address, "--", file.name, str(clients)], text=True, capture_output=True, check=False
        )
    return read_load(finished.stdout, finished.stderr)


def read_load(output: str, errors: str = "") -> Load:
    """Find what wrk.lua printed. Raises KbSearchError with wrk's last words where it is not there."""
    for line in output.splitlines():
        if line.startswith(_MARK):
            return msgspec.json.decode(line.removeprefix(_MARK), type=Load)
    words = (errors or output).strip().splitlines() or ["no message"]
    raise KbSearchError(f"wrk measured nothing: {words[-1]}")
