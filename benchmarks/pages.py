"""How soon the pages of the help center are there: painted, and able to react. In Chromium, from a real service.

Each page is loaded anew in an empty profile, as the machine is and with the processor slowed down four times, as
Lighthouse does for telephones; the network is the loopback interface. First and largest contentful paint count from
the start of the navigation; blocking time is what tasks take beyond 50 ms each, until a second after the load.
"""

from __future__ import annotations

import argparse
import gzip
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode

from playwright.sync_api import Browser

from benchmarks.browser import MISSING, browser, program
from benchmarks.latency import choose
from benchmarks.machine import describe_index
from benchmarks.results import Measured
from benchmarks.serving import PROGRAM, Server, serving
from kb_search.evaluation.dataset import read_queries

SLOWER = (1, 4)
_WATCH = """
window.kbMeasured = {largest: 0, blocking: 0};
new PerformanceObserver(list => { for (const entry of list.getEntries()) kbMeasured.largest = entry.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) kbMeasured.blocking += Math.max(0, entry.duration - 50);
}).observe({type: 'longtask', buffered: true});
"""
_READ = """
() => ({
  first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  largest: kbMeasured.largest,
  blocking: kbMeasured.blocking,
  sent: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.transferSize, 0),
})
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--n", type=int, default=20, help="times that each page is loaded (default 20)")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured | str:
    """Serve and measure; a sentence where there is no browser. Raises KbSearchError."""
    if program() is None:
        return f"skipped: {MISSING}."
    timed, warm_up = choose([query.text for query in read_queries(options.queries)], options.n)
    samples: dict[str, list[float]] = {}
    with serving(options.index, PROGRAM) as server, browser() as chromium:
        for text in warm_up:
            server.ask("/?" + urlencode({"q": text}))
        articles = _articles(server, options.n)
        for slower in SLOWER:
            name = f"{slower} x slower" if slower > 1 else "as it is"
            for text, article in zip(timed, articles, strict=False):
                addresses = {"home": "/", "results": "/?" + urlencode({"q": text}), "article": article}
                for page, path in addresses.items():
                    _load(chromium, server.address + path, slower, samples, f"{page}, {name}")
        samples["widget: compressed_kb"] = [_compressed(server, "/widget.js") / 1000]
        samples["widget: written_kb"] = [len(_fetched(server, "/widget.js")) / 1000]
    return Measured({"loads": options.n}, describe_index(options.index), samples)


def _load(chromium: Browser, address: str, slower: int, samples: dict[str, list[float]], name: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(_WATCH)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(1_000)
        read = page.evaluate(_READ)
    finally:
        context.close()
    for what, value in (
        ("first_paint_ms", read["first"]),
        ("largest_paint_ms", read["largest"]),
        ("blocking_ms", read["blocking"]),
        ("sent_kb", read["sent"] / 1000),
    ):
        samples.setdefault(f"{name}: {what}", []).append(value)


def _articles(server: Server, wanted: int) -> list[str]:
    """List the paths of some articles, those that a blank search shows."""
    from kb_search.client import Client

    with Client(server.address) as client:
        return [f"/articles/{quote(hit.id)}" for hit in client.search("", limit=min(wanted, 200)).hits]


def _compressed(server: Server, path: str) -> int:
    return len(gzip.compress(_fetched(server, path), 9))


def _fetched(server: Server, path: str) -> bytes:
    with urllib.request.urlopen(server.address + path, timeout=60) as answer:
        content: bytes = answer.read()
    return content
