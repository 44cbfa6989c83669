from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.answers import ArticleAnswer, ArticleSection
from kb_search.service import page
from kb_search.service.app import create_app
from kb_search.types import Translation
from tests import fakes
from tests.service.conftest import ARTICLE, holder

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]


def test_the_page_of_an_article(client: TestClient) -> None:
    answer = client.get(f"/articles/{ARTICLE}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    outline = Outline(answer.text)
    assert outline.all("html") == [{"lang": "en", "dir": "auto"}]
    assert outline.all("h2") == [{"id": "the-link-has-expired"}]
    assert outline.all("a") == [{"href": "/articles/fr/comptes/mot-de-passe", "hreflang": "fr", "lang": "fr"}]
    assert "Ask again for the password link." in outline.text
    assert outline.text.count("Reset your password") == 2  # title and heading


@pytest.mark.parametrize("address", [f"/articles/{ARTICLE}", "/articles/missing"])
def test_pages_allow_nothing_but_their_own_style(client: TestClient, address: str) -> None:
    policy = client.get(address).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script-src" not in policy


def test_every_text_is_escaped() -> None:
    article = ArticleAnswer(
        *(EVIL,) * 9,
        tags=(EVIL,),
        summary=EVIL,
        created=EVIL,
        updated=EVIL,
        review_by=EVIL,
        translations=(Translation(EVIL, EVIL, EVIL, EVIL),),
        sections=(ArticleSection(EVIL, EVIL, EVIL),),
    )
    outline = Outline(page.render(article))
    tags = {tag for tag, _ in outline.tags}
    assert tags <= set("html head meta title style body main nav a h1 p em h2 footer time".split())
    assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)
    assert EVIL in outline.text


def test_an_article_full_of_markup(tmp_path: Path) -> None:
    text = (
        "<script>alert(1)</script>\n\n`<img src=x onerror=alert(2)>`\n\n## <b onclick=alert(3)>Heading</b>\n\nPassword."
    )
    index = fakes.build(tmp_path, {"en/evil.md": fakes.article("<script>alert(0)</script>", text)})
    with TestClient(create_app(holder(index))) as client:
        outline = Outline(client.get("/articles/en/evil").text)
        hit = client.get("/v1/search?q=password+img").json()["hits"][0]
    assert not outline.all("script")
    assert not outline.all("img")
    assert not outline.all("b")
    for passage in (hit["passage"], *hit["passages"]):
        assert {tag for tag, _ in Outline(passage["html"]).tags} <= {"mark"}


def test_a_missing_article_has_a_page_too(client: TestClient) -> None:
    answer = client.get("/articles/missing")
    assert answer.status_code == 404
    assert Outline(answer.text).all("h1") == [{}]
