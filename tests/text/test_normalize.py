"""One spelling per text: normalisation, lower case and folding."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.text.normalize import calm, fold, lower, normalize, uncapitalised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two \t words  ", "two words"),
        ("prix\u00a0: 5\u202f€", "prix : 5 €"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one \n \n\n  two", "one\n\ntwo"),
        ("cafe\u0301", "café"),
        ("pass\u00adword\u200b\ufeff", "password"),
        ("bell\x07 and null\x00", "bell and null"),
        ("e\u200b\u0301", "é"),
        ("m² ﬁn Ⅳ", "m² ﬁn Ⅳ"),
        ("a\u200db", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("lone \ud800surrogate", "lone surrogate"),
        ("", ""),
    ],
)
def test_normalize(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("İADE", "tr", "iade"),
        ("IŞIK", "tr", "ışık"),
        ("Işık", "tr-TR", "ışık"),
        ("I\u0307ADE", "tr", "iade"),
        ("i\u0307ade", "tr", "iade"),
        ("İSTİFADƏÇİ", "az", "istifadəçi"),
        ("ISI", "az_AZ", "ısı"),
        ("İADE", "en", "iade"),
        ("WINDOWS", "en", "windows"),
        ("Straße", "de", "straße"),
        ("STRAẞE", "de", "straße"),
        ("ΛΌΓΟΣ", "el", "λόγοσ"),
        ("λόγος", "el", "λόγοσ"),
        ("ÉCRAN", "fr", "écran"),
        ("E\u0301CRAN", "fr", "écran"),
        ("ﬁchier", "fr", "fichier"),
        ("ПАРОЛЬ", "ru", "пароль"),
    ],
)
def test_lower(text: str, locale: str, expected: str) -> None:
    assert lower(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("şifre", "sifre"),
        ("ışık", "isik"),
        ("élève", "eleve"),
        ("œuvre", "oeuvre"),
        ("straße", "strasse"),
        ("smørrebrød", "smorrebrod"),
        ("łódź", "lodz"),
        ("đặt lại", "dat lai"),
        ("şəkil", "sekil"),
        ("ｗｉｆｉ", "wifi"),
        ("m² ﬁn", "m2 fin"),
        ("λόγοσ", "λογοσ"),
    ],
)
def test_fold_gives_what_people_type_without_diacritics(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("йод", "йод"),  # и with a breve is another letter
        ("ї ў", "ї ў"),
        ("ёлка", "елка"),  # but ё is mostly written е
        ("за\u0301мок", "замок"),  # and stress is for dictionaries
        ("ё\u0301", "е"),
        ("ѓ ќ", "ѓ ќ"),
        ("がぎぱ", "がぎぱ"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("को किताब", "को किताब"),
        ("รหัสผ่าน", "รหัสผ่าน"),
        ("한국어", "한국어"),
        ("كَلِمَة", "كلمة"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_fold_keeps_the_letters_of_other_scripts(text: str, expected: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", expected)


@given(st.text())
def test_normalize_twice_is_normalize(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert "\n\n\n" not in once and "  " not in once


@given(st.text(), st.sampled_from(["en", "tr", "az", "de", "el", "lt"]))
def test_lower_leaves_no_dot_above_and_is_stable(text: str, locale: str) -> None:
    once = lower(text, locale)
    assert "\u0307" not in once
    assert lower(once, locale) == once


@given(st.text(), st.sampled_from(["en", "tr", "el"]))
def test_fold_twice_is_fold(text: str, locale: str) -> None:
    once = fold(lower(text, locale))
    assert fold(once) == once


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("MOT DE PASSE OUBLIÉ", "fr", "mot de passe oublié"),
        ("KARGOM NEREDE, İADE?", "tr", "kargom nerede, iade?"),
        ("IŞIK", "tr", "ışık"),
        ("E-1042", "en", "e-1042"),
        ("iPhone SE", "en", "iPhone SE"),
        ("Reset my PIN", "en", "Reset my PIN"),
        ("パスワード", "ja", "パスワード"),
        ("", "en", ""),
    ],
)
def test_capitals_alone_are_calmed(text: str, locale: str, expected: str) -> None:
    assert calm(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("İptal", "tr", "iptal"),
        ("Işık", "tr", "ışık"),
        ("Password", "en", "password"),
        ("iOS", "en", "iOS"),
        ("Loom Hub", "en", "Loom Hub"),
        ("USB", "en", "USB"),
        ("", "en", ""),
    ],
)
def test_a_single_word_loses_the_capital_of_its_beginning(text: str, locale: str, expected: str) -> None:
    assert uncapitalised(text, locale) == expected
