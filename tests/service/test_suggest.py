from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.events.records import SearchRecord
from kb_search.events.state import open_state
from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, holder
from tests.service.test_errors import check


def test_articles_while_somebody_types(client: TestClient) -> None:
    answer = client.get("/v1/suggest?q=pasw&locale=en")
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert "Authorization" in answer.headers["vary"]
    (first, *_) = answer.json()["suggestions"]
    assert (first["kind"], first["id"], first["locale"]) == ("article", ARTICLE, "en")
    assert len(answer.content) < 2_000


def test_hidden_articles_are_not_suggested(client: TestClient) -> None:
    for text in ("override", "vault", "password o"):
        assert all(
            "override" not in s["text"].lower() for s in client.get(f"/v1/suggest?q={text}").json()["suggestions"]
        )


@pytest.mark.parametrize("address", ["/v1/suggest?q=a&limit=11", "/v1/suggest?query=a", "/v1/suggest?locale=?"])
def test_wrong_parameters(client: TestClient, address: str) -> None:
    check(client.get(address), 400)


def test_popular_queries_of_the_same_view(index: Path, tmp_path: Path) -> None:
    state = open_state(fakes.settings(state__popular_floor=1), tmp_path / "index")
    try:
        for number in range(4):
            view = "public" if number < 2 else "agents"
            query = "password reset" if view == "public" else "password override codes"
            state.recorder.search(
                SearchRecord(
                    query_id=f"{number:032x}",
                    query=query,
                    corrected=None,
                    locale="en",
                    view=view,
                    surface="api",
                    outcome="ok",
                    total=1,
                    hits=(ARTICLE,),
                    took_ms=1.0,
                    key_id=None,
                    filters={},
                )
            )
        assert state.flush()
        state.popular.refresh()
        with TestClient(create_app(holder(index), state)) as client:
            found = client.get("/v1/suggest?q=passw&locale=en").json()["suggestions"]
            assert [s["text"] for s in found if s["kind"] == "query"] == ["password reset"]
    finally:
        state.close()
