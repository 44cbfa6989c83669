"""Articles without a query: categories, lists, old addresses, site map and changes, each of one view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb_search import Searcher
from kb_search.answers import Change
from kb_search.browsing import (
    Category,
    articles_in,
    by_alias,
    categories,
    changes,
    sitemap,
)
from kb_search.catalogue import address, change_of
from kb_search.errors import QueryError, UnknownView
from tests.fakes import Open, article, build, searcher_for
from tests.help_center import FILES, PUBLIC, VIEWS

OLD = {
    "en/a.md": article("A", "x", aliases="[/old/password-help, /alt/Çay]", audience="internal"),
    "en/b.md": article("B", "x", aliases="[/old/password-help/, 'old/b b']"),
    "en/c.md": article("C", "x", aliases="[/OLD/c]"),
}


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("center"), FILES)) as searcher:
        yield searcher


# ── Categories and lists ─────────────────────────────────────────────────────────────────────────────────


def test_categories_are_those_of_a_locale_with_most_articles_first_then_by_name(center: Searcher) -> None:
    assert categories(center, "public", "en") == (
        Category("billing", "en", 2),
        Category("account", "en", 1),
        Category("orders", "en", 1),
    )
    assert categories(center, "public", "TR") == (Category("account", "tr", 1), Category("orders", "tr", 1))
    assert categories(center, "public", "de") == ()


def test_articles_without_a_category_are_counted_last_under_no_name(center: Searcher) -> None:
    found = categories(center, "owners", "en")
    assert found[-1] == Category("", "en", 4)  # more than any category has
    none = articles_in(center, "owners", locale="en", category="")
    assert [card.id for card in none.articles] == [
        "en/password-draft",
        "en/vault",
        "en/password-old",
        "en/refund-limits",
    ]


def test_a_locale_takes_in_its_regions(opened: Open) -> None:
    searcher = opened({"a.md": article("A", "x", locale="fr-CA"), "b.md": article("B", "x", locale="fr")})
    assert categories(searcher, "public", "fr") == (Category("", "fr", 2),)
    assert [card.id for card in articles_in(searcher, "public", locale="fr-CA").articles] == ["a"]


def test_articles_of_a_category_are_listed_by_title_without_case_and_diacritics(opened: Open) -> None:
    titles = {"1": "Zoom", "2": "écran", "3": "Eclair", "4": "abonnement", "5": "Écrire"}
    searcher = opened({f"{key}.md": article(text, "x", locale="fr", category="c") for key, text in titles.items()})
    listed = articles_in(searcher, "public", locale="fr", category="c")
    assert [card.title for card in listed.articles] == ["abonnement", "Eclair", "écran", "Écrire", "Zoom"]
    assert listed.total == 5


def test_a_list_is_paged_with_the_same_total(center: Searcher) -> None:
    whole = articles_in(center, "public", locale="en")
    pages = [articles_in(center, "public", locale="en", limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [card for page in pages for card in page.articles] == list(whole.articles)
    assert {page.total for page in pages} == {whole.total} == {4}
    assert articles_in(center, "public", locale="en", limit=0).articles == ()


def test_a_card_shows_what_its_article_says(opened: Open) -> None:
    searcher = opened(
        {"a.md": article("A & B", "x", locale="en", category="c", summary="Short.", updated="2026-01-02")}
    )
    (card,) = articles_in(searcher, "public", locale="en", category="c").articles
    assert (card.id, card.title, card.url, card.locale) == ("a", "A & B", "/articles/a", "en")
    assert (card.summary, card.updated, card.category) == ("Short.", "2026-01-02", "c")


@pytest.mark.parametrize("view", VIEWS)
def test_lists_and_site_map_have_the_articles_of_the_view(center: Searcher, view: str) -> None:
    listed = [card.id for locale in ("en", "fr", "tr") for card in articles_in(center, view, locale=locale).articles]
    assert sorted(listed) == VIEWS[view]
    assert sum(
        category.articles for locale in ("en", "fr", "tr") for category in categories(center, view, locale)
    ) == len(listed)
    assert [entry.id for entry in sitemap(center, view)] == VIEWS[view]


def test_a_category_that_only_hidden_articles_have_does_not_exist(opened: Open) -> None:
    searcher = opened({"a.md": article("A", "x", locale="en", category="secret", audience="internal"), **FILES})
    assert "secret" not in {category.name for category in categories(searcher, "public", "en")}
    assert articles_in(searcher, "public", locale="en", category="secret").total == 0


# ── Old addresses ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "public", "internal"),
    [
        ("/old/password-help", "en/b", "en/a"),
        ("old/password%2Dhelp//", "en/b", "en/a"),
        ("/alt/%C3%87ay", None, "en/a"),
        ("/alt/C%CC%A7ay/", None, "en/a"),  # decomposed
        ("/old/b%20b", "en/b", "en/b"),
        ("/OLD/c", "en/c", "en/c"),
        ("/old/c", None, None),
        ("/", None, None),
        ("", None, None),
        ("/%ff%zz", None, None),
    ],
)
def test_an_old_address_leads_to_the_first_article_that_has_it_and_is_visible(
    opened: Open, path: str, public: str | None, internal: str | None
) -> None:
    searcher = opened(OLD)
    assert (by_alias(searcher, path, "public"), by_alias(searcher, path, "internal")) == (public, internal)


def test_addresses_are_spelt_one_way() -> None:
    assert {address(path) for path in ("a/b", "/a/b/", "/a%2Fb", "//a/b//")} == {"/a/b"}


# ── Site map ─────────────────────────────────────────────────────────────────────────────────────────────


def test_alternates_are_the_translations_that_the_view_shows(opened: Open) -> None:
    searcher = opened(
        {**FILES, "fr/refund.md": article("Se faire rembourser", "x", audience="agent", translation_of="en/refund")}
    )
    entries = {entry.id: entry for entry in sitemap(searcher, "public")}
    assert entries["tr/password"].alternates == (
        ("en", "/articles/en/password"),
        ("fr", "/articles/fr/password"),
        ("tr", "/articles/tr/password"),
    )
    assert (entries["tr/password"].url, entries["tr/password"].updated) == ("/articles/tr/password", "2026-02-15")
    assert entries["en/refund"].alternates == ()
    assert [locale for locale, _ in {e.id: e for e in sitemap(searcher, "agents")}["en/refund"].alternates] == [
        "en",
        "fr",
    ]


def test_of_two_translations_in_a_locale_an_article_names_itself(opened: Open) -> None:
    files = {"en/a.md": article("A", "x")}
    files |= {f"fr/{name}.md": article(name, "x", translation_of="en/a") for name in ("b", "c")}
    entries = {entry.id: dict(entry.alternates)["fr"] for entry in sitemap(opened(files), "public")}
    assert entries == {"en/a": "/articles/fr/b", "fr/b": "/articles/fr/b", "fr/c": "/articles/fr/c"}


# ── Changes ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "created", "updated", "expected"),
    [
        ("published", "2026-01-01", None, ("2026-01-01", "new")),
        ("published", "2026-01-01", "2026-01-01", ("2026-01-01", "new")),
        ("published", "2026-01-02", "2026-01-01", ("2026-01-02", "new")),
        ("published", "2026-01-01", "2026-01-02", ("2026-01-02", "edited")),
        ("draft", None, "2026-01-02", ("2026-01-02", "edited")),
        ("archived", "2026-01-01", "2026-01-02", ("2026-01-02", "archived")),
        ("archived", "2026-01-01", None, ("2026-01-01", "archived")),
        ("published", None, None, None),
        ("archived", None, None, None),
    ],
)
def test_the_latest_change_of_an_article(
    status: str, created: str | None, updated: str | None, expected: tuple[str, str] | None
) -> None:
    assert change_of(status, created, updated) == expected


def test_changes_come_latest_first_and_articles_without_dates_not_at_all(center: Searcher) -> None:
    found = changes(center, "public")
    assert [(change.day, change.id) for change in found.changes] == [
        ("2026-03-01", "en/password"),
        ("2026-02-15", "tr/password"),
        ("2026-02-01", "fr/password"),
        ("2026-01-31", "en/error"),
        ("2026-01-15", "en/invoice"),
        ("2025-12-01", "fr/invoice"),
        ("2025-06-30", "en/refund"),
    ]
    assert (found.total, found.generation) == (7, center.generation)
    assert found.changes[0] == Change(
        "edited", "2026-03-01", "en/password", "Reset your password", "/articles/en/password", "en", None, "account",
        "Ada", "published",
    )  # fmt: skip
    assert found.changes[5].kind == "new"


def test_only_views_that_show_archived_articles_say_so(center: Searcher) -> None:
    archived = [change.id for change in changes(center, "owners").changes if change.kind == "archived"]
    assert archived == ["en/password-old"]
    assert all(change.kind != "archived" for change in changes(center, "internal").changes)


def test_changes_of_a_day_are_in_order_of_id(opened: Open) -> None:
    searcher = opened({f"{key}.md": article(key, "x", locale="en", created="2026-01-01") for key in "cab"})
    assert [change.id for change in changes(searcher, "public").changes] == ["a", "b", "c"]


def test_changes_by_day_area_and_locale(opened: Open) -> None:
    files = {
        "a.md": article("A", "x", locale="en", area="billing", updated="2026-01-02"),
        "b.md": article("B", "x", locale="fr-CA", area="billing", updated="2026-01-01"),
        "c.md": article("C", "x", locale="en", updated="2025-12-31"),
    }
    searcher = opened(files)
    assert [change.id for change in changes(searcher, "public", since="2026-01-01").changes] == ["a", "b"]
    assert [change.id for change in changes(searcher, "public", area="billing", locale="fr").changes] == ["b"]
    assert changes(searcher, "public", area="").total == 1
    assert changes(searcher, "public", area="none").total == changes(searcher, "public", since="2026-01-03").total == 0


def test_changes_are_paged_with_the_same_total(center: Searcher) -> None:
    whole = changes(center, "public")
    pages = [changes(center, "public", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [change for page in pages for change in page.changes] == list(whole.changes)
    assert {page.total for page in pages} == {whole.total}
    assert changes(center, "public", limit=0).changes == ()


# ── Refused, and hidden ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("since", ["2026", "2026-02-30", "20260101", "yesterday", "", "2026-01-01T00:00"])
def test_a_day_that_is_none_is_refused(center: Searcher, since: str) -> None:
    with pytest.raises(QueryError, match=f"since='{since}' is not a day. Write it as 2026-01-31"):
        changes(center, "public", since=since)


def test_bad_arguments_are_refused(center: Searcher) -> None:
    for limit, offset in ((201, 0), (-1, 0), (5, -1)):
        with pytest.raises(QueryError, match=r"out of range|negative"):
            changes(center, "public", limit=limit, offset=offset)
        with pytest.raises(QueryError, match=r"out of range|negative"):
            articles_in(center, "public", locale="en", limit=limit, offset=offset)
    with pytest.raises(QueryError, match="locale"):
        categories(center, "public", "")
    with pytest.raises(QueryError, match="not a locale"):
        changes(center, "public", locale="!")
    for asked in (sitemap, changes):
        with pytest.raises(UnknownView):
            asked(center, "nobody")
    with pytest.raises(UnknownView):
        categories(center, "nobody", "en")
    with pytest.raises(UnknownView):
        articles_in(center, "nobody", locale="en")
    with pytest.raises(UnknownView):
        by_alias(center, "/a", "nobody")


def test_hidden_articles_change_nothing(opened: Open) -> None:
    visible = opened({name: text for name, text in FILES.items() if name.removesuffix(".md") in PUBLIC})
    more = {
        f"en/a{number}.md": article(
            "Secret", "x", audience="internal", category="account", updated="2030-01-01", translation_of="en/refund"
        )
        for number in range(5)
    }
    everything = opened({**FILES, **more})
    for locale in ("en", "fr", "tr"):
        assert categories(visible, "public", locale) == categories(everything, "public", locale)
        assert articles_in(visible, "public", locale=locale) == articles_in(everything, "public", locale=locale)
    assert sitemap(visible, "public") == sitemap(everything, "public")
    assert changes(visible, "public").changes == changes(everything, "public").changes
