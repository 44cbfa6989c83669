"""Keys over HTTP: what each reader sees and may do, and that nobody can ask for more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb_search.errors import StateError
from kb_search.events.state import State
from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, holder
from tests.service.test_errors import check

HIDDEN = "en/agents/password-override"


@pytest.fixture
def keyed(index: Path, state: State) -> Iterator[TestClient]:
    with TestClient(create_app(holder(index), state), raise_server_exceptions=False) as client:
        yield client


def bearer(state: State, *scopes: str, view: str = "agents", **options: Any) -> dict[str, str]:
    made = state.keys.create("plugin", scopes or ("search",), view, **options)
    return {"Authorization": f"Bearer {made.secret}"}


def ids(client: TestClient, headers: dict[str, str] | None = None) -> set[str]:
    answer = client.get("/v1/search", params={"q": "password", "fold_translations": "false"}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {hit["id"] for hit in answer.json()["hits"]}


def test_the_view_comes_from_the_key(keyed: TestClient, state: State) -> None:
    assert HIDDEN not in ids(keyed)
    headers = bearer(state)
    assert HIDDEN in ids(keyed, headers)
    assert "en/internal/password-vault" not in ids(keyed, headers)
    assert keyed.get(f"/v1/articles/{HIDDEN}").status_code == 404
    assert keyed.get(f"/v1/articles/{HIDDEN}", headers=headers).status_code == 200
    assert keyed.get("/ready", headers=headers).json()["articles"] > keyed.get("/ready").json()["articles"]


def test_every_endpoint_takes_the_view_from_the_key(keyed: TestClient, state: State) -> None:
    headers = bearer(state)
    for address in ("/v1/suggest?q=override", "/v1/changes", f"/v1/articles/{ARTICLE}/similar?limit=50"):
        assert "password-override" not in keyed.get(address).text
        assert "password-override" in keyed.get(address, headers=headers).text


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer ", "Bearer kbs_00000000_x", "bearer kbs"])
def test_a_key_that_is_not_known(keyed: TestClient, value: str) -> None:
    answer = keyed.get("/v1/search?q=password", headers={"Authorization": value})
    check(answer, 401, "not known")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_that_has_ended(keyed: TestClient, state: State) -> None:
    made = state.keys.create("once", ("search",), "agents")
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert HIDDEN in ids(keyed, headers)
    state.keys.revoke(made.key.id)
    check(keyed.get("/v1/search?q=password", headers=headers), 401)


def test_another_scheme_belongs_to_a_proxy(keyed: TestClient) -> None:
    answer = keyed.get("/v1/search?q=password", headers={"Authorization": "Basic dXNlcjpwYXNz"})
    assert answer.status_code == 200


def test_without_keys_a_key_is_refused(client: TestClient) -> None:
    check(client.get("/v1/search?q=password", headers={"Authorization": "Bearer kbs_a_b"}), 401)


def test_scopes(keyed: TestClient, state: State) -> None:
    events, search, admin = bearer(state, "events"), bearer(state, "search"), bearer(state, "admin")
    vote = {"type": "helpful", "article_id": ARTICLE, "helpful": True}
    flag = {"article_id": ARTICLE, "reason": "outdated"}
    check(keyed.get("/v1/search?q=a", headers=events), 403, "plugin", "search")
    check(keyed.post("/v1/events", json=vote, headers=search), 403, "events")
    assert keyed.post("/v1/events", json=vote).status_code == 202
    assert keyed.post("/v1/events", json=vote, headers=events).status_code == 202
    check(keyed.post("/v1/flags", json=flag), 401, "events")
    assert keyed.post("/v1/flags", json=flag, headers=events).status_code == 202
    check(keyed.post("/v1/admin/reload"), 401, "admin")
    check(keyed.post("/v1/admin/reload", headers=events), 403, "admin")
    assert keyed.post("/v1/admin/reload", headers=admin).json() == {"generation": "000001", "reloaded": False}


def test_a_key_for_the_pages_of_some_sites(keyed: TestClient, state: State) -> None:
    headers = bearer(state, origins=("https://shop.example",))
    ours, theirs = {"Origin": "https://shop.example"}, {"Origin": "https://evil.example"}
    assert HIDDEN in ids(keyed, {**headers, **ours})
    check(keyed.get("/v1/search?q=a", headers={**headers, **theirs}), 403, "https://evil.example")
    check(keyed.get("/v1/search?q=a", headers=headers), 403, "without Origin")


def test_pages_of_other_sites(index: Path, state: State) -> None:
    """A browser asks first whether a page may call; only those that are allowed are told so."""
    settings = fakes.settings(service__allowed_origins=("https://www.example",))
    bearer(state, origins=("https://shop.example",))
    with TestClient(create_app(holder(index, settings), state)) as client:
        for origin, allowed in (("https://www.example", True), ("https://shop.example", True), ("https://e", False)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            asked["Access-Control-Request-Headers"] = "authorization,content-type"
            assert (client.options("/v1/events", headers=asked).status_code == 200) == allowed
            answer = client.get("/v1/search?q=password", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
            assert "access-control-allow-origin" not in client.get("/ready", headers={"Origin": origin}).headers
        assert "Origin" in client.get("/v1/search?q=a", headers={"Origin": "https://www.example"}).headers["vary"]


def test_nobody_is_allowed_unless_named(client: TestClient) -> None:
    answer = client.get("/v1/search?q=password", headers={"Origin": "https://www.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_keys_that_cannot_be_checked(keyed: TestClient, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes without a key is served all the same."""
    headers = bearer(state)

    def fail(text: str) -> None:
        raise StateError("/secret/state.sqlite is locked")

    monkeypatch.setattr(state.keys, "authenticate", fail)
    answer = keyed.get("/v1/search?q=password", headers=headers)
    assert "secret" not in check(answer, 503)["detail"]
    assert keyed.get("/v1/search?q=password").status_code == 200
