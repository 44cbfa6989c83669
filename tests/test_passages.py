from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.marking import mark
from kb_search.passages import MAX_CHARACTERS, MOST, NEAREST
from kb_search.text.analyzer import stems
from kb_search.types import Passage
from tests.oracle_passages import Part, expected, opened, shown


def passage(text: str, query: str, locale: str = "en") -> Passage:
    terms = dict.fromkeys(stems(query, locale))
    part = Part("a#anchor~0", "anchor", "Heading", text)
    return shown([[part]], {term: 1 / len(terms) for term in terms}, locale)[0][0]


def marked(text: str, query: str, locale: str = "en") -> list[str]:
    return re.findall("<mark>(.*?)</mark>", passage(text, query, locale).html)


def test_a_short_text_is_shown_whole_with_its_words_marked() -> None:
    assert passage("Reset your password. It takes a minute.", "resetting passwords") == Passage(
        text="Reset your password. It takes a minute.",
        html="<mark>Reset</mark> your <mark>password</mark>. It takes a minute.",
        heading="Heading",
        anchor="anchor",
    )


FILLER = "This sentence says nothing of interest but takes its share of the room that there is for it here."


def test_the_window_with_most_of_the_query_s_words_is_shown() -> None:
    text = " ".join([FILLER] * 5 + ["The password link expires.", "Ask for another link."] + [FILLER] * 5)
    found = passage(text, "password link expired")
    assert "The password link expires. Ask for another link." in found.text
    assert len(found.text) <= MAX_CHARACTERS


def test_different_words_count_more_than_many() -> None:
    text = " ".join(["Password, password, password!"] + [FILLER] * 4 + ["The password and the link."] + [FILLER] * 4)
    assert "The password and the link." in passage(text, "password link").text
    assert passage(text, "password").text.startswith("Password, password, password!")


def test_without_any_of_its_words_the_text_begins_at_the_beginning() -> None:
    text = " ".join([FILLER] * 9)
    found = passage(text, "parcel")
    assert found.text == " ".join([FILLER] * 4)
    assert found.html == found.text


@pytest.mark.parametrize(
    ("text", "query", "locale", "expected"),
    [
        ("Şifremi unuttum, şifrenizi yenileyin.", "şifre", "tr", ["Şifremi", "şifrenizi"]),
        ("İADE ve iade, ISI ve ısı.", "iade ısı", "tr", ["İADE", "iade", "ISI", "ısı"]),
        ("L’adresse de l'expéditeur, des adresses.", "adresse", "fr", ["adresse", "adresses"]),
        ("Vos factures impayées", "facture impayée", "fr", ["factures", "impayées"]),
        ("Error E-1042: see E-1042.", "e-1042", "en", ["E-1042", "E-1042"]),
        ("Mail to user@example.com now", "example", "en", ["example"]),
        ("パスワードを忘れました", "パスワード", "ja", ["パスワード"]),
        ("密码重", "密码重", "zh", ["密码重"]),
    ],
)
def test_words_are_marked_as_their_language_has_it(text: str, query: str, locale: str, expected: list[str]) -> None:
    assert marked(text, query, locale) == expected


def test_a_compound_is_marked_once() -> None:
    text = "Write to user@example.com."
    assert passage(text, "user@example.com example user").html == "Write to <mark>user@example.com</mark>."


def test_text_is_escaped_and_marks_are_not() -> None:
    found = passage('<script>alert("password")</script> & more', "password script")
    assert found.text == '<script>alert("password")</script> & more'
    assert found.html == (
        "&lt;<mark>script</mark>&gt;alert(&quot;<mark>password</mark>&quot;)&lt;/<mark>script</mark>&gt; &amp; more"
    )


def test_a_character_that_parts_are_joined_with_is_text_like_any_other() -> None:
    assert mark("a\0<b>", [(2, 5)]) == "a\0<mark>&lt;b&gt;</mark>"


def test_a_very_long_sentence_is_cut_at_spaces_around_its_first_match() -> None:
    text = "word " * 200 + "password " + "word " * 200
    found = passage(text, "password")
    assert "password" in found.text
    assert 200 < len(found.text) <= MAX_CHARACTERS
    assert set(found.text.split()) == {"word", "password"}  # whole words only


