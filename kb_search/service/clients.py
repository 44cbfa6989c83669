"""Who counts as one where there is a limit, and how much one may ask. Addresses are in memory only."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Network, ip_address

from starlette.exceptions import HTTPException

_HOUSEHOLD = 64
"""Bits of an IPv6 address that are one customer's; the others they choose themselves."""
_MINUTE = 60.0
_ROUNDING = 1e-6
_MOST = 100_000
"""Clients that are remembered."""


def client_of(host: str) -> str:
    """Name who is behind an address: itself, or its network for IPv6; what is no address stays as it is."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), _HOUSEHOLD), strict=False))


class RateLimit:
    """So many requests a minute of each client, at once or one by one; 0: any number. Not safe between threads."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds; a test has its own."""
        self._seconds = _MINUTE / per_minute if per_minute else 0.0
        self._per_minute, self._clock = per_minute, clock
        # Client → when it will have worked off at its rate what it asked; who asked last comes last.
        self._until: OrderedDict[str, float] = OrderedDict()

    def take(self, client: str) -> None:
        """Count a request. Raises HTTPException 429, which says when the next one will be answered."""
        if not self._per_minute:
            return
        now = self._clock()
        while self._until and (len(self._until) > _MOST or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)
        known = max(self._until.pop(client, now), now)
        excess = known + self._seconds - now - _MINUTE
        refused = excess > _ROUNDING
        self._until[client] = known if refused else known + self._seconds
        if refused:
            raise HTTPException(
                429,
                f"More than {self._per_minute} requests a minute. Wait, and ask less often.",
                {"Retry-After": str(math.ceil(excess))},
            )
