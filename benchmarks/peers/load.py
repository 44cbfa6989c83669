"""Many clients of one server at the same time: how many answers a second, and how long each takes.

Like protocol.py it needs no more than the standard library and numpy, and runs in the environment of the peer.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.peers.protocol import Session, Vectors

Ask = Callable[[str, Vectors], list[int]]


class Load(NamedTuple):
    """`times_ms` of all answers, by any client; `failures` counts requests that raised; `seconds` is the whole."""

    times_ms: list[float]
    failures: int
    seconds: float


def load(session: Session, connect: Callable[[], Ask], clients: int, seconds: float) -> Load:
    """Let `clients` threads ask, each over a connection of its own, for so many seconds after the warm-up.

    Each query is asked once, so that no cache of answers can help: it is over sooner when there are no more.
    """
    asks = [connect() for _ in range(clients)]
    for position, (text, vector) in enumerate(zip(session.warming, session.warming_vectors, strict=True)):
        asks[position % clients](text, vector)
    times: list[list[float]] = [[] for _ in asks]
    failures = [0] * clients
    gate = threading.Barrier(clients + 1)

    def run(client: int) -> None:
        gate.wait()
        ends = time.perf_counter() + seconds
        for row in range(client, len(session.queries), clients):
            started = time.perf_counter()
            if started >= ends:
                return
            try:
                asks[client](session.queries[row], session.query_vectors[row])
                times[client].append((time.perf_counter() - started) * 1000)
            except Exception:  # whatever a client library raises: it is counted, and the next query asked
                failures[client] += 1

    threads = [threading.Thread(target=run, args=(client,), daemon=True) for client in range(clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return Load([ms for client in times for ms in client], sum(failures), time.perf_counter() - started)


def note(session: Session, name: str, made: Load) -> None:
    """Write down what a load came to."""
    session.reply.samples[f"{name}: request_ms"] = made.times_ms
    session.reply.samples[f"{name}: load_s"] = [made.seconds]
    session.reply.samples[f"{name}: failed_requests"] = [float(made.failures)]
    session.write()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, alive: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until a server accepts connections. Raises RuntimeError when its process ends or time is up."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if not alive():
            raise RuntimeError("The server ended before it accepted a connection.")
        time.sleep(0.1)
    raise RuntimeError(f"The server accepted no connection within {seconds:.0f} s.")
