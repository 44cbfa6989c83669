"""Which words of a query are marked, with known answers and as rules that hold of any text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import Searcher
from kb_search.emphasis import Emphasis, Met, emphasis, is_common
from kb_search.marking import mark
from kb_search.ranking.wording import weigh
from kb_search.suggesting import suggest
from kb_search.text.analyzer import forms, stems
from kb_search.text.slots import Alternative, Slot
from tests import fakes

DOCUMENTS = 56
FREQUENCIES: Mapping[str, Mapping[str, int]] = {
    "en": {"do": 49, "is": 56, "in": 56, "the": 56, "my": 39, "plan": 28, "password": 18, "order": 36, "app": 26},
    "fr": {"mot": 19, "de": 56, "pass": 40, "oubli": 14, "est": 56, "mon": 40, "colis": 13},
    "tr": {"bir": 55, "sipariş": 27, "iptal": 21},
}
"""Articles of 56 that have a term, much as help centers have them."""


def chosen(slots: Sequence[Slot], locale: str) -> Emphasis:
    def frequency(term: str) -> int:
        return FREQUENCIES[locale].get(term, 0)

    return emphasis(slots, weigh(slots, frequency, DOCUMENTS).shares, frequency, DOCUMENTS)


def marked(text: str, slots: Sequence[Slot], locale: str) -> list[str]:
    wordings = [terms for slot in slots for terms in (slot.terms, *(other.terms for other in slot.alternatives))]
    asked = {term for terms in wordings for term in terms}
    met = [Met(start, end, term) for start, end, term in forms(text, locale) if term in asked]
    return re.findall("<mark>(.*?)</mark>", mark(text, chosen(slots, locale).spans(text, met)))


def words_of(query: str, locale: str) -> list[Slot]:
    return [Slot((stem,)) for stem in stems(query, locale)]


@pytest.mark.parametrize(
    ("query", "locale", "text", "words"),
    [
        ("what is in my plan", "en", "In Settings, my plan is the plan that is yours.", ["my", "plan", "plan"]),
        ("how do I reset the password", "en", "Do it in the app: the password is new.", ["password"]),
        ("is my password in the app", "en", "In my order: the app is my own.", ["app"]),
        ("mot de passe oublié", "fr", "Le mot de passe de passe-partout, oublié.", ["mot", "de", "passe", "oublié"]),
        ("où est mon colis", "fr", "Mon colis est là, mon ami.", ["Mon", "colis"]),
        ("bir siparişi iptal", "tr", "Bir gün bir siparişi, bir de iptal.", ["siparişi", "iptal"]),
    ],
)
def test_words_that_say_nothing_are_marked_only_in_a_phrase(
    query: str, locale: str, text: str, words: list[str]
) -> None:
    assert marked(text, words_of(query, locale), locale) == words


@pytest.mark.parametrize(
    ("query", "words"), [("is the order", ["order"]), ("order", ["order"]), ("is", ["is"]), ("is xyzzy", ["is"])]
)
def test_where_nothing_says_much_the_word_that_says_most_is_marked(query: str, words: list[str]) -> None:
    assert marked("Your order is in the bag.", words_of(query, "en"), "en") == words


def test_another_wording_is_a_phrase_of_its_own() -> None:
    synonym = Slot(("password",), (Alternative(("my", "app"), 0.8),))
    assert marked("My app is new, it is my own.", [synonym], "en") == ["My", "app"]


def test_of_a_few_articles_no_word_is_common() -> None:
    assert [is_common(count, 12) for count in (6, 9, 10)] == [False, False, True]
    assert [is_common(count, 56) for count in (28, 29)] == [False, True]


TEXTS = st.lists(st.sampled_from("a b c d e . ' -".split()), max_size=30).map(" ".join)
LETTERS = st.lists(st.sampled_from("abcde"), max_size=5)


def test_a_text_without_the_telling_words_shows_what_else_it_was_found_by() -> None:
    slots = [Slot(("order",)), Slot(("the",)), Slot(("app",))]
    assert marked("Open the app for your order.", slots, "en") == ["app"]
    assert marked("Cancel the order.", slots, "en") == ["order"]
    assert marked("Open the page.", slots, "en") == []


@given(TEXTS, LETTERS, st.fixed_dictionaries({letter: st.integers(0, 40) for letter in "abcde"}))
def test_what_is_marked_says_something_or_stands_beside_what_does(
    text: str, query: list[str], frequency: dict[str, int]
) -> None:
    slots = [Slot((letter,)) for letter in query]
    found = emphasis(slots, weigh(slots, frequency.__getitem__, 40).shares, frequency.__getitem__, 40)
    met = [Met(place, place + 1, text[place]) for place in range(len(text)) if text[place] in query]
    spans = found.spans(text, met)
    places = [start for start, _ in spans]
    assert places == sorted(set(places)) and set(spans) <= {(word.start, word.end) for word in met}
    for word in met:
        rare = 0 < frequency[word.term] <= 20
        assert not rare or word.start in places
        if word.start in places and not rare:
            near = {text[place] for place in (word.start - 2, word.start + 2) if place in places}
            assert near or not any(0 < frequency[word.term] <= 20 for word in met)
    if any(frequency[word.term] for word in met) and not any(0 < frequency[letter] <= 20 for letter in query):
        best = min(frequency[letter] for letter in query if frequency[letter])
        assert all(word.start in places for word in met if frequency[word.term] == best)


# ── In a help center ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    def about(thing: str) -> str:
        return f"This is what is in my {thing}. The {thing} is my own."

    things = "lamp loom cable hub parcel refund invoice ticket password address pattern colour".split()
    folder: Path = tmp_path_factory.mktemp("emphasis")
    files = {f"en/{thing}.md": fakes.article(f"What is in my {thing}", about(thing)) for thing in things}
    with fakes.searcher_for(fakes.build(folder, files)) as opened:
        yield opened


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_passages_mark_what_says_something(searcher: Searcher, mode: str) -> None:
    (hit,) = searcher.search("what is my parcel", limit=1, mode=mode).hits  # type: ignore[arg-type]
    assert hit.id == "en/parcel"
    marks = "This is what is in my <mark>parcel</mark>. The <mark>parcel</mark> is my own."
    assert hit.passage.html == marks


def test_suggested_titles_do_too(searcher: Searcher) -> None:
    def titles(typed: str) -> set[str]:
        return {one.html for one in suggest(searcher, typed, view="public", locale="en", limit=1).suggestions}

    assert titles("what is in my par") == {"What is in my <mark>par</mark>cel"}
    assert titles("what is parcel ") == {"What is in my <mark>parcel</mark>"}
    (title,) = titles("what is ")
    assert title.startswith("<mark>What</mark> <mark>is</mark> in my ")
