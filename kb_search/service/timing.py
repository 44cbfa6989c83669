"""What a search took, for the header `Server-Timing` (https://www.w3.org/TR/server-timing/): browsers show it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NO_TOKEN = re.compile(r"[^A-Za-z0-9_.-]")


def server_timing(stages: Mapping[str, float]) -> str:
    """Write stages, milliseconds by name, in their order; signs that a name may not have become hyphens."""
    return ", ".join(f"{_NO_TOKEN.sub('-', name)};dur={milliseconds:.3f}" for name, milliseconds in stages.items())
