from xml.etree import ElementTree as Xml

import pytest
from fastapi.testclient import TestClient

from kb_search.answers import Change, ChangesAnswer
from kb_search.service.atom import feed
from tests.service.conftest import ARTICLE
from tests.service.test_errors import check

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_what_changed(client: TestClient) -> None:
    body = client.get("/v1/changes").json()
    listed = [(change["kind"], change["day"], change["id"]) for change in body["changes"]]
    assert listed == [("edited", "2026-05-01", ARTICLE), ("edited", "2026-01-15", "en/billing/invoice")]
    assert body["total"] == 2
    assert client.get("/v1/changes?since=2026-02-01").json()["total"] == 1
    assert client.get("/v1/changes?area=accounts&limit=1").json()["changes"][0]["area"] == "accounts"
    assert client.get("/v1/changes?locale=fr").json()["changes"] == []


def test_an_unchanged_list_is_not_sent_twice(client: TestClient) -> None:
    tag = client.get("/v1/changes").headers["etag"]
    assert client.get("/v1/changes", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("address", ["/v1/changes?since=soon", "/v1/changes?limit=201", "/v1/changes?days=3"])
def test_wrong_parameters(client: TestClient, address: str) -> None:
    check(client.get(address), 400)


def test_the_feed(client: TestClient) -> None:
    answer = client.get("/v1/changes.atom?area=accounts")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = Xml.fromstring(answer.content)
    (entry,) = root.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "Reset your password"
    assert entry.findtext("a:updated", namespaces=ATOM) == "2026-05-01T00:00:00Z"
    (link,) = entry.findall("a:link", ATOM)
    assert link.get("href") == f"http://testserver/articles/{ARTICLE}"
    assert root.findtext("a:updated", namespaces=ATOM) == "2026-05-01T00:00:00Z"


def test_a_feed_holds_whatever_a_title_holds() -> None:
    hostile = "</title><script>alert(1)</script>&\x0b\ufffe"
    change = Change("new", "2026-01-02", "a", hostile, "javascript:alert(1)", "en", hostile, None, None, "published")
    root = Xml.fromstring(
        feed(ChangesAnswer(1, "000001", (change,)), hostile, "https://x.example", "https://x.example/f")
    )
    (entry,) = root.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "</title><script>alert(1)</script>&"
