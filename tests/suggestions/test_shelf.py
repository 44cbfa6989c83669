"""The words of a shelf: those that a full analysis gives, by their beginnings, and by what they were meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.suggestions.shelf import KEYWORD, Named, Shelf
from kb_search.text.analyzer import tokens
from kb_search.text.normalize import fold, normalize

TITLES = st.text(alphabet="aeEiıIİşçßŉœÆx019-.,;:!?'’()[]«»\"@_+# \u0301\u00aaパス", max_size=30).map(normalize)


def having(shelf: Shelf, word: str) -> list[tuple[int, int]]:
    start, end = shelf.having(word)
    return [(int(shelf.rows[shelf.articles[at]]), int(shelf.places[at])) for at in range(start, end)]


def test_a_posting_says_which_article_has_a_word_and_where() -> None:
    named = [Named(4, "Reset a password", ()), Named(7, "Passwords", ("lost my password", "locked out"))]
    shelf = Shelf(named, "en")
    assert having(shelf, "password") == [(4, 2), (7, KEYWORD + 2)]
    assert having(shelf, "locked") == [(7, KEYWORD)]
    assert having(shelf, "passw") == []
    start, end = shelf.beginning_with("passw")
    assert end - start == 3
    start, end = shelf.of_stem("password")
    assert end - start == 3
    assert shelf.lengths.tolist() == [3, 1]


def test_places_far_back_are_one() -> None:
    shelf = Shelf([Named(0, "word " * 100 + "last", ("a " * 100 + "end",))], "en")
    assert having(shelf, "last") == [(0, KEYWORD - 1)]
    assert having(shelf, "end") == [(0, 2 * KEYWORD - 1)]


def test_a_shelf_may_be_empty() -> None:
    for shelf in (Shelf([], "en"), Shelf([Named(0, "", ())], "en")):
        assert shelf.beginning_with("a") == shelf.having("a") == (0, 0)
        assert shelf.slips("password") == []


@given(title=TITLES, locale=st.sampled_from(["en", "fr", "tr", "az", "de"]))
def test_words_are_those_of_the_whole_analysis(title: str, locale: str) -> None:
    shelf = Shelf([Named(0, title, ())], locale)
    found = tokens(title, locale)
    for token in found:
        assert having(shelf, token.folded), token
        assert shelf.of_stem(fold(token.stem)).start < shelf.of_stem(fold(token.stem)).end
    postings = len({(token.folded, len(title[: token.start].split())) for token in found})
    assert len(shelf.articles) >= postings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pasword", "password"),
        ("passwrod", "password"),
        ("passxwo", "passwo"),
        ("apssw", "passw"),
        ("psaword", None),  # two edits need eight letters
        ("paswordd", "password"),
        ("pas", None),
        ("xyzzy", None),
    ],
)
def test_slips_are_beginnings_of_words(typed: str, meant: str | None) -> None:
    found = [slip.beginning for slip in Shelf([Named(0, "Password", ())], "en").slips(typed)]
    assert (meant in found) if meant else not found
    assert all("password".startswith(beginning) for beginning in found)
