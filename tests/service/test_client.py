"""The Python client against the application itself."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from kb_search.client import Client, ServiceError
from kb_search.events.state import open_state
from kb_search.reading import read_article
from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, holder


@pytest.fixture
def asked(client: TestClient) -> Iterator[Client]:
    with Client("http://testserver", http=client) as opened:
        yield opened


def test_answers_are_the_librarys_own_values(asked: Client, index: Path) -> None:
    with fakes.searcher_for(index) as searcher:
        expected = searcher.search("password", limit=2, filters={"tags": ["login"]}, explain=True)
        assert asked.article(ARTICLE) == read_article(searcher, ARTICLE, "public")
    found = asked.search("password", limit=2, filters={"tags": ["login"]}, explain=True)
    assert found.hits == expected.hits
    assert asked.similar(ARTICLE, limit=1).hits[0].id not in (ARTICLE, "fr/comptes/mot-de-passe")
    assert asked.suggest("pasw").suggestions[0].id == ARTICLE
    assert asked.changes(since="2026-02-01").changes[0].id == ARTICLE
    asked.event("helpful", article_id=ARTICLE, helpful=True, query_id=found.query_id)


def test_ids_are_quoted(asked: Client) -> None:
    assert asked.article("en/app/phone & tablet+é").title == "The app on your phone"


def test_a_key_and_a_flag(index: Path, tmp_path: Path) -> None:
    state = open_state(fakes.settings(), tmp_path / "index")
    try:
        secret = state.keys.create("plugin", ("search", "events"), "agents").secret
        with TestClient(create_app(holder(index), state)) as http:
            client = Client("http://testserver/", key=secret, http=http)
            assert client.article("en/agents/password-override").title == "Override a password"
            assert len(client.flag("en/agents/password-override", "outdated")) == 32
    finally:
        state.close()


def test_refusals_say_what_the_service_said(asked: Client) -> None:
    with pytest.raises(ServiceError, match="'nothing'") as refused:
        asked.article("nothing")
    assert (refused.value.status, refused.value.kind) == (404, "article-not-found")
    with pytest.raises(ServiceError, match="limit") as refused:
        asked.search("a", limit=1_000)
    assert refused.value.status == 400
    with pytest.raises(ServiceError, match="key"):
        asked.flag(ARTICLE, "wrong")


def test_a_service_that_is_not_there() -> None:
    with Client("http://127.0.0.1:9", timeout=5) as client, pytest.raises(ServiceError, match="cannot be reached"):
        client.search("password")


def test_something_else_at_the_address() -> None:
    other = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(502, text="<html>")))
    with pytest.raises(ServiceError, match="502"):
        Client("http://proxy.example", http=other).search("password")
