"""Sentences and cutting at their ends."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.text.sentences import sentences, truncate


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", ["Dr. Smith uses 3.2.1, e.g. on Windows.", "See https://a.example/b.html.", "Done!"]),
        ("en", ["Wait... what?!", "Yes.", '"Quoted."', "I said no.", "Then No. 5."]),
        ("en", ["1. First step.", "It ends at 5 p.m.", "iPhones too."]),
        ("fr", ["M. Dupont et Mme. Durand sont là.", "Voir fig. 3, art. 5.", "Cliquez « Oui ! » puis attendez."]),
        ("tr", ["Kalem vb. şeyler gerekir.", "Örn. Ankara'da.", "Bkz. sayfa 5.", "Saat 14.30'da gel."]),
        ("tr", ["Dr. Ahmet Bey 20. yüzyılı anlatır.", "No. 5 tamam."]),
        ("az", ["Məs. Bakıda.", "Bitdi."]),
        ("de", ["Das ist z.B. gut.", "Er kam am 3. Januar.", "Nr. 5 bzw. Nr. 6."]),
        ("hi", ["यह है।", "वह है।"]),
        ("ar", ["ما هذا؟", "نعم."]),
    ],
)
def test_sentences_of_a_text(locale: str, expected: list[str]) -> None:
    text = " ".join(expected)
    assert [text[start:end] for start, end in sentences(text, locale)] == expected


def test_full_stops_of_chinese_and_japanese_need_no_space() -> None:
    text = "パスワードを忘れました。「はい。」再設定！"
    assert [text[start:end] for start, end in sentences(text, "ja")] == [
        "パスワードを忘れました。",
        "「はい。」",
        "再設定！",
    ]


def test_a_line_end_ends_a_sentence() -> None:
    assert sentences("Title\n\n first line\nsecond", "en") == [(0, 5), (8, 18), (19, 25)]


@given(st.text() | st.text(alphabet="ab A1.!?…。 \n\"»)'M"), st.sampled_from(["en", "fr", "tr", "ja"]))
def test_spans_cover_all_that_is_not_space_once(text: str, locale: str) -> None:
    spans = sentences(text, locale)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert all(character.isspace() for at, character in enumerate(text) if at not in covered)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (99, "One is. Two follows it."),
        (22, "One is."),
        (7, "One is."),
        (6, "One"),
        (3, "One"),
        (2, "On"),
        (0, ""),
    ],
)
def test_truncate_at_sentence_word_or_character(limit: int, expected: str) -> None:
    assert truncate("One is. Two follows it.", limit, "en") == expected


def test_truncate_takes_an_accent_with_its_letter() -> None:
    assert truncate("e\u0301e\u0301e\u0301", 3, "fr") == "e\u0301"


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_truncate_gives_a_prefix_within_the_limit(text: str, limit: int) -> None:
    cut = truncate(text, limit, "en")
    assert len(cut) <= limit and text.startswith(cut)
    assert cut or not text or not limit
