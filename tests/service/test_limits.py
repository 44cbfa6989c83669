"""One reader cannot take what is for all: requests a minute, and room for what is typed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from kb_search.events.state import State
from kb_search.events.waiting import Waiting
from kb_search.service.app import create_app
from kb_search.service.clients import RateLimit, client_of
from tests import fakes
from tests.service.conftest import holder
from tests.service.test_access import bearer
from tests.service.test_errors import check
from tests.service.test_feedback import rows

ADDRESS = "203.0.113.9"


def test_so_many_at_once_and_then_as_many_as_the_rate_allows() -> None:
    moment = [0.0]
    limit = RateLimit(3, clock=lambda: moment[0])

    def refused(client: str = "ada") -> str | None:
        try:
            limit.take(client)
        except HTTPException as error:
            assert error.headers
            return str(error.headers["Retry-After"])
        return None

    assert [refused() for _ in range(5)] == [None, None, None, "20", "20"]
    assert refused("bob") is None
    moment[0] = 19.5
    assert refused() == "1"
    moment[0] = 20.0
    assert [refused(), refused()] == [None, "20"]
    moment[0] = 500.0
    assert [refused() for _ in range(4)] == [None, None, None, "20"]
    assert list(limit._until) == ["ada"]  # bob is forgotten


def test_how_many_are_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb_search.service.clients._MOST", 3)
    limit = RateLimit(1, clock=lambda: 0.0)
    for number in range(50):
        limit.take(str(number))
    assert len(limit._until) <= 4


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_household_is_one_client(host: str, client: str) -> None:
    assert client_of(host) == client


@pytest.fixture
def limited(index: Path, state: State) -> Iterator[TestClient]:
    """A service that answers two requests a minute."""
    searchers = holder(index, fakes.settings(service__requests_per_minute=2, service__allowed_origins=["*"]))
    with TestClient(create_app(searchers, state), client=(ADDRESS, 5000)) as client:
        yield client


def test_who_asks_too_often_is_told_when_to_come_back(limited: TestClient) -> None:
    for address in ("/v1/search?q=password", "/v1/changes"):
        assert limited.get(address).status_code == 200
    for number in range(3):  # a header cannot make somebody else of them
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Origin": "https://www.example.com"}
        answer = limited.get("/v1/suggest?q=p", headers=headers)
        assert check(answer, 429, "2 requests a minute")["type"].endswith("too-many-requests")
        assert 0 < int(answer.headers["retry-after"]) <= 30
        assert answer.headers["access-control-allow-origin"] == headers["Origin"]
    assert limited.post("/v1/events", json={"type": "click", "article_id": "en/a"}).status_code == 429
    assert [limited.get(address).status_code for address in ("/", "/ready", "/health")] == [200, 200, 200]


def test_guessing_keys_counts_too(limited: TestClient) -> None:
    guesses = [limited.get("/v1/changes", headers={"Authorization": f"Bearer kbs_{n}"}).status_code for n in range(4)]
    assert guesses == [401, 401, 429, 429]


def test_a_program_has_a_rate_of_its_own_and_a_key_in_pages_that_of_each_reader(
    limited: TestClient, state: State
) -> None:
    program = bearer(state)
    in_pages = {**bearer(state, origins=("https://www.example.com",)), "Origin": "https://www.example.com"}

    def asked(headers: dict[str, str]) -> int:
        return limited.get("/v1/changes", headers=headers).status_code

    assert [asked(program) for _ in range(3)] == [200, 200, 429]
    assert [asked(in_pages), asked({}), asked(in_pages), asked({})] == [200, 200, 429, 429]


def test_without_the_setting_there_is_no_limit(client: TestClient) -> None:
    assert {client.get("/v1/changes?limit=0").status_code for _ in range(100)} == {200}


def test_a_flood_of_typing_leaves_what_others_typed(
    index: Path, state: State, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state.recorder._waiting = Waiting(3, 600)
    flood = bearer(state, view="public")
    app = create_app(holder(index), state)
    with caplog.at_level(logging.DEBUG), TestClient(app, client=(ADDRESS, 5000)) as client:
        typed = {"q": "password", "typing": "true"}
        mine = client.get("/v1/search", params=typed).json()["query_id"]
        for _ in range(10):
            client.get("/v1/search", params=typed, headers=flood)
        client.post("/v1/events", json={"type": "impression", "query_id": mine})
        assert [(row["query_id"], row["typing"]) for row in rows(state, tmp_path, "searches")] == [(mine, 1)]
    for file in (tmp_path / "index.state").iterdir():
        assert ADDRESS.encode() not in file.read_bytes()
    assert not [record for record in caplog.records if ADDRESS in record.getMessage()]
