from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.passages import MAX_CHARACTERS, best_passage
from kb_search.text.analyzer import stems
from kb_search.types import Passage


def passage(text: str, query: str, locale: str = "en") -> Passage:
    return best_passage(text, "Heading", "anchor", stems(query, locale), locale)


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
    shown = passage(text, "password link expired")
    assert "The password link expires. Ask for another link." in shown.text
    assert len(shown.text) <= MAX_CHARACTERS


def test_different_words_count_more_than_many() -> None:
    text = " ".join(["Password, password, password!"] + [FILLER] * 4 + ["The password and the link."] + [FILLER] * 4)
    assert "The password and the link." in passage(text, "password link").text
    assert passage(text, "password").text.startswith("Password, password, password!")


def test_without_any_of_its_words_the_text_begins_at_the_beginning() -> None:
    text = " ".join([FILLER] * 9)
    shown = passage(text, "parcel")
    assert shown.text == " ".join([FILLER] * 3)
    assert shown.html == shown.text


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
    shown = passage('<script>alert("password")</script> & more', "password script")
    assert shown.text == '<script>alert("password")</script> & more'
    assert shown.html == (
        "&lt;<mark>script</mark>&gt;alert(&quot;<mark>password</mark>&quot;)&lt;/<mark>script</mark>&gt; &amp; more"
    )


def test_a_very_long_sentence_is_cut_at_spaces_around_its_first_match() -> None:
    text = "word " * 200 + "password " + "word " * 200
    shown = passage(text, "password")
    assert "password" in shown.text
    assert 200 < len(shown.text) <= MAX_CHARACTERS
    assert set(shown.text.split()) == {"word", "password"}  # whole words only


def test_a_very_long_word_is_cut_all_the_same() -> None:
    assert passage("x" * 1_000, "password").text == "x" * MAX_CHARACTERS
    assert "密码" in passage("字" * 1_000 + "密码" + "字" * 1_000, "密码", "zh").text


def test_a_text_that_says_nothing() -> None:
    assert passage("", "password") == Passage("", "", "Heading", "anchor")
    assert passage("Text", "").html == "Text"
    assert passage("***", "password").text == "***"


ALPHABET = st.sampled_from("ab ışİIé<>&\"'.,!?-_@\n漢字1")


@given(
    st.lists(st.text(ALPHABET, max_size=60), max_size=12).map(" ".join),
    st.text(ALPHABET, max_size=12),
    st.sampled_from(["en", "fr", "tr", "zh"]),
)
def test_the_html_has_the_words_of_the_text_and_the_text_is_a_part_of_the_whole(
    text: str, query: str, locale: str
) -> None:
    shown = passage(text, query, locale)
    assert html.unescape(re.sub("</?mark>", "", shown.html)) == shown.text
    assert shown.text in text
    assert len(shown.text) <= MAX_CHARACTERS
    assert re.search("<mark>[^<]*<(?!/mark>)|<mark></mark>", shown.html) is None  # neither nested nor empty
