"""The page of an article, what leads to it, and what search engines read."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search.browsing import Entry, sitemap
from kb_search.searcher import Searcher
from kb_search.service.app import create_app
from tests import fakes
from tests.outline import Outline
from tests.service.conftest import ARTICLE, holder

BASE = "https://help.example.com"
LONG = "Words.\n\n## First\n\nOne.\n\n### Deeper\n\nTwo.\n\n## Second\n\n[The other](b.md), [a hidden one](hidden.md)."
FILES = {
    "en/a.md": fakes.article(
        "Password one",
        LONG,
        category="Bees, etc",
        updated="2026-05-01",
        aliases="[/kb/1, /v1/x, /articles/en/renamed, /categories/Old]",
    ),
    "fr/a.md": fakes.article("Le mot de passe", "Des mots.", translation_of="en/a"),
    "tr/a.md": fakes.article("Şifre", "Sözler.\n\n> [!WARNING]\n> Dokunmayın.", translation_of="en/a"),
    "en/b.md": fakes.article("Password two", "Words of a password.", canonical="https://www.example.com/b"),
    "en/c.md": fakes.article("Parcel", "Words of a parcel.", summary='A "parcel" & more'),
    "en/hidden.md": fakes.article("Password three", "Password.", audience="agent", aliases="[/kb/hidden]"),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = fakes.build(tmp_path_factory.mktemp("articles"), FILES)
    with TestClient(create_app(holder(index, fakes.settings(service__public_url=BASE + "/")))) as opened:
        yield opened


def read(pages: TestClient, address: str, status: int = 200, headers: dict[str, str] | None = None) -> Outline:
    answer = pages.get(address, headers=headers, follow_redirects=False)
    assert answer.status_code == status
    return Outline(answer.text)


def alternates(page: Outline) -> dict[str | None, str | None]:
    return {link["hreflang"]: link["href"] for link in page.all("link", rel="alternate") if "hreflang" in link}


def test_the_page_of_an_article(client: TestClient) -> None:
    page = read(client, f"/articles/{ARTICLE}")
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.said("h1") == "Reset your password"
    assert page.said("title") == "Reset your password · Help center"
    assert page.all("h2", id="the-link-has-expired")
    assert "Ask again for the password link." in page.words()
    assert "Last updated on May 1, 2026" in page.words()
    assert page.all("a", href="/articles/fr/comptes/mot-de-passe", hreflang="fr")
    assert page.all("meta", name="description", content="Get back into your account.")
    assert page.all("a", href="/categories/Accounts%2C%20sign-in?locale=en")
    assert "Ada" not in page.text  # whose it is, is no matter of the public


def test_an_article_speaks_its_own_language_unless_the_reader_came_with_another(pages: TestClient) -> None:
    turkish = read(pages, "/articles/tr/a", headers={"Accept-Language": "en"})
    assert turkish.all("html") == [{"lang": "tr", "dir": "ltr"}]
    foreign = read(pages, "/articles/en/c?locale=fr")
    assert foreign.all("html") == [{"lang": "fr", "dir": "ltr"}]
    assert foreign.all("article") == [{"lang": "en", "dir": "ltr"}]
    assert "Cet article n’existe que dans cette langue : English." in foreign.words().replace("\u00a0", " ")


def test_the_labels_of_notes_are_in_the_language_of_the_article(pages: TestClient) -> None:
    assert "Uyarı" in read(pages, "/articles/tr/a?locale=fr").words()


def test_the_contents_lead_to_the_headings(pages: TestClient) -> None:
    page = read(pages, "/articles/en/a")
    (contents,) = page.all("nav", aria_labelledby="page:contents")
    assert contents["class"] == "contents"
    targets = [a["href"] for a in page.all("a") if re.fullmatch(r"#[^:]+", a["href"] or "")]
    assert targets == ["#first", "#deeper", "#second"]
    assert [f"#{heading['id']}" for tag in ("h2", "h3") for heading in page.all(tag) if "id" in heading][:2] == [
        "#first",
        "#second",
    ]
    assert not read(pages, "/articles/en/b").all("nav", aria_labelledby="page:contents")


def test_links_lead_to_pages_that_the_reader_may_see(pages: TestClient) -> None:
    page = read(pages, "/articles/en/a")
    assert page.all("a", href="/articles/en/b")
    assert not page.all("a", href="/articles/en/hidden")
    assert "a hidden one" in page.text


def test_related_articles_are_near_and_in_the_same_language(tmp_path: Path) -> None:
    others = {f"en/{n}.md": fakes.article(f"Parcel {n}", f"The parcel number {n}.") for n in range(40)}
    french = {
        "fr/d.md": fakes.article("Passe", "Le mot de passe."),
        "en/d.md": fakes.article("Phone", "The phone app."),
    }
    with TestClient(create_app(holder(fakes.build(tmp_path, {**FILES, **others, **french})))) as pages:
        page = read(pages, "/articles/en/b")
        lonely = read(pages, "/articles/en/d")
    assert "Related articles" in page.said("h2")
    related = [a["href"] for a in page.all("a") if (a["href"] or "").startswith("/articles/")]
    assert related == ["/articles/en/a"]
    assert "Related articles" not in lonely.said("h2")


def test_every_translation_names_the_others_and_the_same_one_for_everybody_else(pages: TestClient) -> None:
    expected = {locale: f"{BASE}/articles/{locale}/a" for locale in ("en", "fr", "tr")}
    for locale in expected:
        page = read(pages, f"/articles/{locale}/a")
        assert alternates(page) == {**expected, "x-default": f"{BASE}/articles/en/a"}
        assert page.all("link", rel="canonical") == [{"rel": "canonical", "href": expected[locale]}]


def test_the_address_that_an_author_gives_is_the_canonical_one(pages: TestClient) -> None:
    page = read(pages, "/articles/en/b?from=x&locale=tr&utm_source=mail")
    assert page.all("link", rel="canonical")[0]["href"] == "https://www.example.com/b"
    assert alternates(page) == {}


def test_without_a_public_address_links_are_those_of_the_request(client: TestClient) -> None:
    page = read(client, f"/articles/{ARTICLE}?locale=fr", headers={"host": "help.local:8080"})
    assert page.all("link", rel="canonical")[0]["href"] == f"http://help.local:8080/articles/{ARTICLE}"


@pytest.mark.parametrize("address", ["/articles/missing", "/articles/en/hidden", "/articles/", "/kb/hidden", "/kb"])
def test_what_is_not_for_this_reader_is_not_there(pages: TestClient, address: str) -> None:
    page = read(pages, address, 404)
    assert page.said("h1") == "Page not found"
    assert "hidden" not in page.text


@pytest.mark.parametrize("address", ["/kb/1", "/kb/1/", "/kb/%31"])
def test_an_old_address_leads_to_the_article_for_good(pages: TestClient, address: str) -> None:
    answer = pages.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "/articles/en/a")
    assert pages.get(f"{address}?a=b", follow_redirects=False).headers["location"] == "/articles/en/a?a=b"


@pytest.mark.parametrize("address", ["/articles/en/renamed", "/categories/Old"])
def test_an_article_that_was_renamed_is_found_where_it_was(pages: TestClient, address: str) -> None:
    answer = pages.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "/articles/en/a")


@pytest.mark.parametrize("address", ["/v1/x", "/v1", "/static/none.css", "/assets/none.png", "/openapi.json/x"])
def test_addresses_of_programs_stay_theirs(pages: TestClient, address: str) -> None:
    answer = pages.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_only_reading_finds_old_addresses(pages: TestClient) -> None:
    assert pages.post("/kb/1").status_code == 404
    assert pages.head("/kb/1", follow_redirects=False).status_code == 301


def test_the_site_map_has_every_page_with_its_translations(pages: TestClient) -> None:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    answer = pages.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    entries = {
        entry.findtext("s:loc", "", names): {
            link.get("hreflang"): link.get("href") for link in entry.findall("x:link", names)
        }
        for entry in ET.fromstring(answer.content).findall("s:url", names)
    }
    articles = {address for address in entries if "/articles/" in address}
    assert articles == {f"{BASE}/articles/{id}" for id in ("en/a", "en/b", "en/c", "fr/a", "tr/a")}
    assert entries.keys() - articles == {
        f"{BASE}/",
        *(f"{BASE}/?locale={locale}" for locale in ("en", "fr", "tr")),
        f"{BASE}/categories/Bees%2C%20etc?locale=en",
        *(f"{BASE}/categories/?locale={locale}" for locale in ("en", "fr", "tr")),
    }
    for address, family in entries.items():
        page = read(pages, address.removeprefix(BASE))
        if page.all("link", rel="canonical", href=address):
            assert alternates(page) == family


def test_the_site_map_is_listed_once_for_a_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[str] = []

    def counted(searcher: Searcher, view: str) -> tuple[Entry, ...]:
        listed.append(searcher.generation)
        return sitemap(searcher, view)

    monkeypatch.setattr("kb_search.service.site_maps.articles_of", counted)
    searchers = holder(fakes.build(tmp_path, FILES))
    with TestClient(create_app(searchers)) as pages:
        for host in ("a.example", "b.example", "a.example"):
            assert f"<loc>http://{host}/articles/en/a</loc>" in pages.get("/sitemap.xml", headers={"Host": host}).text
            assert pages.get("/sitemap-1.xml", headers={"Host": host}).status_code == 200
        assert listed == ["000001"]
        fakes.index_files(tmp_path, {"en/new.md": fakes.article("New", "Words.")})
        searchers.refresh()
        assert "/articles/en/new" in pages.get("/sitemap.xml").text
    assert listed == ["000001", "000002"]


def test_robots(pages: TestClient) -> None:
    answer = pages.get("/robots.txt")
    assert answer.text.splitlines()[-1] == f"Sitemap: {BASE}/sitemap.xml"
    assert pages.get("/?q=password").headers["x-robots-tag"] == "noindex"
    assert pages.get("/sitemap-2.xml").status_code == 404
