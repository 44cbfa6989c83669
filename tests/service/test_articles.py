from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes
from tests.service.conftest import ARTICLE, HIDDEN, PUBLIC, holder

HIDDEN_IDS = [name.removesuffix(".md") for name in HIDDEN]


def test_an_article(client: TestClient) -> None:
    body = client.get(f"/v1/articles/{ARTICLE}").json()
    translation = {
        "id": "fr/comptes/mot-de-passe",
        "title": "Réinitialiser le mot de passe",
        "locale": "fr",
        "url": "/articles/fr/comptes/mot-de-passe",
    }
    sections = [
        {"heading": "", "anchor": "", "text": "Ask for a new password on the sign-in page."},
        {
            "heading": "The link has expired",
            "anchor": "the-link-has-expired",
            "text": "Ask again for the password link.",
        },
    ]
    assert body == {
        "id": ARTICLE,
        "title": "Reset your password",
        "url": "/articles/en/accounts/password",
        "locale": "en",
        "status": "published",
        "confidence": "validated",
        "owner": "Ada",
        "area": "accounts",
        "category": "Accounts, sign-in",
        "tags": ["login", "account"],
        "summary": "Get back into your account.",
        "created": "2025-02-11",
        "updated": "2026-05-01",
        "review_by": "2027-05-01",
        "translations": [translation],
        "sections": sections,
        "contents": [{"level": 2, "text": "The link has expired", "anchor": "the-link-has-expired"}],
        "html": (
            "<p>Ask for a new password on the sign-in page.</p>\n"
            '<h2 id="the-link-has-expired">The link has expired</h2>\n'
            "<p>Ask again for the password link.</p>\n"
        ),
    }


def test_the_address_of_every_hit_leads_to_its_article(client: TestClient) -> None:
    hits = client.get("/v1/search", params={"fold_translations": "false"}).json()["hits"]
    assert {hit["id"] for hit in hits} == {name.removesuffix(".md") for name in PUBLIC}
    for hit in hits:
        assert client.get("/v1" + hit["url"]).json()["title"] == hit["title"]
        assert client.get(hit["url"]).status_code == 200


@pytest.mark.parametrize("hidden", HIDDEN_IDS)
@pytest.mark.parametrize("address", ["/v1/articles/{}", "/v1/articles/{}/similar", "/articles/{}"])
def test_a_hidden_article_is_as_a_missing_one(client: TestClient, hidden: str, address: str) -> None:
    missing = hidden[:-1] + "~"
    answers = [client.get(address.format(article_id)) for article_id in (hidden, missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(hidden, missing) == answers[1].text
    headers = [{name: value for name, value in answer.headers.items() if name != "date"} for answer in answers]
    assert headers[0] == headers[1]


@pytest.mark.parametrize(
    "article_id", ["", "/", "en//accounts/password", "en/accounts", "similar", "%00", "..%2f..%2fetc"]
)
def test_odd_ids_are_not_found(client: TestClient, article_id: str) -> None:
    answer = client.get(f"/v1/articles/{article_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_similar_articles(client: TestClient) -> None:
    body = client.get("/v1/articles/en/billing/invoice/similar", params={"limit": 3}).json()
    assert body["id"] == "en/billing/invoice"
    assert body["generation"] == "000001"
    found = [hit["id"] for hit in body["hits"]]
    assert len(found) == len(set(found)) == 3
    assert "en/billing/invoice" not in found
    scores = [hit["score"] for hit in body["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert all(hit["passage"]["text"] for hit in body["hits"])


def test_similar_leaves_out_translations_and_hidden_articles(client: TestClient) -> None:
    found = [hit["id"] for hit in client.get(f"/v1/articles/{ARTICLE}/similar?limit=50").json()["hits"]]
    own = {ARTICLE, "fr/comptes/mot-de-passe"}
    assert set(found) == {name.removesuffix(".md") for name in PUBLIC} - own


def test_similar_shows_the_language_of_the_reader(client: TestClient) -> None:
    address = "/v1/articles/en/orders/refund/similar"
    own = client.get(address, params={"limit": 50}).json()
    french = client.get(address, params={"limit": 50, "locale": "fr-CA"}).json()
    assert own["locale"] == "en"
    assert ARTICLE in [hit["id"] for hit in own["hits"]]
    french_exact = client.get(address, params={"limit": 50, "locale": "fr"}).json()
    assert "fr/comptes/mot-de-passe" in [hit["id"] for hit in french_exact["hits"]]
    assert french["locale"] == "fr-CA"


def test_similar_is_as_if_hidden_articles_did_not_exist(client: TestClient, tmp_path: Path) -> None:
    with TestClient(create_app(holder(fakes.build(tmp_path, PUBLIC)))) as other:
        for name in PUBLIC:
            address = f"/v1/articles/{name.removesuffix('.md')}/similar?limit=50"
            answers = [either.get(address).json()["hits"] for either in (client, other)]
            assert answers[0] == answers[1]


def test_an_unchanged_article_is_not_sent_again(client: TestClient) -> None:
    for address in (f"/v1/articles/{ARTICLE}", f"/articles/{ARTICLE}"):
        first = client.get(address)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        again = client.get(address, headers={"If-None-Match": f'"other", {tag}'})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_is_answered_as_get(client: TestClient) -> None:
    answer = client.head(f"/articles/{ARTICLE}")
    assert answer.status_code == 200
    assert answer.headers["etag"] == client.get(f"/articles/{ARTICLE}").headers["etag"]
