"""The table itself: large enough, and dangerous. Unescaped, most of it runs; so the other tests can fail."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.probe import AT_ONCE, Probe
from tests.browser.serving import Site

PLACES = (
    "<body>{}</body>",
    '<a href="{0}" title="{0}">x</a>',
    "<p title='{}'>x</p>",
    "<input value={} x>",
    '<script>var text = "{}";</script>',
    "<script>var text = `{}`;</script>",
    "<textarea>{}</textarea>",
)
"""Where a careless page would write a text as it is."""


def test_there_are_more_than_two_hundred() -> None:
    assert len(PAYLOADS) == len({payload.text for payload in PAYLOADS}) >= 220
    assert {payload.number for payload in PAYLOADS} == set(range(len(PAYLOADS)))


def careless(text: str) -> list[str]:
    """Pages that write a text as it is, and as Markdown that is rendered without any care."""
    markdown = MarkdownIt("commonmark", {"html": True})
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    return [*(place.format(text) for place in PLACES), markdown.render(text)]


def test_where_nothing_is_escaped_most_of_them_run(probe: Probe, site: Site, other_origin: str) -> None:
    probe.allow("")  # everything is expected here
    site.put("/", "<!doctype html><title>A hall</title>")
    probe.go(other_origin)
    probe.page.evaluate((Path(__file__).parent / "sweep.js").read_text("utf-8"))
    given = [[payload.number, careless(payload.text.encode("utf-8", "replace").decode())] for payload in PAYLOADS]
    for at in range(0, len(given), AT_ONCE):
        probe.page.evaluate("(given) => hostile.careless(given)", given[at : at + AT_ONCE])
    probe.page.wait_for_timeout(200)
    ran = probe.named
    print(f"{len(PAYLOADS)} payloads, of which {len(ran)} run or ask for something where nothing is escaped")
    assert len(ran) >= 200
