"""The scripts as pages of other sites get them."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from kb_search.web.bundle import client_script, widget_script
from tests import fakes
from tests.service.conftest import holder


@pytest.mark.parametrize(("address", "script"), [("/widget.js", widget_script()), ("/client.js", client_script())])
def test_a_script_may_be_loaded_from_anywhere(client: TestClient, address: str, script: str) -> None:
    answer = client.get(address, headers={"Origin": "https://shop.example"})
    assert answer.text == script
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=600" in answer.headers["cache-control"]


def test_it_is_sent_compressed_within_what_is_promised(client: TestClient) -> None:
    small = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) <= 15_000
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == small.text
    assert all("Accept-Encoding" in answer.headers["vary"] for answer in (small, plain))


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_it_is_not_sent_twice(client: TestClient, encoding: str) -> None:
    first = client.get("/widget.js", headers={"Accept-Encoding": encoding})
    headers = {"Accept-Encoding": encoding, "If-None-Match": first.headers["etag"]}
    again = client.get("/widget.js", headers=headers)
    assert (again.status_code, again.content) == (304, b"")


def test_words_of_the_site(index: Path, tmp_path: Path) -> None:
    (tmp_path / "it.json").write_text(json.dumps({"widget.yes": "Sì"}), "utf-8")
    with TestClient(create_app(holder(index, fakes.settings(site__strings=str(tmp_path))))) as client:
        answer = client.get("/widget/strings/it-CH.json")
        assert answer.json() == {"widget.yes": "Sì"}
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("locale", ["de", "nonsense", "..%2f..%2fen"])
def test_a_language_without_words_has_none(client: TestClient, locale: str) -> None:
    answer = client.get(f"/widget/strings/{locale}.json")
    assert answer.status_code in (200, 404)
    assert "widget.yes" not in answer.text
