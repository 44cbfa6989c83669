"""What browsers are told beside the pages: what may be loaded, how long it is kept, and of whom it depends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes
from tests.outline import Outline
from tests.service.conftest import holder

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'
FILES = {
    "en/a.md": fakes.article("Password", "Words.\n\n![A picture](../pictures/a.svg)"),
    "en/b.md": fakes.article("Secret", "Words.\n\n![A picture](../pictures/b.svg)", audience="agent"),
    "pictures/a.svg": PICTURE,
    "pictures/b.svg": PICTURE.replace("10", "20"),
}
PAGES = ("/", "/?q=password", "/?q=zzzz", "/articles/en/a", "/categories/?locale=en", "/nowhere")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("headers")
    fakes.write(folder, {"theme.css": ":root { --kb-accent: #a02040 }", "logo.svg": PICTURE})
    options = {"site__stylesheet": str(folder / "theme.css"), "site__logo": str(folder / "logo.svg")}
    index = fakes.build(folder, FILES)
    with TestClient(create_app(holder(index, fakes.settings(**options)))) as opened:
        yield opened


@pytest.mark.parametrize("address", PAGES)
def test_pages_load_nothing_but_files_of_this_service(pages: TestClient, address: str) -> None:
    answer = pages.get(address)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert {part.strip() for part in answer.headers["vary"].split(",")} >= {"Accept-Language", "Authorization"}
    page = Outline(answer.text)
    assert not any(name.startswith("on") or name == "style" for _, given in page.tags for name in given)
    assert [script["src"] for script in page.all("script")] == ["/widget.js"]


@pytest.mark.parametrize("address", ["/", "/articles/en/a", "/categories/?locale=en", "/robots.txt", "/sitemap.xml"])
def test_what_did_not_change_is_not_sent_again(pages: TestClient, address: str) -> None:
    first = pages.get(address)
    assert "no-cache" in first.headers["cache-control"]
    again = pages.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert pages.head(address).status_code == 200


def test_a_page_in_another_language_is_another_page(pages: TestClient) -> None:
    english = pages.get("/", headers={"Accept-Language": "en"})
    french = pages.get("/?locale=fr", headers={"If-None-Match": english.headers["etag"]})
    assert french.status_code == 200


def test_results_are_not_kept(pages: TestClient) -> None:
    assert pages.get("/?q=password").headers["cache-control"] == "no-store"


def test_files_of_the_theme_are_kept_for_ever_since_their_names_change(pages: TestClient) -> None:
    page = Outline(pages.get("/").text)
    addresses = [str(link["href"]) for link in page.all("link", rel="stylesheet")] + [str(page.all("img")[0]["src"])]
    types = [pages.get(address).headers["content-type"].split(";")[0] for address in addresses]
    assert types == ["text/css", "text/css", "image/svg+xml"]
    assert pages.get(addresses[1]).text == ":root { --kb-accent: #a02040 }"
    for address in addresses:
        assert pages.get(address).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.all("link", rel="icon")[0]["href"] == addresses[2]


def test_a_picture_that_is_opened_by_itself_runs_nothing(pages: TestClient) -> None:
    (picture,) = [img for img in Outline(pages.get("/articles/en/a").text).all("img") if img.get("alt") == "A picture"]
    answer = pages.get(str(picture["src"]))
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["cache-control"] == "public, max-age=86400, immutable"


def test_what_is_no_page_has_the_icon_too(pages: TestClient) -> None:
    answer = pages.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert [one.status_code for one in answer.history] == [307]
    (icon,) = Outline(pages.get("/").text).all("link", rel="icon")
    assert answer.url.path == icon["href"]


def test_a_picture_is_not_hashed_again_since_its_name_says_what_it_holds(
    pages: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = Outline(pages.get("/articles/en/a").text).all("img")
    (address,) = [str(img["src"]) for img in images if img.get("alt") == "A picture"]
    monkeypatch.setattr("kb_search.service.answers.hashlib.sha256", None)
    answer = pages.get(address)
    digest = address.removeprefix("/assets/").partition(".")[0]
    assert (answer.status_code, answer.headers["etag"]) == (200, f'W/"{digest}"')
    assert pages.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_picture_of_hidden_articles_is_not_there(pages: TestClient, tmp_path: Path) -> None:
    files = {**FILES, "en/b.md": fakes.article("Open", "![A picture](../pictures/b.svg)")}
    with TestClient(create_app(holder(fakes.build(tmp_path, files)))) as opened:
        (picture,) = [img for img in Outline(opened.get("/articles/en/b").text).all("img") if img.get("alt")]
        assert opened.get(str(picture["src"])).status_code == 200
    assert pages.get(str(picture["src"])).status_code == 404
