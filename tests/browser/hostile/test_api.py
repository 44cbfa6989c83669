"""What programs get for hostile texts: JSON that is called JSON, and HTML that a page may take over as it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from kb_search.events.state import State
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from tests import fakes
from tests.browser.hostile.conftest import settings
from tests.browser.hostile.corpus import TOGETHER
from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.probe import Probe
from tests.browser.hostile.test_pages import encoded

TAGS = set(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead tr u ul var wbr".split()
)
ATTRIBUTES = set(
    "alt aria-label class colspan dir height href id lang loading open rel reversed role rowspan scope span src start "
    "tabindex title type value width".split()
)
CLASSES = re.compile(
    "admonition( (note|tip|warning|important|caution))?|admonition-(label|title)|footnote(-label)?|table-scroll"
    "|align-(center|right)|language-[a-z]+"
)


@pytest.fixture(scope="module")
def client(hostile_index: Path, hostile_state: State) -> Iterator[TestClient]:
    searchers = SearcherHolder(hostile_index, settings(), fakes.FakeEmbedder())
    with TestClient(create_app(searchers, hostile_state), raise_server_exceptions=False) as opened:
        yield opened


def asked(client: TestClient, method: str, address: str, **options: Any) -> Any:
    """Ask, and see that the answer is JSON, called so, and no failure."""
    answer = client.request(method, address, **options)
    assert answer.status_code < 500, (address, answer.text)
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.json()


@pytest.mark.parametrize("group", sorted({payload.group for payload in PAYLOADS}))
def test_answers_are_json_and_their_passages_marked_text(client: TestClient, group: str, tally: Counter[str]) -> None:
    tally["parameters, bodies and ids of the API"] += 17 * len([one for one in PAYLOADS if one.group == group])
    for payload in [payload for payload in PAYLOADS if payload.group == group]:
        text = encoded(payload.text)
        parameters = f"filter.tags={text}&filter.updated={text}&locale={text}&{text}={text}"
        asked(client, "GET", f"/v1/search?q={text}&{parameters}")
        asked(client, "GET", f"/v1/changes?area={text}&since={text}")
        asked(client, "GET", f"/v1/articles/{text}/similar?locale={text}")
        event = {"type": "click", "article_id": payload.text, "comment": payload.text, "ticket": payload.text}
        asked(client, "POST", "/v1/events", **body(event))
        query = {"query": payload.text, "filters": {"tags": [payload.text, "x"]}}
        found = [
            asked(client, "GET", f"/v1/search?q={text}&limit=5"),
            asked(client, "POST", "/v1/search", **body(query)),
        ]
        for hit in [hit for answer in found for hit in answer.get("hits", ())]:
            for passage in (hit["passage"], *hit["passages"]):
                assert plain(passage["html"]) == passage["text"]
        for suggestion in asked(client, "GET", f"/v1/suggest?q={text}&limit=10")["suggestions"]:
            assert plain(suggestion["html"]) == suggestion["text"]


def body(value: Any) -> dict[str, Any]:
    """JSON with escapes, which can hold half of a surrogate pair."""
    return {"content": json.dumps(value), "headers": {"Content-Type": "application/json"}}


def plain(html: str) -> str:
    """Give the text of HTML that has no tag but <mark>, and nothing that is no text."""
    for part in html.replace("</mark>", "<mark>").split("<mark>"):
        assert not set("<>\"'") & set(part), html
    return unescape(html.replace("<mark>", "").replace("</mark>", ""))


class _Strict(HTMLParser):
    """Fails on what an article may not hold."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            if name == "href":
                assert urlsplit((value or "").partition("[")[0]).scheme in ("", "http", "https", "mailto", "tel"), value
            if name == "src":
                assert (value or "").startswith("/assets/")
            if name == "class":
                assert CLASSES.fullmatch(value or ""), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def articles(client: TestClient) -> dict[str, str]:
    ids = [f"en/raw/{payload.number}" for payload in PAYLOADS]
    ids += [f"en/woven/{first}" for first in range(0, len(PAYLOADS), TOGETHER)]
    return {one: asked(client, "GET", f"/v1/articles/{one}")["html"] for one in ids}


def test_the_html_of_articles_holds_what_is_harmless(client: TestClient) -> None:
    for html in articles(client).values():
        reader = _Strict()
        reader.feed(html)
        reader.close()


def test_a_page_of_another_site_may_take_it_over(probe: Probe, bare: str, client: TestClient) -> None:
    """As innerHTML, written out and read again twice: what a browser makes of it is as harmless each time."""
    probe.enter(bare)
    for address, html in articles(client).items():
        assert probe.page.evaluate("(html) => hostile.adopt(html)", html) == [], address
    probe.check()


def test_what_no_text_can_hold_is_left_out_and_said(tmp_path: Path) -> None:
    odd = [one for one in PAYLOADS if "\0" in one.text or any("\ud800" <= letter <= "\udfff" for letter in one.text)]
    files = {f"en/{one.number}.md": "Text." for one in odd}
    source = fakes.write(tmp_path / "source", files)
    for one in odd:
        (source / f"en/{one.number}.md").write_bytes(one.text.encode("utf-8", "surrogatepass"))
    report = fakes.index_files(tmp_path, {"en/good.md": fakes.article("Good", "A password.")})
    left_out = {finding.code for finding in report.findings if finding.severity == "error"}
    assert left_out <= {"null-character", "not-utf8"}
    assert len([finding for finding in report.findings if finding.severity == "error"]) == len(odd)
