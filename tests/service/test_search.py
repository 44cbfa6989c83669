from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, PUBLIC, holder


def search(client: TestClient, query: str = "", **parameters: Any) -> dict[str, Any]:
    answer = client.get("/v1/search", params={"q": query, **parameters})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(result: dict[str, Any]) -> list[str]:
    return [hit["id"] for hit in result["hits"]]


def test_an_answer_is_the_search_result(client: TestClient, index: Path) -> None:
    answer = client.get("/v1/search", params={"q": "forgotten password", "locale": "en"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    with fakes.searcher_for(index) as searcher:
        expected = searcher.search("forgotten password", locale="en")
    assert body["hits"][0]["id"] == ARTICLE == expected.hits[0].id
    assert [hit["score"] for hit in body["hits"]] == [hit.score for hit in expected.hits]
    assert body["query"] == "forgotten password"
    assert body["locale"] == "en"
    assert body["generation"] == "000001"
    assert body["outcome"] == expected.outcome
    assert body["total"] == expected.total
    assert body["facets"] == expected.facets
    assert body["degraded"] is None


def test_a_hit_without_explanation_has_null(client: TestClient) -> None:
    assert search(client, "password")["hits"][0]["explanation"] is None
    explanation = search(client, "password", explain="true")["hits"][0]["explanation"]
    assert set(explanation["ledger"]) == {"prior", "named", "semantic", "keyword", "called"}


def test_get_and_post_answer_the_same(client: TestClient) -> None:
    by_address = search(client, "password", locale="fr", limit=2, **{"filter.tags": "login,billing"})
    body = {"query": "password", "locale": "fr", "limit": 2, "filters": {"tags": ["login", "billing"]}}
    by_body = client.post("/v1/search", json=body).json()
    for volatile in ("query_id", "took_ms", "stages"):
        assert by_address.pop(volatile) != by_body.pop(volatile)
    assert by_address == by_body
    assert by_address["hits"][0]["id"] == "fr/comptes/mot-de-passe"
    assert by_address["hits"][0]["translations"][0]["id"] == ARTICLE


def test_post_takes_every_option(client: TestClient) -> None:
    body = {"query": "password", "offset": 0, "mode": "keyword", "explain": True, "fold_translations": False}
    result = client.post("/v1/search", json=body).json()
    assert ARTICLE in ids(result)
    assert set(result["hits"][0]["explanation"]["ledger"]) == {"prior", "keyword", "called"}
    assert result["hits"][0]["translations"] == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"filter.tags": "billing"}, {"en/billing/invoice", "en/orders/refund"}),
        ({"filter.tags": ["billing", "login"]}, {ARTICLE, "en/billing/invoice", "en/orders/refund"}),
        ({"filter.tags": " billing , login"}, {ARTICLE, "en/billing/invoice", "en/orders/refund"}),
        ({"filter.tags": "billing", "filter.updated.gte": "2026-01-01"}, {"en/billing/invoice"}),
        ({"filter.updated.gte": "2026-01-01", "filter.updated.lte": "2026-01-31"}, {"en/billing/invoice"}),
        ({"filter.updated": "2026-05-01"}, {ARTICLE}),
        ({"filter.locale": "fr"}, {"fr/comptes/mot-de-passe"}),
        ({"filter.owner": "Ada", "filter.confidence": "validated", "filter.area": "accounts"}, {ARTICLE}),
        ({"filter.status": "draft"}, set()),
    ],
)
def test_filters_in_the_address(client: TestClient, filters: dict[str, Any], expected: set[str]) -> None:
    found = set(ids(search(client, "", **filters)))
    assert found - {"fr/comptes/mot-de-passe"} == expected - {"fr/comptes/mot-de-passe"}
    assert len(found) == len(expected)


def test_facets_are_what_can_be_filtered_by(client: TestClient) -> None:
    facets = search(client, "", fold_translations="false")["facets"]
    assert facets == {
        "locale": {"en": 5, "fr": 1},
        "category": {"Accounts, sign-in": 1},
        "tags": {"billing": 2, "login": 2, "orders": 2, "account": 1},
        "area": {"accounts": 1},
        "status": {"published": 6},
        "confidence": {"validated": 1},
        "owner": {"Ada": 1},
        "updated": {"2026-05": 1, "2026-01": 1},
    }
    assert list(facets["updated"]) == ["2026-05", "2026-01"]
    for field, values in facets.items():
        for value, count in values.items():
            body = {"filters": {field: value}, "fold_translations": False, "limit": 0}
            result = client.post("/v1/search", json=body).json()
            assert (result["total"], result["facets"][field][value]) == (count, count)
    folded = search(client, "", locale="fr")["facets"]
    assert folded["locale"] == {"en": 4, "fr": 1}
    assert folded["tags"] == {"billing": 2, "orders": 2, "login": 1}


def test_a_filter_that_nothing_meets_is_said(client: TestClient) -> None:
    result = search(client, "password", **{"filter.tags": "logn"})
    assert result["notices"] == ["No article of the view 'public' has the tag 'logn'. Did you mean 'login'?"]
    hidden = search(client, "password", **{"filter.tags": "secret"})["notices"]
    assert hidden == [
        "No article of the view 'public' has the tag 'secret'. There are: 'account', 'billing', 'login' and 'orders'."
    ]
    assert search(client, "password", **{"filter.updated": "2026-05", "filter.tags": "login"})["notices"] == []


def test_values_with_commas_go_into_the_body(client: TestClient) -> None:
    body = {"filters": {"category": "Accounts, sign-in", "updated": {"gte": "2026-01-01"}}}
    assert ids(client.post("/v1/search", json=body).json()) == [ARTICLE]


def test_paging(client: TestClient) -> None:
    everything = ids(search(client, "password invoice", limit=50))
    assert len(everything) == len(PUBLIC) - 1  # the translations are one hit
    assert ids(search(client, "password invoice", limit=2, offset=1)) == everything[1:3]
    counted = search(client, "password", limit=0)
    assert counted["hits"] == []
    assert counted["total"] > 0


def test_a_long_query_is_cut_and_says_so(client: TestClient) -> None:
    result = client.post("/v1/search", json={"query": "lost password. " * 200}).json()
    assert ids(result)[0] == ARTICLE
    assert len(result["notices"]) == 1


def test_large_answers_are_compressed(client: TestClient) -> None:
    plain = client.get("/v1/search", params={"q": "password"}, headers={"Accept-Encoding": "identity"})
    packed = client.get("/v1/search", params={"q": "password"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert ids(packed.json()) == ids(plain.json())


def test_answers_are_as_if_hidden_articles_did_not_exist(client: TestClient, tmp_path: Path) -> None:
    without = fakes.build(tmp_path, PUBLIC)
    with TestClient(create_app(holder(without))) as other:
        for query in ("password", "override vault", "invoice", "", "secret"):
            answers = [search(either, query, explain="true") for either in (client, other)]
            for answer in answers:
                del answer["query_id"], answer["took_ms"], answer["stages"]
            assert answers[0] == answers[1]
            assert "secret" not in answers[0]["facets"].get("tags", {})
            assert answers[0]["facets"].get("status", {}).keys() <= {"published"}


def test_a_failing_model_degrades_the_answer(index: Path) -> None:
    searchers = holder(index)
    searchers.open()
    with searchers.lease() as searcher, TestClient(create_app(searchers)) as client:
        assert isinstance(searcher.embedder, fakes.FakeEmbedder)
        searcher.embedder.fail = True
        result = search(client, "password")
    assert result["degraded"] == "semantic"
    assert ARTICLE in ids(result)
