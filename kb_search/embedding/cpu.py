"""What the processor can do, as far as it decides how a model is run: read from the system, no runtime loaded."""

from __future__ import annotations

import os
from pathlib import Path

_BF16 = {"avx512_bf16", "amx_bf16"}
_CPU_INFO = Path("/proc/cpuinfo")


def available_threads() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def computes_bf16(info: Path = _CPU_INFO) -> bool:
    """Tell whether the processor multiplies in bfloat16; where the system does not say (not Linux), it does not."""
    try:
        with info.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, value = line.partition(":")
                if key.strip() == "flags":
                    return not _BF16.isdisjoint(value.split())
    except OSError:
        pass
    return False
