"""How many texts go through the model at once: batches of similar length under a token budget. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def token_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Group row numbers so that rows × longest row of a group stays within `budget` tokens.

    Rows come longest first, so that a group holds similar lengths (little padding) and the first group
    shows the peak memory. Equal lengths keep their order: the grouping depends on the lengths alone. A row
    that is longer than the budget travels alone.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
