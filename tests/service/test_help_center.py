"""The front page, results and categories, as a reader without a key gets them."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from tests import fakes, help_center
from tests.outline import Outline
from tests.service.conftest import holder

SITE = {"site__name": "Acme Help", "site__contact_url": "https://acme.example/contact?q={query}"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    def tip(number: int) -> str:
        return fakes.article(f"Phone tip {number:02}", "About your phone.", category="Tips, tricks/more")

    many = {f"en/tips/{number:02}.md": tip(number) for number in range(32)}
    index = fakes.build(tmp_path_factory.mktemp("pages"), {**help_center.FILES, **many})
    with TestClient(create_app(holder(index, fakes.settings(**SITE)))) as opened:
        yield opened


def read(pages: TestClient, address: str, status: int = 200, headers: dict[str, str] | None = None) -> Outline:
    answer = pages.get(address, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Outline(answer.text)


def links(page: Outline, beginning: str) -> list[str]:
    found = [a["href"] or "" for a in page.all("a")]
    return [address for address in found if address.startswith(beginning)]


def test_the_front_page(pages: TestClient) -> None:
    page = read(pages, "/?locale=en")
    assert (page.said("title"), page.said("h1")) == ("Acme Help", "How can we help?")
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.all("form", action="/", method="get")
    assert "/categories/account?locale=en" in links(page, "/categories/")
    assert "/categories/Tips%2C%20tricks%2Fmore?locale=en" in links(page, "/categories/")
    assert "/articles/en/password" in links(page, "/articles/")
    assert "32 articles" in page.words()


def test_there_is_one_heading_a_landmark_and_a_way_past_the_header(pages: TestClient) -> None:
    for address in ("/", "/?q=password", "/?q=zzzz", "/categories/billing?locale=en", "/nowhere"):
        page = Outline(pages.get(address).text)
        assert len(page.all("h1")) == len(page.all("main", id="page:content")) == 1
        assert page.all("a")[0] == {"class": "skip", "href": "#page:content"}


def test_the_language_is_that_of_the_address_then_of_the_browser_then_the_commonest(pages: TestClient) -> None:
    def language(address: str, accepted: str = "") -> str | None:
        return read(pages, address, headers={"Accept-Language": accepted}).all("html")[0]["lang"]

    assert language("/") == "en"
    assert language("/", "tr-TR,tr;q=0.9,en;q=0.8") == "tr"
    assert language("/", "de") == "en"
    assert language("/?locale=fr", "tr") == "fr"
    assert language("/?locale=fr-BE", "tr") == "fr"
    assert language("/?locale=xx", "tr") == "tr"
    assert language("/?locale=!!", "tr") == "tr"


def test_dates_are_those_of_the_readers_region(pages: TestClient) -> None:
    for address in ("/?q=password&locale=en", "/articles/en/password", "/categories/account?locale=en"):
        assert "1 March 2026" in read(pages, address, headers={"Accept-Language": "en-GB"}).words()
        assert "March 1, 2026" in read(pages, address, headers={"Accept-Language": "en-US"}).words()
    assert "1 March 2026" in read(pages, "/?q=password&locale=en-GB").words()


def test_featured_articles_are_in_one_language(tmp_path: Path) -> None:
    def opened(files: list[str], locale: str, accepted: str) -> list[str]:
        texts = {name: help_center.FILES[name] for name in files}
        index = fakes.build(tmp_path / f"{len(files)}{locale}{accepted}", texts)
        with TestClient(create_app(holder(index))) as client:
            page = read(client, f"/?locale={locale}", headers={"Accept-Language": accepted})
        return [address.split("/")[2] for address in links(page, "/articles/") if "?locale=" in address]

    files = [name for name in help_center.FILES if name.startswith(("en/", "tr/"))]
    assert set(opened(files, "fr", "")) == {"en"}
    assert set(opened(files, "fr", "fr, tr;q=0.5")) == {"tr"}


def test_the_search_box_has_the_words_that_a_site_wrote_for_it(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    own = {"widget.placeholder": "Ask Acme", "search.label": "Find"}
    (tmp_path / "words" / "en.json").write_text(json.dumps(own), "utf-8")
    index = fakes.build(tmp_path, help_center.FILES)
    with TestClient(create_app(holder(index, fakes.settings(site__strings=str(tmp_path / "words"))))) as opened:
        english, french = read(opened, "/?locale=en"), read(opened, "/?locale=fr")
    (box,) = english.all("kb-search")
    assert (box["data-placeholder"], box["data-label"]) == ("Ask Acme", "Find")
    assert english.all("input", name="q")[0]["placeholder"] == "Ask Acme"
    assert french.all("kb-search")[0]["data-placeholder"] == "Que recherchez-vous\u202f?"


def test_results_say_where_the_answer_stands(pages: TestClient) -> None:
    page = read(pages, "/?q=password&locale=en")
    assert page.said("title") == "Results for “password” · Acme Help"
    assert page.said("h1") == "Results for “password”"
    assert page.all("input", name="q")[0]["value"] == "password"
    assert "/articles/en/password" in links(page, "/articles/")
    assert page.all("mark")
    assert page.all("time", datetime="2026-03-01")
    assert "Updated on March 1, 2026" in page.words()
    assert "/articles/tr/password" in links(page, "/articles/")


def test_a_passage_keeps_its_lines(tmp_path: Path) -> None:
    text = "Before you ask:\n\n- look up the voucher\n- wait\n\n| Code | Fix |\n|--|--|\n| E-1 | Call |"
    index = fakes.build(tmp_path, {**help_center.FILES, "en/a.md": fakes.article("Vouchers", text)})
    with TestClient(create_app(holder(index))) as opened:
        page = opened.get("/?q=voucher&locale=en").text
    lines = re.findall(r'<span class="(line[^"]*)">(.*)</span>', page)
    assert lines == [
        ("line", "Before you ask:"),
        ("line item apart", "• look up the <mark>voucher</mark>"),
        ("line item", "• wait"),
        ("line row apart", 'Code <span class="cells">|</span> Fix'),
        ("line row", 'E-1 <span class="cells">|</span> Call'),
    ]


def test_a_result_in_another_language_says_so_and_keeps_the_readers(pages: TestClient) -> None:
    page = read(pages, "/?q=error+E-1042&locale=tr")
    assert "/articles/en/error?locale=tr" in links(page, "/articles/")
    assert "English" in page.said("span")
    assert any(h3.get("lang") == "en" for h3 in page.all("h3"))


def test_a_corrected_query_is_said(pages: TestClient) -> None:
    assert "Also searched for “password”." in read(pages, "/?q=pasword&locale=en").words()


def test_nothing_found_is_said_with_what_to_do_next(pages: TestClient) -> None:
    page = read(pages, "/?q=qqqq+xxxx&locale=en")
    assert page.said("h1") == "No answer found for “qqqq xxxx”"
    assert "What you can try" in page.said("h2")
    assert "Featured articles" in page.said("h2")
    assert links(page, "https://acme.example/") == ["https://acme.example/contact?q=qqqq%20xxxx"] * 2
    assert not page.all("mark")


def test_filters_come_from_the_address_and_go_by_a_link(pages: TestClient) -> None:
    page = read(pages, "/?q=refund&locale=en&filter.tags=billing&filter.category=orders")
    assert links(page, "/articles/") == ["/articles/en/refund"]
    assert "/?q=refund&locale=en&filter.tags=billing" in links(page, "/?")
    assert "/?q=refund&locale=en&filter.category=orders" in links(page, "/?")
    assert "/?q=refund&locale=en" in links(page, "/?")
    assert "Remove the filter Keyword: billing" in [a.get("aria-label") for a in page.all("a")]


def test_every_facet_leads_to_as_many_results_as_it_says(pages: TestClient) -> None:
    body = {"locale": "en", "filters": {"status": "published"}, "limit": 0}
    facets = pages.post("/v1/search", json=body).json()["facets"]
    page = read(pages, "/?locale=en&filter.status=published")
    offered = [parse_qsl(urlsplit(address).query) for address in links(page, "/?")]
    found: dict[str, int] = {}
    for pairs in offered:
        filters = [(n[7:], v) for n, v in pairs if n.startswith("filter.") and n != "filter.status"]
        for field, value in filters:
            words = Outline(pages.get("/", params=dict(pairs)).text).words()
            total = int(words.split(" result")[0].rsplit(" ", 1)[1])
            # A filter also finds articles whose translation alone has the value: see docs/http-api.md.
            assert total >= facets[field][value]
            found[field] = found.get(field, 0) + 1
    assert found == {field: len(facets[field]) for field in ("locale", "category", "tags", "updated")}


def values(page: str, field: str) -> dict[str, str]:
    """What one facet of the side column offers: text and count of a value, or its label, and the address."""
    listed = re.findall(rf'<ul aria-labelledby="page:{field}">(.*?)</ul>', page, re.DOTALL)
    found = re.findall(r'<a (class="chosen" )?href="([^"]*)"[^>]*>(.*?)</a>', "".join(listed), re.DOTALL)
    return {("*" if chosen else "") + Outline(text).words(): unescape(address) for chosen, address, text in found}


def test_a_second_topic_can_be_added_and_the_first_one_left(pages: TestClient) -> None:
    everything = values(pages.get("/?q=&locale=en&filter.status=published").text, "category")
    assert len(everything) > 1 and not any(text.startswith("*") for text in everything)
    page = pages.get("/?q=&locale=en&filter.category=account&filter.status=published").text
    beside = values(page, "category")
    left = "/?q=&locale=en&filter.status=published"
    assert beside.pop("*account") == left
    assert beside.keys() == {text for text in everything if not text.startswith("account")}
    first = next(iter(beside.values()))
    assert first.startswith("/?q=&locale=en&filter.category=account&filter.category=")
    both = values(pages.get(first).text, "category")
    assert sum(text.startswith("*") for text in both) == 2
    assert len(both) == len(everything)


def test_filters_that_leave_nothing_can_be_changed(pages: TestClient) -> None:
    page = pages.get("/?q=&locale=en&filter.category=orders&filter.tags=login").text
    assert "No article matches these filters" in page
    assert values(page, "category") or values(page, "tags")


@pytest.mark.parametrize(
    ("query", "locale", "said"),
    [
        ("filter.tags=logn", "en", "Keyword: no article has “logn”. Did you mean “login”?"),
        (
            "filter.tags=logn",
            "fr",
            "aucun article n’a «\u00a0logn\u00a0». Vouliez-vous dire «\u00a0login\u00a0»\u202f?",
        ),
        ("filter.locale=de", "en", "There are, for example, “English”, “Français”, and “Türkçe”."),
        (
            "filter.locale=de",
            "tr",
            "Dil: “Deutsch” olan makale yok. Örneğin şunlar var: “English”, “Français” ve",
        ),
        ("filter.area=x", "fr", "Domaine\u00a0: aucun article n’en a."),
        ("filter.updated=2019", "en", "no article has such a date. They run from June 30, 2025 to March 1, 2026."),
        ("filter.owner=Ada&filter.category=orders", "fr", "aucun pour tous à la fois."),
        (f"q={'word ' * 900}", "tr", "Sorunuz 4.499 karakter; yalnızca ilk "),
    ],
)
def test_notices_are_in_the_words_of_the_page(pages: TestClient, query: str, locale: str, said: str) -> None:
    assert said in unescape(pages.get(f"/?{query}&locale={locale}").text)


def test_an_empty_help_center_says_so_to_its_readers(tmp_path: Path) -> None:
    hidden = {"a.md": fakes.article("Vault", "Secret.", audience="internal")}
    with TestClient(create_app(holder(fakes.build(tmp_path, hidden)))) as opened:
        page = read(opened, "/?q=vault&locale=fr")
    assert "Il n’y a pas encore d’article ici." in page.words()
    assert "audience" not in page.text


def test_a_range_of_dates_has_no_values_beside_it(pages: TestClient) -> None:
    assert values(pages.get("/?q=&locale=en&filter.updated=2026-03").text, "updated")
    assert not values(pages.get("/?q=&locale=en&filter.updated.gte=2026-03").text, "updated")


def test_a_value_with_a_comma_is_one_value(pages: TestClient) -> None:
    page = read(pages, "/?q=phone&locale=en&filter.category=Tips, tricks/more")
    assert "32 results" in page.words()
    assert "Topic: Tips, tricks/more" in page.words()


def test_what_is_no_filter_is_said_and_the_rest_searched(pages: TestClient) -> None:
    page = read(pages, "/?q=password&locale=en&filter.colour=red&utm_source=mail")
    assert "left out: colour=red" in page.words()
    assert "/articles/en/password" in links(page, "/articles/")


def test_paging_agrees_with_the_total(pages: TestClient) -> None:
    total = pages.get("/v1/search?q=phone+tip&locale=en").json()["total"]
    assert total > 30
    seen: list[str] = []
    address: str | None = "/?q=phone+tip&locale=en"
    number = 0
    while address:
        page, number = read(pages, address), number + 1
        assert f"Page {number} of {-(-total // 10)}" in page.words()
        assert f"{total} results" in page.words()
        seen += links(page, "/articles/")
        address = next((a["href"] for a in page.all("a", rel="next")), None)
    assert len(seen) == len(set(seen)) == total
    assert number == -(-total // 10)


def test_a_page_past_the_last_is_the_last(pages: TestClient) -> None:
    answer = pages.get("/?q=phone+tip&locale=en&page=19", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?q=phone+tip&locale=en&page=4")


def test_filters_without_a_query_list_what_there_is(pages: TestClient) -> None:
    page = read(pages, "/?locale=en&filter.category=billing")
    assert page.said("h1") == "Articles"
    assert "/articles/en/invoice" in links(page, "/articles/")


def test_a_blank_query_is_the_front_page(pages: TestClient) -> None:
    assert read(pages, "/?q=++&locale=en").said("h1") == "How can we help?"


def test_a_category_has_all_of_its_articles(pages: TestClient) -> None:
    first = read(pages, "/categories/Tips%2C%20tricks%2Fmore?locale=en")
    assert first.said("h1") == "Tips, tricks/more"
    assert "32 articles" in first.words()
    second = read(pages, "/categories/Tips%2C%20tricks%2Fmore?locale=en&page=2")
    shown = links(first, "/articles/") + links(second, "/articles/")
    assert shown == [f"/articles/en/tips/{n:02}" for n in range(32)]


def test_articles_without_a_category_have_a_page(tmp_path: Path) -> None:
    files = {"en/a.md": fakes.article("A", "Words."), "en/b.md": fakes.article("B", "Words.", category="Bees")}
    with TestClient(create_app(holder(fakes.build(tmp_path, files)))) as pages:
        assert links(read(pages, "/?locale=en"), "/categories/") == [
            f"/categories/{name}?locale=en" for name in ("Bees", "")
        ]
        page = read(pages, "/categories/?locale=en")
    assert page.said("h1") == "Other articles"
    assert links(page, "/articles/") == ["/articles/en/a"]


@pytest.mark.parametrize(
    "address",
    ["/categories/none?locale=en", "/categories/Account?locale=en", "/nowhere", "/a%0Ab", "/articles/en/a%0Ab"],
)
def test_what_is_not_there_has_a_page_with_a_search_box(pages: TestClient, address: str) -> None:
    page = read(pages, address, 404, headers={"Accept-Language": "tr"})
    assert page.all("meta", name="robots", content="noindex")
    assert page.all("form", action="/")


def test_a_page_that_is_not_there_is_said_in_the_readers_language(pages: TestClient) -> None:
    assert read(pages, "/nowhere", 404, headers={"Accept-Language": "fr"}).said("h1") == "Page introuvable"


def test_a_category_page_past_the_last_is_the_last(pages: TestClient) -> None:
    answer = pages.get("/categories/account?locale=en&page=7", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/categories/account?locale=en")


def test_an_empty_help_center_has_a_front_page(tmp_path: Path) -> None:
    files = {"en/secret.md": fakes.article("Secret", "Words.", audience="internal")}
    with TestClient(create_app(holder(fakes.build(tmp_path, files)))) as pages:
        assert "There are no articles here yet." in read(pages, "/").words()
        assert read(pages, "/?q=secret").said("h1") == "No answer found for “secret”"


def test_without_an_index_there_is_a_page_that_says_so(tmp_path: Path) -> None:
    with TestClient(create_app(holder(tmp_path / "none"))) as pages:
        answer = pages.get("/", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert Outline(answer.text).said("h1") == "Le centre d’aide est momentanément indisponible"
