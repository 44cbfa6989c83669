"""Text → terms, language by language. A term that is a part is written with a star."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.text.analyzer import Matcher, stems, tokens
from kb_search.text.normalize import fold


def exact(text: str, locale: str) -> list[str]:
    return [token.exact + "*" * token.part for token in tokens(text, locale)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reset your password, please.", "reset your password please"),
        ("the user's account, USERS’ accounts", "the user account users accounts"),
        ("I'm sure they're here; don't go", "i sure they here don't go"),
        ("two-factor log-in", "two factor login* log in"),
        ("e-mail", "email* e mail"),
        ("Wi-Fi", "wifi* wi fi"),
        ("U.S.A. and p.m.", "usa and pm"),
        ("Done.Next step", "done next step"),
        ("C++, C# and .NET", "c++ c# and .net net*"),
        ("👩‍💻 50 % — ok 1️⃣", "50 ok 1"),
        ("ʻ ʼ", "ʻ"),
        ("", ""),
    ],
)
def test_english_words(text: str, expected: str) -> None:
    assert exact(text, "en") == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E-1042", "e-1042 e* 1042*"),
        ("LL-4031", "ll-4031 ll* 4031*"),
        ("0x80070005", "0x80070005"),
        ("iOS 17.4", "ios 17.4 17* 4*"),
        ("3.2.1.", "3.2.1 3* 2* 1*"),
        ("v2.0-beta", "v2.0-beta v2.0* v2* 2.0* 2* 0* beta*"),
        ("ERR_TOO_MANY_REDIRECTS", "err_too_many_redirects err* too* many* redirects*"),
        ("user@example.com", "user@example.com user* example.com* example* com*"),
        ("https://example.com/reset", "https example.com example* com* reset"),
        ("www.example.com", "www.example.com www* example.com* example* com*"),
        ("node.js", "node.js node* js*"),
        ("ＡＢＣ－１２", "abc-12 abc* 12*"),
        ("٢٠٢٦", "2026"),
    ],
)
def test_codes_are_kept_whole_and_in_parts_in_every_language(text: str, expected: str) -> None:
    for locale in ("en", "fr-CA", "xx"):
        assert exact(text, locale) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'adresse, l’adresse, L'ADRESSE", "adresse adresse adresse"),
        ("d'abord qu'il jusqu'à", "abord il à"),
        ("aujourd'hui, d’aujourd’hui", "aujourd'hui aujourd'hui"),
        ("c'est-à-dire", "est à dire"),
        ("rendez-vous peut-on", "rendez vous peut on"),
        ("l'e-mail", "email* e mail"),
        ("l'E-1042", "e-1042 e* 1042*"),
    ],
)
def test_french(text: str, expected: str) -> None:
    assert exact(text, "fr") == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("İADE IŞIK Işık ışık", "iade ışık ışık ışık"),
        ("Ankara'da KVKK’ya", "ankara kvkk"),
        ("E-1042'yi, iOS'ta, 17.4'te", "e-1042 e* 1042* ios 17.4 17* 4*"),
        ("A'dan Z'ye", "a z"),
        ("O'Brien", "o'brien"),
        ("e-posta", "eposta* e posta"),
        ("IBAN'ınız", "ıban iban*"),  # no Turkish word, so it is read both ways
        ("ERR_INVALID", "err_invalid err* invalid*"),
    ],
)
def test_turkish(text: str, expected: str) -> None:
    assert exact(text, "tr-TR") == expected.split()


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("İstifadəçi ŞƏKİL", "az", "istifadəçi şəkil"),
        ("Straße, E-Mail-Adresse", "de", "straße email* e mail adresse"),
        ("dell'acqua", "it", "acqua"),
        ("パスワードを忘れた", "ja", "パス スワ ワー ード ドを を忘 忘れ れた"),
        ("iPhoneの設定", "ja", "iphone の設 設定"),
        ("ﾊﾟｽﾜｰﾄﾞ 東", "ja", "パス スワ ワー ード 東"),
        ("第3章", "ja", "第 3 章"),
        ("重置密码", "zh", "重置 置密 密码"),
        ("비밀번호를", "ko", "비밀 밀번 번호 호를"),
        ("รหัสผ่าน", "th", "รหั หัส สผ่ ผ่า าน"),
        ("पासवर्ड भूल", "hi", "पासवर्ड भूल"),
        ("می\u200cخواهم", "fa", "میخواهم"),
        ("ПАРОЛЬ за́мок", "ru", "пароль за́мок"),
    ],
)
def test_other_languages(text: str, locale: str, expected: str) -> None:
    assert exact(text, locale) == expected.split()


@pytest.mark.parametrize(
    ("words", "locale", "expected"),
    [
        ("invoices invoice billing", "en", "invoic invoic bill"),
        ("facturation facture factures", "fr", "factur factur factur"),
        ("adresse adresses", "fr-CA", "adress adress"),
        ("şifremi şifre kitaplarımızdan IŞIK", "tr", "şifre şifre kitap ışık"),
        ("Straße STRASSE Häuser", "de", "strass strass haus"),
        ("şəkillər", "az", "şəkillər"),
        ("invoices", "xx", "invoices"),
        ("mp3s version2s", "en", "mp3s version2s"),
        ("don't dont", "en", "dont dont"),
    ],
)
def test_stems_are_snowballs(words: str, locale: str, expected: str) -> None:
    assert stems(words, locale) == expected.split()


def test_words_typed_without_diacritics_fold_alike() -> None:
    folded = [[token.folded for token in tokens(text, "tr")] for text in ("Şifre IŞIK iade", "sifre isik İADE")]
    assert folded[0] == folded[1] == ["sifre", "isik", "iade"]


def test_offsets_point_into_the_given_text() -> None:
    text = "L’adresse e\u0301crite : E-1042"
    assert [text[token.start : token.end] for token in tokens(text, "fr")] == [
        "adresse",
        "e\u0301crite",
        "E-1042",
        "E",
        "1042",
    ]


def test_a_very_long_run_is_one_bounded_term() -> None:
    assert [len(term) for term in stems("x" * 100_000, "en")] == [100]


LOCALES = st.sampled_from(["en", "fr", "tr", "az", "de", "el", "ja", "ar", "xx"])
TYPED = st.text() | st.text(alphabet="aZıIİé1٣_.@-'’#+ ş\u0301\u200cカーﾞ漢ไ\u0e31한", max_size=40)


@given(TYPED, LOCALES)
def test_tokens_lie_inside_the_text_in_order(text: str, locale: str) -> None:
    found = tokens(text, locale)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [(token.start, -token.end) for token in found] == sorted((token.start, -token.end) for token in found)
    assert all(token.exact and token.folded and token.stem for token in found)
    assert not any(character.isspace() for token in found for character in token.stem)


@given(TYPED, LOCALES)
def test_stems_are_the_stems_of_the_tokens(text: str, locale: str) -> None:
    assert stems(text, locale) == [token.stem for token in tokens(text, locale)]


def test_threads_get_the_same_terms() -> None:
    text = " ".join(f"invoices{'abcdefghij'[number % 10]} accounts resetting" for number in range(500))
    expected = stems(text, "en")
    with ThreadPoolExecutor(4) as pool:
        assert all(result == expected for result in pool.map(lambda _: stems(text, "en"), range(8)))


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "tr", "ja"]), st.data())
def test_a_matcher_gives_the_tokens_that_meet_a_term(text: str, locale: str, data: st.DataObject) -> None:
    every = tokens(text, locale)
    forms = [form for token in every for form in (token.stem, token.folded)]
    wanted = frozenset(data.draw(st.lists(st.sampled_from(forms)))) if every else frozenset()
    expected = []
    for token in every:
        if met := wanted & {token.stem, token.folded, fold(token.stem)}:
            expected.append((token.start, token.end, set(met)))
    assert [(start, end, set(terms)) for start, end, terms in Matcher(wanted, locale)(text)] == expected


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
    matcher = Matcher(terms, locale)
    for _ in range(2):  # once worked out, once remembered
        assert [text[start:end] for start, end, _ in matcher(text)] == expected
