"""What readers tell, from the request to the database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb_search.events.state import State, open_state
from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, holder
from tests.service.test_errors import check


@pytest.fixture
def told(index: Path, state: State) -> Iterator[TestClient]:
    with TestClient(create_app(holder(index), state), raise_server_exceptions=False) as client:
        yield client


def rows(state: State, tmp_path: Path, table: str) -> list[dict[str, Any]]:
    assert state.flush()
    with sqlite3.connect(tmp_path / "index.state" / "state.sqlite") as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute(f"SELECT * FROM kbsearch_{table}")]
    database.close()
    return found


def test_a_search_and_what_came_of_it(told: TestClient, state: State, tmp_path: Path) -> None:
    parameters = {"q": "password of ada@example.org", "locale": "en", "surface": "widget", "filter.tags": "login"}
    answer = told.get("/v1/search", params=parameters).json()
    query_id = answer["query_id"]
    click = {"type": "click", "query_id": query_id, "article_id": ARTICLE, "position": 1, "surface": "widget"}
    assert told.post("/v1/events", json=click).json() == {"status": "accepted", "id": None}
    (search,) = rows(state, tmp_path, "searches")
    assert search["query_id"] == query_id
    assert search["query"] == "password of [email]"
    assert (search["locale"], search["view"], search["surface"]) == ("en", "public", "widget")
    assert (search["outcome"], search["total"]) == (answer["outcome"], answer["total"])
    (event,) = rows(state, tmp_path, "events")
    assert (event["type"], event["query_id"], event["article_id"], event["position"]) == ("click", query_id, ARTICLE, 1)


def test_what_is_typed_halfway_is_recorded_only_if_it_was_of_use(
    told: TestClient, state: State, tmp_path: Path
) -> None:
    for text in ("p", "pass", "password"):
        last = told.get("/v1/search", params={"q": text, "typing": "true"}).json()["query_id"]
    assert rows(state, tmp_path, "searches") == []
    told.post("/v1/events", json={"type": "impression", "query_id": last})
    assert [row["query"] for row in rows(state, tmp_path, "searches")] == ["password"]


def test_blank_queries_and_suggestions_are_no_searches(told: TestClient, state: State, tmp_path: Path) -> None:
    told.get("/v1/search?q=%20")
    told.get("/v1/suggest?q=password")
    assert rows(state, tmp_path, "searches") == []


def test_a_flag_with_the_text_that_would_be_right(told: TestClient, state: State, tmp_path: Path) -> None:
    secret = state.keys.create("plugin", ("events",), "agents").secret
    flag = {"article_id": "en/agents/password-override", "reason": "outdated", "comment": "Renamed", "proposal": "New"}
    answer = told.post("/v1/flags", json=flag, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 202
    (row,) = rows(state, tmp_path, "flags")
    assert row["id"] == answer.json()["id"]
    assert (row["article_id"], row["reason"], row["comment"], row["proposal"]) == tuple(flag.values())


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"type": "click"}, "article_id"),
        ({"type": "impression"}, "query_id"),
        ({"type": "helpful", "article_id": ARTICLE}, "helpful"),
        ({"type": "comment", "article_id": ARTICLE}, "comment"),
        ({"type": "comment", "article_id": ARTICLE, "comment": "a" * 2_001}, "2000"),
        ({"type": "comment", "comment": "a"}, "article_id"),
        ({"type": "magic", "article_id": ARTICLE}, "impression"),
        ({"type": "click", "article_id": ARTICLE, "position": 0}, "position"),
        ({"type": "click", "article_id": ARTICLE, "query_id": "1 OR 1=1"}, "query_id"),
        ({"type": "click", "article_id": ARTICLE, "view": "agents"}, "view"),
        ({"type": "helpful", "article_id": ARTICLE, "helpful": "yes"}, "helpful"),
        ({"type": "link", "article_id": ARTICLE, "ticket": ""}, "ticket"),
    ],
)
def test_events_that_cannot_be_used(told: TestClient, body: dict[str, Any], word: str) -> None:
    check(told.post("/v1/events", json=body), 400, word)


def test_an_article_that_the_reader_does_not_see(told: TestClient) -> None:
    for article in ("en/agents/password-override", "nowhere"):
        vote = {"type": "helpful", "article_id": article, "helpful": False}
        assert check(told.post("/v1/events", json=vote), 404, article)["type"].endswith("article-not-found")


def test_a_search_does_not_wait_for_the_database(told: TestClient, state: State, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "index.state" / "state.sqlite", isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert told.get("/v1/search?q=password").status_code == 200
        assert told.post("/v1/events", json={"type": "click", "article_id": ARTICLE}).status_code == 202
        database.execute("ROLLBACK")
    database.close()
    assert [row["query"] for row in rows(state, tmp_path, "searches")] == ["password"]


def test_a_flag_is_refused_where_nothing_is_recorded(index: Path, tmp_path: Path) -> None:
    with open_state(fakes.settings(state__record=False), tmp_path / "index") as state:
        secret = state.keys.create("plugin", ("events",), "public").secret
        with TestClient(create_app(holder(index), state)) as client:
            body = {"article_id": ARTICLE, "reason": "wrong"}
            answer = client.post("/v1/flags", json=body, headers={"Authorization": f"Bearer {secret}"})
            check(answer, 403, "state.record")


def test_a_page_that_is_loaded_again_is_one_click(told: TestClient, state: State, tmp_path: Path) -> None:
    query_id = told.get("/v1/search?q=password").json()["query_id"]
    for _ in range(3):
        told.post("/v1/events", json={"type": "click", "query_id": query_id, "article_id": ARTICLE})
    assert len(rows(state, tmp_path, "events")) == 1
