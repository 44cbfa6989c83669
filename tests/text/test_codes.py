"""Codes, versions, product names, addresses: found whole and in parts, the same in every language."""

from __future__ import annotations

import pytest

from kb_search.text.analyzer import tokens
from tests.text.reading import exact, finds, shares

EVERYWHERE = ("en", "fr-CA", "de", "tr", "az", "ja", "xx")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E-1042", "e-1042 e1042* e* 1042*"),
        ("E1042", "e1042 e* 1042*"),
        ("E 1042", "e 1042"),
        ("E_1042", "e_1042 e1042* e* 1042*"),
        ("LL-4031", "ll-4031 ll4031* ll* 4031*"),
        ("KB5034441", "kb5034441 kb* 5034441*"),
        ("ORD-2026-0017", "ord-2026-0017 ord* 2026* 0017*"),
        ("0x80070005", "0x80070005"),  # one number: its digits alone are another one
        ("0x1F", "0x1f"),
        ("9f86d081", "9f86d081"),  # nor do the pieces of a hash mean anything
        ("#1042", "1042"),
    ],
)
def test_codes(text: str, expected: str) -> None:
    for locale in EVERYWHERE:
        assert exact(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17.4", "17.4 17* 4*"),
        ("3.2.1.", "3.2.1 3* 2* 1*"),
        ("v2.0-beta", "v2.0-beta v2.0* v2* 2.0* 2* 0* beta*"),
        ("v3", "v3 3*"),
        ("Box15", "box15 box* 15*"),
        ("Box17.4", "box17.4 box17* box* 17.4* 17* 4*"),
        ("mp3 2FA 4K 10h30", "mp3 2fa 4k 10h30"),  # words of their own, not a name with a number
        ("USB-C", "usbc* usb c"),
        ("UTF-8", "utf-8 utf8* utf* 8*"),
        ("C++ C# .NET", "c++ c# .net net*"),
        ("node.js", "node.js node* js*"),
        ("ＡＢＣ－１２", "abc-12 abc12* abc* 12*"),
        ("٢٠٢٦", "2026"),
    ],
)
def test_versions_and_products(text: str, expected: str) -> None:
    for locale in EVERYWHERE:
        assert exact(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ERR_TOO_MANY_REDIRECTS", "err_too_many_redirects err* too* many* redirects*"),
        ("ERR_INVALID", "err_invalid err* invalid*"),
        ("user@example.com", "user@example.com user* example.com* example* com*"),
        ("https://example.com/reset", "https example.com example* com* reset"),
        ("www.example.com", "www.example.com www* example.com* example* com*"),
        ("192.168.0.1", "192.168.0.1 192* 168* 0* 1*"),
        ("config.yaml", "config.yaml config* yaml*"),
        ("+33 6 12 34", "33 6 12 34"),
        ("555-0123", "555-0123 555* 0123*"),
    ],
)
def test_identifiers_and_addresses(text: str, expected: str) -> None:
    for locale in EVERYWHERE:
        assert exact(text, locale) == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("E-1042", "The error E-1042 means that the card was refused."),
        ("e1042", "The error E-1042 means that the card was refused."),
        ("E1042", "The code is E1042."),
        ("E 1042", "The code is E1042."),
        ("E 1042", "The code is E-1042."),
        ("1042", "The code is E-1042."),
        ("iphone 15", "Works with iPhone15"),
        ("iOS 17", "Since iOS17.4"),
        ("2.0", "Now in v2.0-beta"),
        ("wifi", "Connect to Wi-Fi"),
        ("sign in", "The sign-in page"),
        ("example.com", "Write to help@example.com"),
    ],
)
def test_one_spelling_finds_the_other(query: str, text: str) -> None:
    assert finds(query, text, "en")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("E-1042", "The code is E1042."),  # E-1042 itself is not there; E1042, E and 1042 are
        ("iphone15", "For the iPhone 15"),
        ("iOS17.4", "Since iOS 17.4"),
        ("wi-fi", "the WiFi password"),
    ],
)
def test_the_spelling_that_says_more_finds_the_other_by_its_parts(query: str, text: str) -> None:
    assert shares(query, text, "en") and not finds(query, text, "en")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("0x80070005", "80070005 items, 0x80070006"),
        ("2FA", "in 2 days, the FA"),
        ("17.4", "174 items, 17,4"),
    ],
)
def test_what_merely_looks_alike_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text, "en")


def test_the_name_before_a_number_is_stemmed_as_the_word_is() -> None:
    [whole, name, number] = tokens("iPhone15", "en")
    [word] = tokens("iPhone", "en")
    assert (whole.stem, name.stem, number.stem) == ("iphone15", word.stem, "15")
