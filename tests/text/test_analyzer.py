"""What holds for the terms of any text, in any language; the languages have their tables beside this file."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.text.analyzer import Token, forms, stems, tokens
from kb_search.text.normalize import fold
from tests.text.reading import stemmed

LOCALES = st.sampled_from(["en", "fr", "tr", "az", "de", "el", "ja", "ko", "zh", "th", "ar", "xx"])
TYPED = st.text() | st.text(alphabet="aZıIİé1٣_.@-'’#+ ş\u0301\u200cカーﾞ漢を앱을ไ\u0e31한œ", max_size=40)
# What is written and spoken of: words, codes, names, in any order and without spaces between them.
WORDS = st.one_of(
    st.text(alphabet="abegiIıİéàüçşğöœßÉŞÖÜñ1230-_.@+#’", max_size=8),
    st.text(alphabet="がパカﾊﾟ漢届ー", max_size=5),
    st.text(alphabet="앱을한국", max_size=4),
    st.sampled_from(["ผ่าน", "น้ำ", "Straße", "l'été", "Ankara'da", "E-1042", "iOS17.4", " "]),
)
WRITTEN = st.lists(WORDS, max_size=5).map("".join)


def plain(token: Token) -> tuple[str, str, str, bool]:
    return token.exact, token.folded, token.stem, token.part


def test_an_unknown_language_is_cut_but_not_stemmed() -> None:
    assert stemmed("Resetting invoices", "xx") == "resetting invoices"


def test_offsets_point_into_the_given_text() -> None:
    text = "L’adresse e\u0301crite : E-1042, か\u3099鍵を"
    assert [text[token.start : token.end] for token in tokens(text, "fr")] == [
        "adresse",
        "e\u0301crite",
        "E-1042",
        "E-1042",
        "E",
        "1042",
        "か\u3099鍵",
        "鍵を",
        "鍵",
    ]


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("users' E-1042 v2.0-beta iPhone15 help@example.com", "en"),
        ("l'adresse d'œufs c'est-à-dire e-mail", "fr"),
        ("İADE Ankara'da IBAN'ım 17.4'te", "tr"),
        ("Ｅ－１０４２ ﾊﾟｽﾜｰﾄﾞ が届かない iPhone15の", "ja"),
        ("앱을 비밀번호를", "ko"),
    ],
)
def test_a_term_stands_where_its_letters_are(text: str, locale: str) -> None:
    def letters(written: str) -> str:
        composed = fold(written.replace("I", "i").replace("İ", "i"))
        return "".join(character for character in composed if character.isalnum() or character == "ー")

    for token in tokens(text, locale):
        assert letters(text[token.start : token.end]) == letters(token.folded)


def test_a_very_long_run_is_one_bounded_term() -> None:
    assert [len(term) for term in stems("x" * 100_000, "en")] == [100]


@given(TYPED, LOCALES)
def test_tokens_lie_inside_the_text_in_order(text: str, locale: str) -> None:
    found = tokens(text, locale)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [(token.start, -token.end) for token in found] == sorted((token.start, -token.end) for token in found)
    assert all(token.exact and token.folded and token.stem for token in found)
    assert not any(character.isspace() for token in found for character in token.stem)


@given(TYPED, LOCALES)
def test_what_is_folded_stays_so(text: str, locale: str) -> None:
    for token in tokens(text, locale):
        # A sign that stands alone folds to a space and itself, and is kept as it is.
        assert "".join(fold(token.folded).split()) in ("", token.folded) or token.folded == token.exact


@given(WRITTEN, LOCALES)
def test_composed_or_not_the_terms_are_the_same(text: str, locale: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    one, other = tokens(composed, locale), tokens(decomposed, locale)
    assert [plain(token) for token in one] == [plain(token) for token in other]
    for left, right in zip(one, other, strict=True):
        there = decomposed[right.start : right.end]
        assert unicodedata.normalize("NFC", there) == composed[left.start : left.end]


@given(WRITTEN)
def test_capitals_find_what_they_are_capitals_of(text: str) -> None:
    small = text.replace("İ", "i").replace("I", "i").replace("ı", "i").lower()
    # ß has no capital that people write: STRASSE.
    small = small.replace("ß", "ss")
    assert stems(small.upper(), "en") == stems(small, "en")


@given(TYPED, LOCALES)
def test_stems_are_the_stems_of_the_tokens(text: str, locale: str) -> None:
    assert stems(text, locale) == [token.stem for token in tokens(text, locale)]


def test_threads_get_the_same_terms() -> None:
    text = " ".join(f"invoices{'abcdefghij'[number % 10]} accounts resetting" for number in range(500))
    expected = stems(text, "en")
    with ThreadPoolExecutor(4) as pool:
        assert all(result == expected for result in pool.map(lambda _: stems(text, "en"), range(8)))


@given(TYPED | WRITTEN, LOCALES)
def test_forms_are_the_terms_that_a_word_meets(text: str, locale: str) -> None:
    found = {(t.start, t.end, form) for t in tokens(text, locale) for form in (t.stem, t.folded, fold(t.stem))}
    every = forms(text, locale)
    assert set(every) == found and len(every) == len(found)
    assert [form.start for form in every] == sorted(form.start for form in every)


@pytest.mark.parametrize(
    ("terms", "text", "locale", "expected"),
    [
        ({"sifre"}, "Şifre, ŞİFRE; sifre", "tr", ["Şifre", "ŞİFRE", "sifre"]),
        ({"şifre"}, "Şifre, sifre", "tr", ["Şifre"]),
        ({"refus"}, "refusé, refuser", "fr", ["refusé", "refuser"]),
        ({"password", "link"}, "Passwords by links", "en", ["Passwords", "links"]),
        ((), "Nothing is wanted", "en", []),
    ],
)
def test_words_meet_a_term_by_stem_and_without_diacritics(
    terms: Collection[str], text: str, locale: str, expected: list[str]
) -> None:
    for _ in range(2):  # once worked out, once remembered
        met = {(form.start, form.end): None for form in forms(text, locale) if form.term in terms}
        assert [text[start:end] for start, end in met] == expected
