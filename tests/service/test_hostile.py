"""Titles, texts, queries and addresses that were written to break out of a page stay text."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes
from tests.outline import Outline
from tests.service.conftest import holder

EVIL = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>'",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}{{ frame }}",
    "javascript:alert(1)",
    "' autofocus onfocus=alert(1) x='",
    "<!--><script>alert(1)</script>",
    "%0d%0aSet-Cookie:a=b\r\nX: y",
    "\u202e\u0000\ufeff<b>",
)
TAGS = set(
    "a article aside body button circle details div footer form h1 h2 h3 head header html input kb-search label li "
    "link main mark meta nav ol p path script section span summary svg textarea time title ul".split()
)


def yaml(text: str) -> str:
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    files = {
        f"en/{number}.md": fakes.article(
            yaml(text),
            f"A password.\n\n## {text.splitlines()[0]}\n\nMore.\n\n## B\n\n## C\n",
            category=yaml(text),
            tags=f"[{yaml(text)}, login]",
            summary=yaml(text),
            owner=yaml(text),
            canonical=yaml(text),
        )
        for number, text in enumerate(EVIL)
        if "\u0000" not in text
    }
    options = {"site__name": EVIL[0], "site__contact_url": 'https://help.example/?q={query}&x="><script>'}
    index = fakes.build(tmp_path_factory.mktemp("hostile"), files)
    with TestClient(create_app(holder(index, fakes.settings(**options)))) as opened:
        yield opened


def check(text: str) -> Outline:
    page = Outline(text)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert page.all("script") == [{"async": None, "src": "/widget.js"}]
    for tag, given in page.tags:
        assert not any(name.startswith("on") for name in given), (tag, given)
        for name in ("href", "src", "action"):
            assert not (given.get(name) or "").strip().lower().startswith(("javascript:", "data:")), (tag, given)
    assert "49" not in page.said("h1")
    return page


@pytest.mark.parametrize("query", EVIL)
def test_a_query_stays_text(pages: TestClient, query: str) -> None:
    for address in (f"/?q={quote(query)}", f"/?q=password&filter.tags={quote(query)}&filter.{quote(query)}=x"):
        check(pages.get(address).text)
    if query.isprintable():
        page = check(pages.get(f"/?q={quote(query)}").text)
        assert page.all("input", name="q")[0]["value"] == query.strip()
        assert query.strip() in page.said("title")


@pytest.mark.parametrize("text", EVIL)
def test_an_address_stays_text(pages: TestClient, text: str) -> None:
    for address in (f"/{quote(text)}", f"/articles/{quote(text)}", f"/categories/{quote(text)}?locale={quote(text)}"):
        answer = pages.get(address, follow_redirects=False)
        assert answer.status_code in (200, 404)
        # An address with a line end in it is none that a page could have: that gets a problem.
        if "\n" not in text or answer.headers["content-type"] != "application/problem+json":
            check(answer.text)
    check(pages.get(f"/articles/en/0?from={quote(text)}&voted={quote(text)}&locale={quote(text)}").text)


def test_articles_stay_text(pages: TestClient) -> None:
    check(pages.get("/").text)
    found = check(pages.get("/?q=password&locale=en").text)
    assert "<script>alert(1)</script>" in found.text
    for number in range(len(EVIL) - 1):
        page = check(pages.get(f"/articles/en/{number}").text)
        assert page.said("h1") == " ".join(EVIL[number].split())
    assert pages.get("/sitemap.xml").status_code == 200


def test_half_a_surrogate_pair_is_no_fault(pages: TestClient) -> None:
    assert pages.get("/?q=%ED%A0%80password").status_code == 200
    assert pages.get("/%ED%A0%80").status_code == 404
