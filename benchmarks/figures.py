"""The figures that every table is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (nearest rank); `values` is not empty."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