def test_a_very_long_word_is_cut_all_the_same() -> None:
    assert passage("x" * 1_000, "password").text == "x" * MAX_CHARACTERS
    assert "密码" in passage("字" * 1_000 + "密码" + "字" * 1_000, "密码", "zh").text


def test_a_text_that_says_nothing() -> None:
    assert passage("", "password") == Passage("", "", "Heading", "anchor")
    assert passage("Text", "").html == "Text"
    assert passage("***", "password").text == "***"


def part(text: str, number: int = 0, heading: str = "", nearness: float | None = None) -> Part:
    return Part(f"a#s~{number}", f"s{number}", heading, text, nearness)


def texts(parts: list[Part], terms: dict[str, float] | None = None, title: str = "") -> list[str]:
    return [passage.text for passage in shown([parts], terms or {}, "en", title)[0]]


def test_the_nearest_chunk_is_shown_first_and_far_ones_never() -> None:
    parts = [
        part(f"{FILLER} Part {number}.", number, nearness=float(near))
        for number, near in enumerate([1, 9, 5, 0, 0, 0, 8])
    ]
    (passages,) = shown([parts], {}, "en")
    assert [passage.anchor for passage in passages] == ["s1", "s6", "s2"]
    assert len(passages) == MOST < NEAREST < len(parts)


def test_a_rare_word_weighs_more_than_a_frequent_one() -> None:
    parts = [part("Send the parcel with us.", 0), part("Pay the customs duty now.", 1)]
    assert texts(parts, {"parcel": 0.1, "custom": 0.9})[0] == parts[1].text
    assert texts(parts, {"parcel": 0.9, "custom": 0.1})[0] == parts[0].text


def test_without_nearness_the_heading_counts() -> None:
    parts = [part("It takes ten days, for all.", 0, "Delivery"), part("It takes five days, for all.", 1, "Refund")]
    assert texts(parts, {"refund": 1.0})[0] == parts[1].text


def test_steps_come_before_running_text_of_their_length() -> None:
    prose, steps = "Some people open the page.", "1. Open it.\n2. Press this."
    assert len(prose) == len(steps)
    assert texts([part(prose, 0), part(steps, 1)]) == [steps, prose]


def test_a_lead_in_goes_with_its_list_and_not_without() -> None:
    items = [f"- Item {number} of the list: {FILLER}" for number in range(1, 4)]
    listed = "To do so:\n\n" + "\n".join(items)
    assert texts([part(listed, nearness=0.0)])[0] == listed
    assert texts([part(f"{FILLER} {FILLER} {FILLER} To do so:\n\n- {FILLER} {FILLER}")])[0].endswith("here.")


def test_the_head_of_a_table_is_no_answer() -> None:
    table = "Code of the error | What it means to the one who reads it\nE-1 | Off"
    assert texts([part(table, 0), part("Call us about the error, day or night.", 1)])[0] != table


def test_a_summary_is_shown_where_there_is_nothing_else() -> None:
    summary = Part("a#~summary", "", "", "All about passwords and much more, in short.", 9.0)
    assert texts([summary, part("Press it.", nearness=0.0)]) == ["Press it."]
    assert texts([summary]) == [summary.text]


def test_a_line_that_repeats_the_title_is_not_what_is_shown() -> None:
    parts = [part("Reset your password", 0), part("Press the button.", 1)]
    assert texts(parts, title="Reset your password")[0] == "Press the button."


def test_further_passages_share_no_sentence_and_say_something_else() -> None:
    sentences = [f"Sentence {number} of many that are there to be read by somebody who asks." for number in range(40)]
    found = texts([part(" ".join(sentences))])
    assert len(found) == MOST
    assert all(sum(sentence in one for one in found) <= 1 for sentence in sentences)
    assert texts([part("The same.", 0), part("THE SAME.", 1)]) == ["The same."]
    assert texts([part("The same.", 0), part("The  SAME.", 1), part("The other.", 2)]) == ["The  SAME.", "The other."]


def test_terms_that_are_only_marked_choose_nothing() -> None:
    parts = [part("We send the parcel.", 0), part("We send passwords.", 1)]
    first, second = shown([parts], {"parcel": 1.0, "password": 0.0}, "en")[0]
    assert first.html == "We send the <mark>parcel</mark>."
    assert second.html == "We send <mark>passwords</mark>."


