"""The help center as it is visited, with its own script, from page to page: many payloads at a time."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as Xml

import httpx
import pytest

from tests.browser.hostile.corpus import TOGETHER
from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.pictures import PICTURES
from tests.browser.hostile.probe import Probe
from tests.browser.hostile.test_pages import encoded, title_of, words

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML document may hold."""
_MOST = 1_900
"""Characters of a query: beyond, it is cut."""


@pytest.fixture(params=["guarded", "bare"])
def base(request: pytest.FixtureRequest) -> str:
    """With its policy, a page that lets a payload through breaks it; without, the payload runs. Neither may be."""
    return str(request.getfixturevalue(request.param))


def test_the_front_page_has_every_category(probe: Probe, base: str) -> None:
    probe.go(f"{base}/?locale=en")
    probe.touch()
    names = probe.page.locator("h3 a, .columns a").all_text_contents()
    wanted = {words(title_of(payload)) for payload in PAYLOADS} - {""}
    assert wanted <= {words(name) for name in names}
    probe.check()


def test_lists_results_and_articles(probe: Probe, base: str) -> None:
    addresses = [f"/categories/?locale=en&page={page}" for page in (1, 2, 3, 4)]
    addresses += [f"/?q=password&locale=en&page={page}" for page in (1, 2, 3)]
    addresses += [f"/articles/en/woven/{first}?voted=no" for first in range(0, len(PAYLOADS), 8 * TOGETHER)]
    for address in addresses:
        probe.go(base + address)
        probe.touch()
        probe.check()


def test_queries_together(probe: Probe, guarded: str, tally: Counter[str]) -> None:
    tally["queries of pages opened in a tab, with their policy"] += len(PAYLOADS)
    queries = [""]
    for payload in PAYLOADS:
        text = words(payload.text)
        queries = [*queries, ""] if len(queries[-1]) + len(text) >= _MOST else queries
        queries[-1] += f" {text}"
    for query in queries:
        probe.go(f"{guarded}/?q={encoded(query)}")
        assert words(query) == words(probe.page.locator("kb-search").evaluate("(box) => box.query"))
        probe.touch()
        probe.check()


def test_the_feed_is_opened_as_what_it_is(probe: Probe, bare: str, tally: Counter[str]) -> None:
    tally["entries of the feed, opened in a tab"] += len(PAYLOADS)
    probe.allow("favicon.ico")
    titles: list[str] = []
    for offset in range(0, 4 * 200, 200):
        address = f"{bare}/v1/changes.atom?limit=200&offset={offset}&locale=en"
        answer = httpx.get(address)
        assert answer.headers["content-type"].startswith("application/atom+xml")
        assert answer.headers["x-content-type-options"] == "nosniff"
        entries = Xml.fromstring(answer.content).findall("atom:entry", ATOM)
        titles += [entry.findtext("atom:title", "", ATOM) for entry in entries]
        links = [link.get("href", "") for entry in entries for link in entry.findall("atom:link", ATOM)]
        assert all(link.startswith(f"{bare}/articles/") for link in links), links
        probe.go(address)
        probe.page.wait_for_timeout(200)
        probe.check()
    shown = {words(title) for title in titles}
    assert {words(_NO_XML.sub("", title_of(payload))) for payload in PAYLOADS} - {""} <= shown


@pytest.mark.parametrize("address", ["/sitemap.xml", "/v1/search?q=password&limit=100", "/v1/articles/en/woven/0"])
def test_what_programs_read_is_no_page(probe: Probe, bare: str, address: str) -> None:
    probe.allow("favicon.ico")
    probe.go(bare + address)
    probe.page.wait_for_timeout(200)
    probe.check()


def test_pictures_opened_by_themselves(probe: Probe, guarded: str, tally: Counter[str]) -> None:
    tally["pictures that are opened by themselves"] += len(PICTURES)
    # What they try is stopped by the policy that they are served with, and each time said.
    probe.allow("Content Security Policy|policy had to stop|sandboxed|evil.example|x:x")
    names = re.findall(r'src="(/assets/[^"]+)"', httpx.get(f"{guarded}/v1/articles/en/woven/pictures").json()["html"])
    assert len(names) == len(PICTURES) - 2  # those that are no pictures
    for name in names:
        answer = httpx.get(guarded + name)
        assert answer.headers["content-security-policy"].endswith("; sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].startswith("image/")
        probe.go(guarded + name)
        probe.page.mouse.move(40, 40)
        probe.page.mouse.click(45, 45)
        probe.page.wait_for_timeout(50)
        probe.check()
    assert probe.foreign == probe.foreign & probe.stopped != set()
