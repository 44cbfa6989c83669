from pathlib import Path

from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests.service.conftest import PUBLIC, holder


def test_health(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "available"}


def test_ready_counts_public_articles_only(client: TestClient) -> None:
    assert client.get("/ready").json() == {
        "status": "ready",
        "generation": "000001",
        "model": "fake",
        "articles": len(PUBLIC),
        "locales": {"en": len(PUBLIC) - 1, "fr": 1},
    }


def test_without_an_index_the_service_lives_and_is_not_ready(tmp_path: Path) -> None:
    with TestClient(create_app(holder(tmp_path / "nothing"))) as client:
        assert client.get("/health").status_code == 200
        for address in ("/ready", "/v1/search?q=a", "/v1/articles/a", "/v1/articles/a/similar"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
            assert answer.headers["content-type"] == "application/problem+json"
            assert str(tmp_path) not in answer.text