def test_what_was_typed_without_diacritics_marks_the_word_with_them() -> None:
    assert marked("Yeni şifre, şifreniz.", "sifre", "tr") == ["şifre", "şifreniz"]
    assert marked("Votre reçu", "recu", "fr") == ["reçu"]


def test_where_nothing_was_asked_chunks_are_shown_from_their_beginning() -> None:
    long = " ".join([FILLER, *["1. Do it."] * 100])
    passages = opened([part(long, 0), part("", 1), part("x" * 900, 2), part("No fourth.", 3)], "en")
    assert [len(passage.text) <= MAX_CHARACTERS for passage in passages] == [True] * MOST
    assert passages[0].text.startswith(FILLER)
    assert (passages[0].html, passages[1].text) == (passages[0].text, "")
    assert passages[2].text == "x" * MAX_CHARACTERS


ALPHABET = st.sampled_from("ab ışİIé<>&\"'.,!?-_@\n漢字1")


@given(
    st.lists(st.text(ALPHABET, max_size=60), max_size=12).map(" ".join),
    st.text(ALPHABET, max_size=12),
    st.sampled_from(["en", "fr", "tr", "zh"]),
)
def test_the_html_has_the_words_of_the_text_and_the_text_is_a_part_of_the_whole(
    text: str, query: str, locale: str
) -> None:
    found = passage(text, query, locale)
    assert html.unescape(re.sub("</?mark>", "", found.html)) == found.text
    assert found.text in text
    assert len(found.text) <= MAX_CHARACTERS
    assert re.search("<mark>[^<]*<(?!/mark>)|<mark></mark>", found.html) is None  # neither nested nor empty


LOCALES = ["en", "fr", "tr", "de", "ja"]
WORDS = {
    "en": "password passwords reset resetting link parcel E-1042 e-mail user@example.com the of it Dr. a",
    "fr": "l'adresse adresses reçu reçus recu mot de passe d’une œuvre coeur E-1042 le la M. est-il",
    "tr": "şifre şifremi sifre İADE iade ısı ISI hesabım Ankara'da IBAN kartım ve bir Dr.",
    "de": "Schuh Schuhe Straße strasse Über über Passwort E-Mail WLAN-Router der die z.B. und",
    "ja": "パスワードを忘れました 鍵を開ける 届かない E-1042 パスワード 忘れ 日本語。 iOS17.4",
}
ENDS = st.sampled_from([" ", " ", " ", " ", ". ", ": ", ".\n", ":\n", "\n- ", "\n1. ", " | ", "\n\n", "？", ", "])


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, list[list[Part]], dict[str, float], str]:
    """Some articles in one language, and what a query says in it."""
    locale = draw(st.sampled_from(LOCALES))
    word = st.sampled_from(WORDS[locale].split())
    text = st.lists(st.tuples(word, ENDS).map("".join), max_size=60).map("".join)
    chunk = st.tuples(text, st.lists(word, max_size=3).map(" ".join), st.integers(-3, 3))
    by_meaning, articles = draw(st.booleans()), []
    for number in range(draw(st.integers(1, 3))):
        parts = []
        for row, (body, heading, near) in enumerate(draw(st.lists(chunk, min_size=1, max_size=8))):
            identifier = "a#~summary" if not row and body.strip() and draw(st.booleans()) else f"a#s~{row}"
            nearness = float(near) if by_meaning else None
            parts.append(Part(identifier, f"{number}-{row}", heading, body.strip(), nearness))
        articles.append(parts)
    found = dict.fromkeys(stems(" ".join(draw(st.lists(word, max_size=5))), locale))
    terms = {term: draw(st.sampled_from([0.0, 0.1, 0.3, 0.7])) for term in found}
    return locale, articles, terms, draw(word)


@given(asked())
def test_what_is_stored_gives_the_passages_that_the_text_gives(
    case: tuple[str, list[list[Part]], dict[str, float], str],
) -> None:
    locale, articles, terms, title = case
    assert shown(articles, terms, locale, title) == [expected(parts, terms, locale, title) for parts in articles]
