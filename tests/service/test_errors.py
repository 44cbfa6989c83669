import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb_search import errors
from kb_search.service.app import MAX_BODY, create_app
from kb_search.service.parameters import MAX_VALUES
from kb_search.service.problems import STATUS
from tests import fakes
from tests.service.conftest import ARTICLE, PUBLIC, holder


def check(answer: Any, status: int, *words: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["type"].startswith("urn:kb-search:problem:")
    for word in words:
        assert word in body["detail"], body
    return body


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("/v1/search?q=a&view=agents", "view"),
        ("/v1/search?query=a", "query"),
        ("/v1/search?q=a&tags=billing", "tags"),
        ("/v1/search?q=a&filter.colour=red", "filter.colour"),
        ("/v1/search?q=a&filter.tags.gte=a", "filter.tags.gte"),
        ("/v1/search?q=a&filter.tags=", "empty"),
        ("/v1/search?q=a&filter.updated.gte=yesterday", "yesterday"),
        ("/v1/search?q=a&filter.updated=2026-01-01&filter.updated.gte=2026-01-01", "exclude"),
        ("/v1/search?q=a&limit=ten", "limit"),
        ("/v1/search?q=a&limit=-1", "limit"),
        ("/v1/search?q=a&limit=201", "limit"),
        ("/v1/search?q=a&limit=10&offset=195", "window"),
        ("/v1/search?q=a&mode=magic", "mode"),
        ("/v1/search?q=a&explain=perhaps", "explain"),
        ("/v1/search?q=a&locale=english!", "locale"),
        ("/v1/search?filter.locale=" + ",".join(["fr"] * (MAX_VALUES + 1)), str(MAX_VALUES)),
        (f"/v1/articles/{ARTICLE}?view=agents", "view"),
        (f"/v1/articles/{ARTICLE}/similar?view=agents", "view"),
        (f"/v1/articles/{ARTICLE}/similar?limit=51", "limit"),
    ],
)
def test_wrong_parameters(client: TestClient, address: str, word: str) -> None:
    assert check(client.get(address), 400, word)["title"] == "Bad Request"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"query": "a", "view": "agents"}', "view"),
        (b'{"q": "a"}', "q"),
        (b'{"query": 5}', "query"),
        (b'{"query": "a", "limit": "10"}', "limit"),
        (b'{"query": "a", "filters": {"colour": "red"}}', "colour"),
        (b'{"query": "a", "filters": {"tags": 5}}', "tags"),
        (b'{"query": "a", "filters": {"tags": {"gte": "a"}}}', "range"),
        (b'{"query": "a", "filters": {"updated": {"gt": "2026-01-01"}}}', "gt"),
        (b'{"query": "a", "filters": null}', "filters"),
        (b'{"query": "a", "filters": {"locale": ' + json.dumps(["fr"] * 101).encode() + b"}}", str(MAX_VALUES)),
        (b'{"query": "\\ud800"}', "query"),
        (b'{"filters": {"tags": ["\\ud800"]}}', "surrogate"),
        (b'{"filters": {"\\ud800": "a"}}', "surrogate"),
        (b'{"\\ud800": 1}', "unicode"),
        (b'{"query": ', "JSON"),
        (b"[]", "object"),
        (b"", "object"),
        (b"[" * 60_000, "body"),
    ],
)
def test_wrong_bodies(client: TestClient, body: bytes, word: str) -> None:
    check(client.post("/v1/search", content=body, headers={"Content-Type": "application/json"}), 400, word)


def test_a_body_needs_its_type_and_no_query_string(client: TestClient) -> None:
    check(client.post("/v1/search", content=b'{"query": "a"}'), 400, "Content-Type")
    check(client.post("/v1/search?q=a", json={"query": "a"}), 400, "'q'")


def test_every_refused_field_is_listed(client: TestClient) -> None:
    body = check(client.get("/v1/search?view=a&limit=x"), 400)
    assert {(error["location"], error["name"]) for error in body["errors"]} == {("query", "view"), ("query", "limit")}


def test_bodies_have_a_limit(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    announced = check(client.post("/v1/search", content=b" " * (MAX_BODY + 1), headers=headers), 413, str(MAX_BODY))

    def unannounced() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 1024 + 1):
            yield b" " * 1024

    assert announced == check(client.post("/v1/search", content=unannounced(), headers=headers), 413)
    check(client.post("/v1/search", content=b"{}", headers={**headers, "Content-Length": "many"}), 413)


def test_routing_errors_have_the_same_shape(client: TestClient) -> None:
    check(client.get("/v2/search"), 404)
    check(client.get("/v1/search/"), 404)
    check(client.get("/metrics"), 404)
    answer = client.delete("/v1/search")
    check(answer, 405)
    assert answer.headers["allow"] == "GET, POST, HEAD"
    assert client.post("/v1/suggest").headers["allow"] == "GET, HEAD"
    assert client.get("/v1/events").headers["allow"] == "POST"


def test_an_unexpected_failure_tells_strangers_nothing(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/secret/folder")

    searchers = holder(index)
    with TestClient(create_app(searchers), raise_server_exceptions=False) as client:
        with searchers.lease() as searcher:
            monkeypatch.setattr(searcher, "search", fail)
        body = check(client.get("/v1/search?q=a"), 500)
    assert "secret" not in json.dumps(body)


def test_an_index_without_the_public_view(tmp_path: Path) -> None:
    views = {"agents": {"audiences": ["public", "agent"]}}
    index = fakes.build(tmp_path, PUBLIC, views=views)
    with TestClient(create_app(holder(index))) as client:
        body = check(client.get("/v1/search?q=a"), 403)
        assert "agents" not in json.dumps(body)
        check(client.get("/ready"), 503)


def test_every_error_has_a_status() -> None:
    request_errors = {errors.QueryError: 400, errors.UnknownView: 403, errors.ArticleNotFound: 404}
    assert {kind: STATUS[kind][0] for kind in request_errors} == request_errors
    for kind in (errors.IndexNotFound, errors.IndexCorrupt, errors.IndexIncompatible, errors.IndexLocked):
        assert STATUS[kind][0] == 503
    assert STATUS[errors.KbSearchError][0] == STATUS[errors.ConfigError][0] == 500
