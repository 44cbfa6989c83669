"""How soon somebody who types sees the answer: Chromium types into the search box of `kb-search serve`.

The service is a process of its own on the loopback interface; Chromium is another. Queries are typed key by key, each
in a field that is empty again. The clock runs in the page, from the moment the last key went down to the first frame
that was drawn with the answer to the whole query: so it covers the rest that the box waits for more keys, the request,
the search, and building and drawing the rows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import MISSING, browser, program
from benchmarks.latency import choose
from benchmarks.machine import describe_index
from benchmarks.results import Measured
from benchmarks.serving import PROGRAM, serving
from kb_search.evaluation.dataset import read_queries

WARM_UP = 5
LONGEST = 80
"""Characters: whole letters are not typed into a search box."""
_PAGE = (
    '<!doctype html><html lang="en"><title>A shop</title><meta name="viewport" content="width=device-width">'
    '<main><h1>A shop</h1></main><script async src="/widget.js" data-target="main" data-events="off"></script></html>'
)
_STOPWATCH = """() => {
  const box = document.querySelector("kb-search");
  window.key = window.drawn = 0;
  let down = false;
  box.addEventListener("keydown", (event) => { key = event.timeStamp; drawn = 0; down = true });
  // A letter that is on no key of Playwright's keyboard (ı, é) is put in without one, and a while after the key before.
  box.addEventListener("beforeinput", (event) => { if (!down) key = event.timeStamp; drawn = 0; down = false });
  box.addEventListener("kb-search:results", (event) => requestAnimationFrame(() => {
    const after = new MessageChannel();  // its message comes when the frame was drawn
    after.port1.onmessage = () => { drawn = performance.now(); answered = event.detail.query };
    after.port2.postMessage(0);
  }));
}"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--n", type=int, default=50, help="queries that are timed (default 50)")
    parser.add_argument("--delay", type=int, default=100, metavar="MS", help="between two keys (default 100)")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured | str:
    """Serve and measure; a sentence where there is no browser. Raises KbSearchError."""
    return measure(options) if program() else f"skipped: {MISSING}."


def measure(options: argparse.Namespace) -> Measured:
    """Measure. Raises KbSearchError."""
    texts = [query.text for query in read_queries(options.queries)]
    timed, others = choose([text for text in texts if len(text) <= LONGEST and "\n" not in text], options.n)
    samples: dict[str, list[float]] = {"last_key_to_drawn_ms": [], "request_ms": []}
    with serving(options.index, PROGRAM) as server, browser() as chromium:
        page = open_box(chromium.new_page(viewport={"width": 1280, "height": 800}), server.address)
        for text in others[:WARM_UP]:
            type_query(page, text, options.delay)
        for text in timed:
            drawn, request = type_query(page, text, options.delay)
            samples["last_key_to_drawn_ms"].append(drawn)
            samples["request_ms"].append(request)
        version = chromium.version
    arguments: dict[str, str | int | float] = {"queries": len(timed), "delay_ms": options.delay}
    return Measured(arguments, {**describe_index(options.index), "chromium": version}, samples)


def open_box(page: Page, address: str) -> Page:
    """Open a page of the service's own origin with the box on it."""
    page.route(f"{address}/shop", lambda route: route.fulfill(body=_PAGE, content_type="text/html; charset=utf-8"))
    page.goto(f"{address}/shop")
    page.get_by_role("combobox").wait_for()
    page.evaluate(_STOPWATCH)
    return page


def type_query(page: Page, text: str, delay: int) -> tuple[float, float]:
    """Type one query; milliseconds from the last key to the frame, and of the last request as the browser saw it."""
    field = page.get_by_role("combobox")
    field.fill("")
    field.press_sequentially(text, delay=delay)
    page.wait_for_function("text => window.drawn && window.answered === text", arg=text.strip())
    last = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/v1/search')).at(-1).duration"
    drawn, request = page.evaluate(f"() => [drawn - key, {last}]")
    page.evaluate("() => performance.clearResourceTimings()")  # the browser keeps 250 of them, then no more
    return float(drawn), float(request)
