"""Suggestions while somebody types: what is found after which letters, in which order, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_search import Searcher
from kb_search.answers import SuggestAnswer
from kb_search.suggesting import suggest
from tests.fakes import Open, article, build, searcher_for
from tests.help_center import FILES

WORDS = {
    "en/reset.md": article("Reset your password", "Text.", keywords="[locked out, lost my phone]"),
    "en/rules.md": article("Rules for a good password", "Text."),
    "en/passport.md": article("Passports as proof of identity", "Text."),
    "en/vault.md": article("Safe storage", "Text.", keywords="[password vault]"),
    "en/error.md": article("Error E-1042", "Text."),
    "en/don't.md": article("Your parcel didn't arrive", "Text."),
    "fr/adresse.md": article("Changer l’adresse de livraison", "Texte."),
    "fr/refund.md": article("Être remboursé", "Texte."),
    "fr/oeuvre.md": article("Cœur de l’œuvre", "Texte."),
    "tr/nerede.md": article("Kargom nerede?", "Metin.", keywords="[kargo nerede]"),
    "tr/sifre.md": article("Şifremi unuttum", "Metin."),
    "tr/isik.md": article("IŞIK ayarları", "Metin."),
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("words"), WORDS)) as searcher:
        yield searcher


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("center"), FILES)) as searcher:
        yield searcher


def ids(answer: SuggestAnswer) -> list[str | None]:
    return [suggestion.id for suggestion in answer.suggestions]


def texts(answer: SuggestAnswer) -> list[tuple[str, str]]:
    return [(suggestion.kind, suggestion.text) for suggestion in answer.suggestions]


# ── What is found ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ru", "en/rules"),
        ("reset", "en/reset"),
        ("RESET YOUR PASS", "en/reset"),
        ("pass your res", "en/reset"),
        ("how do i reset my passw", "en/reset"),
        ("lost my ph", "en/reset"),
        ("rule", "en/rules"),
        ("storages", "en/vault"),  # by its stem
        ("sifremi u", "tr/sifre"),
        ("ŞİFRE", "tr/sifre"),
        ("ışık", "tr/isik"),
        ("isik", "tr/isik"),
        ("Işık", "tr/isik"),
        ("adr", "fr/adresse"),
        ("l'adr", "fr/adresse"),
        ("d’adresse", "fr/adresse"),
        ("rembourse", "fr/refund"),
        ("etre", "fr/refund"),
        ("oeuvre", "fr/oeuvre"),
        ("coeu", "fr/oeuvre"),
        ("E1042", "en/error"),
        ("e-10", "en/error"),
        ("E 10", "en/error"),
        ("1042", "en/error"),
        ("didnt arr", "en/don't"),
    ],
)
def test_what_is_typed_finds_what_begins_so(words: Searcher, typed: str, first: str) -> None:
    assert ids(suggest(words, typed, view="public"))[0] == first


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("passwrd", "en/reset"),  # a letter too few, in an unfinished word
        ("pasword", "en/reset"),
        ("apssword", "en/reset"),  # swapped at the beginning
        ("resett your", "en/reset"),
        ("sifremi unt", "tr/sifre"),
        ("rembuors", "fr/refund"),
        ("kargo nred", "tr/nerede"),
        ("identitee", "en/passport"),
        ("livraisno", "fr/adresse"),
        ("liivraisno", "fr/adresse"),  # two, in a long word
    ],
)
def test_a_slip_is_forgiven_even_in_a_word_that_is_not_finished(words: Searcher, typed: str, first: str) -> None:
    assert ids(suggest(words, typed, view="public"))[0] == first


@pytest.mark.parametrize("typed", ["E1043", "e-1043", "xyzzy", "rse", "?!", "…", "\0"])
def test_codes_short_words_and_signs_are_not_guessed_at(words: Searcher, typed: str) -> None:
    assert suggest(words, typed, view="public").suggestions == ()


def test_the_title_as_typed_comes_before_its_words_then_keywords_then_slips(opened: Open) -> None:
    searcher = opened(
        {
            "a-slip.md": article("Pasword", "x", locale="en"),
            "b-keyword.md": article("Vault", "x", locale="en", keywords="[key password]"),
            "c-late.md": article("All there is about a password", "x", locale="en"),
            "d-early.md": article("Your password", "x", locale="en"),
            "e-begins.md": article("Password rules and what else there is to know", "x", locale="en"),
        }
    )
    assert ids(suggest(searcher, "passwo", view="public")) == ["e-begins", "d-early", "c-late", "b-keyword"]
    assert ids(suggest(searcher, "paswor", view="public"))[0] == "a-slip"
    assert ids(suggest(searcher, "passwwo", view="public")) == ["e-begins", "d-early", "c-late", "b-keyword"]


def test_a_rare_word_weighs_more_than_a_frequent_one(opened: Open) -> None:
    files = {f"lamp{number}.md": article(f"Lamp number{number}", "x", locale="en") for number in range(8)}
    searcher = opened({**files, "z.md": article("Calibration of a loom", "x", locale="en")})
    assert ids(suggest(searcher, "lamp calibration", view="public"))[0] == "z"


# ── Languages, pins, popular queries ─────────────────────────────────────────────────────────────────────


def test_translations_are_one_suggestion_in_the_language_of_the_reader(center: Searcher) -> None:
    shown = {
        locale: [hit for hit in ids(suggest(center, "passwor", view="public", locale=locale))]
        for locale in ("en", "fr", "fr-CA", "tr", "de", None)
    }
    assert {locale: found[0] for locale, found in shown.items()} == {
        "en": "en/password",
        "fr": "fr/password",
        "fr-CA": "fr/password",
        "tr": "tr/password",
        "de": "en/password",
        None: "en/password",
    }
    for found in shown.values():
        assert len({"en/password", "fr/password", "tr/password"} & set(found)) == 1


def test_the_locale_of_the_answer_is_the_readers_else_that_of_the_best(center: Searcher) -> None:
    assert suggest(center, "şifre", view="public", locale="FR_ca").locale == "fr-CA"
    assert suggest(center, "şifre", view="public").locale == "tr"
    assert suggest(center, "xyzzy", view="public").locale is None


def test_pins_for_what_is_typed_come_first_and_blank_text_gives_all(opened: Open) -> None:
    pins = "pins:\n  - {query: password, articles: [tr/parcel, en/error]}\n  - {query: x, articles: [en/vault]}\n"
    searcher = opened({**FILES, "curation.yaml": pins})
    assert ids(suggest(searcher, "Password", view="public", locale="en"))[:3] == [
        "tr/parcel",
        "en/error",
        "en/password",
    ]
    for blank in ("", " \n", "\u200b"):
        assert ids(suggest(searcher, blank, view="public")) == ["tr/parcel", "en/error"]
    assert ids(suggest(searcher, "", view="internal")) == ["tr/parcel", "en/error", "en/vault"]


POPULAR = ("password rules", "lost password", "PASSWORD  rules", "where is my parcel", "password", "passport office")


def test_two_of_five_may_be_popular_queries_those_that_begin_so_first(opened: Open) -> None:
    files = {f"{number}.md": article(f"Password {number}", "x", locale="en") for number in range(6)}
    searcher = opened(files)
    found = texts(suggest(searcher, "passw", view="public", popular=("lost password", *POPULAR)))
    assert found == [
        *[("article", f"Password {number}") for number in range(3)],
        ("query", "password rules"),
        ("query", "password"),
    ]
    found = texts(suggest(searcher, "password r", view="public", popular=POPULAR, limit=1))
    assert [kind for kind, _ in found] == ["article"]


def test_popular_queries_fill_what_articles_leave_and_repeat_nothing(words: Searcher) -> None:
    found = texts(
        suggest(words, "error", view="public", popular=["Error e-1042", "error 5", "my error", "error", "error 5"])
    )
    assert found == [("article", "Error E-1042"), ("query", "error 5"), ("query", "my error")]
    assert texts(suggest(words, "", view="public", popular=POPULAR)) == [
        ("query", text)
        for text in ("password rules", "lost password", "where is my parcel", "password", "passport office")
    ]


def test_a_popular_query_has_no_address(words: Searcher) -> None:
    (found,) = suggest(words, "zebra", view="public", popular=["zebra crossing"]).suggestions
    assert (found.id, found.url, found.locale, found.html) == (None, None, None, "<mark>zebra</mark> crossing")


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("pass res", "<mark>Res</mark>et your <mark>pass</mark>word"),
        ("passwrd", "Reset your <mark>password</mark>"),
        ("sif", "<mark>Şif</mark>remi unuttum"),
        ("l'adr", "Changer l’<mark>adr</mark>esse de livraison"),
        ("oe", "Cœur de l’<mark>œ</mark>uvre"),
        ("e-10", "Error <mark>E-10</mark>42"),
        ("e10", "Error <mark>E-10</mark>42"),
        ("E 10", "Error <mark>E</mark>-<mark>10</mark>42"),
    ],
)
def test_what_is_typed_is_marked(words: Searcher, typed: str, html: str) -> None:
    assert suggest(words, typed, view="public").suggestions[0].html == html


def test_titles_and_queries_are_escaped(opened: Open) -> None:
    searcher = opened({"a.md": article("'<img src=x onerror=alert(1)> & <b>bold</b>'", "x", locale="en")})
    answer = suggest(searcher, "<b>bo", view="public", popular=["<b>bold</b> <script>"])
    assert [suggestion.html for suggestion in answer.suggestions] == [
        "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;<mark>b</mark>&gt;<mark>bo</mark>ld&lt;/<mark>b</mark>&gt;",
        "&lt;<mark>b</mark>&gt;<mark>bo</mark>ld&lt;/<mark>b</mark>&gt; &lt;script&gt;",
    ]


def test_the_address_is_that_of_the_settings(tmp_path: Path) -> None:
    index = build(tmp_path, FILES)
    with searcher_for(index, service__article_url="https://help.example/{locale}/{id}") as searcher:
        (found,) = suggest(searcher, "kargom", view="public").suggestions
    assert (found.kind, found.url, found.locale) == ("article", "https://help.example/tr/tr/parcel", "tr")
