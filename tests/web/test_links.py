import pytest

from kb_search.config import Site
from kb_search.web.frame import contact_address
from kb_search.web.links import (
    article_address,
    canonical_address,
    link_to,
    topic_address,
    whole,
    with_default,
)

BASE = "https://help.example.com"


def test_an_article_keeps_the_language_of_a_reader_who_has_another() -> None:
    assert article_address("/articles/en/a", "en", "en") == "/articles/en/a"
    assert article_address("/articles/en/a", "en-GB", "en") == "/articles/en/a"
    assert article_address("/articles/en/a", "en", "fr") == "/articles/en/a?locale=fr"
    assert link_to("A", "/articles/en/a", "en", "fr").foreign


def test_an_article_knows_which_result_led_to_it() -> None:
    found = article_address("/articles/en/a", "en", "fr", "abc.2", "the way")
    assert found == "/articles/en/a?locale=fr&from=abc.2#the%20way"


@pytest.mark.parametrize("url", ["https://other.example/a", "//other.example/a"])
def test_nothing_is_added_to_addresses_of_other_sites(url: str) -> None:
    assert article_address(url, "en", "fr", "abc.2", "x") == f"{url}#x"


def test_categories_have_any_name() -> None:
    assert (
        topic_address("Orders/returns & more", "en", 2) == "/categories/Orders%2Freturns%20%26%20more?locale=en&page=2"
    )
    assert topic_address("", "fr") == "/categories/?locale=fr"


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (None, f"{BASE}/articles/a"),
        ("/kb/a", f"{BASE}/kb/a"),
        ("https://www.example.com/a", "https://www.example.com/a"),
        ("javascript:alert(1)", f"{BASE}/articles/a"),
        ("data:text/html,x", f"{BASE}/articles/a"),
        ("http://[", f"{BASE}/articles/a"),
        ("//[", f"{BASE}/articles/a"),
    ],
)
def test_the_canonical_address(given: str | None, canonical: str) -> None:
    assert canonical_address(BASE, "/articles/a", given) == canonical


def test_whole_addresses() -> None:
    assert whole(BASE, "/a?b=c") == f"{BASE}/a?b=c"
    assert whole(BASE, "https://www.example.com/a") == "https://www.example.com/a"


def test_all_of_a_family_name_the_same_page_for_everybody_else() -> None:
    family = {"fr": "f", "en": "e"}
    assert with_default(family, ["tr", "en", "fr"]) == (("en", "e"), ("fr", "f"), ("x-default", "e"))
    assert with_default({"en": "e"}, ["en"]) == ()


def test_the_contact_link_takes_the_query_along() -> None:
    site = Site(contact_url="https://example.com/contact?subject={query}")
    assert contact_address(site, "a&b=c/ d") == "https://example.com/contact?subject=a%26b%3Dc%2F%20d"
    assert contact_address(Site(), "a") is None
