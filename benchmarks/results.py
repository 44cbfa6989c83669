"""Raw times on disk, one file per run: `RESULTS/<benchmark>/<stamp>.json`. Figures are derived later (summary.py)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from kb_search.errors import ConfigError

Value = str | int | float


class Measured(msgspec.Struct, frozen=True):
    """What a benchmark hands back.

    `arguments` say how it was run, `facts` what it ran on; `samples` maps a name that ends in its unit (`search_ms`)
    to the raw values, in order.
    """

    arguments: dict[str, Value]
    facts: dict[str, Value]
    samples: dict[str, list[float]]


class Record(msgspec.Struct, frozen=True):
    """One run: what was measured, when, and on which machine."""

    benchmark: str
    label: str
    machine: dict[str, Any]
    measured: Measured
    stamp: str = msgspec.field(default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ"))


def save(record: Record, folder: Path) -> Path:
    """Write one run and return its file."""
    path = folder / record.benchmark / f"{record.stamp}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return path


def load(path: Path) -> Record:
    """Read one run. Raises ConfigError naming the file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). Choose a file of benchmarks/results.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} holds no benchmark run ({error}). Choose a file of benchmarks/results.") from error
