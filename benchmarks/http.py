"""Queries a second and latencies of the HTTP service: a process of its own, asked by a load generator.

`kb-search serve` on a free port of the loopback interface, no proxy, no TLS; `GET /v1/search?q=…&limit=10`, every query
once, with each number of clients; each client waits for its answer before it asks again. The clock, that of the load
generator (wrk.lua), runs from the moment a request is written to the moment its answer is whole.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import wrk
from benchmarks.latency import choose
from benchmarks.machine import describe_index
from benchmarks.results import Measured
from benchmarks.serving import PROGRAM, serving
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import read_queries

LIMIT = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--clients", default="1,8", metavar="N,N", help="numbers of clients (default 1,8)")
    parser.add_argument("--n", type=int, default=500, help="queries for each number of clients (default 500)")
    parser.add_argument("--seconds", type=int, default=30, help="length of each run (default 30)")
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured | str:
    """Serve and measure; a sentence where there is no load generator. Raises KbSearchError."""
    if not wrk.installed():
        return f"skipped: {wrk.MISSING}."
    return measure(options)


def measure(options: argparse.Namespace, program: Sequence[str] = PROGRAM) -> Measured:
    """Measure; `program` is the command that serves. Raises KbSearchError."""
    clients = _numbers(options.clients)
    texts = [query.text for query in read_queries(options.queries)]
    timed, warm_up = choose(texts, options.n * len(clients))
    samples: dict[str, list[float]] = {}
    with serving(options.index, program) as server:
        samples["started_mb"] = [server.resident_mb()]
        for text in warm_up:
            server.ask(path_of(text, options.mode))
        for number, count in enumerate(clients):
            # Every run has queries of its own: none was asked before.
            paths = [path_of(text, options.mode) for text in timed[number :: len(clients)]]
            before = server.cpu_s()
            load = wrk.generate(server.address, paths, count, options.seconds)
            name = str(count)
            samples[f"{name}: latency_ms"] = load.times_ms
            samples[f"{name}: elapsed_s"] = [load.elapsed_s]
            samples[f"{name}: errors"] = [load.errors]
            samples[f"{name}: server_cpu_s"] = [server.cpu_s() - before]
        samples["answered_mb"] = [server.resident_mb()]
    arguments: dict[str, str | int | float] = {"mode": options.mode, "limit": LIMIT, "seconds": options.seconds}
    arguments |= {"queries": len(timed), "warm_up": len(warm_up)}
    return Measured(arguments, describe_index(options.index), samples)


def path_of(text: str, mode: str) -> str:
    """Write a search as an address."""
    return "/v1/search?" + urlencode({"q": text, "limit": LIMIT, "mode": mode})


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise ConfigError(f"--clients {text!r} is no list of numbers. Write it as 1,8.")
    return numbers
