"""The language of a text, among those an index has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.errors import ConfigError
from kb_search.text import language
from kb_search.text.detectors import Detector, eldc_detector, lingua_detector
from kb_search.text.language import LanguageIdentifier

Load = Callable[[Iterable[str]], Detector]


@pytest.fixture(params=[eldc_detector, lingua_detector], ids=["eldc", "lingua"])
def identifier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LanguageIdentifier:
    load: Load = request.param
    monkeypatch.setattr(language, "load", load)
    return LanguageIdentifier(["en", "fr", "tr"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how do I cancel my order", "en"),
        ("comment annuler ma commande", "fr"),
        ("siparişimi nasıl iptal ederim", "tr"),
        ("siparisimi nasil iptal ederim", "tr"),
        ("paiement refusé", "fr"),
        ("şifremi unuttum", "tr"),
        ("ŞİFREMİ UNUTTUM", "tr"),
        ("E-1042 hatası alıyorum", "tr"),
        ("E-1042", "en"),  # says nothing, so it is the default
        ("1042", None),
        ("", None),
        ("?!", None),
    ],
)
def test_identify(identifier: LanguageIdentifier, text: str, expected: str | None) -> None:
    assert identifier.identify(text) == expected


def test_special_letters_decide_where_the_words_are_unknown(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("qxığ") == "tr"
    assert identifier.identify("qxœv") == "fr"


def test_a_long_text_is_judged_by_all_of_it(identifier: LanguageIdentifier) -> None:
    english = "Open the settings and choose your account to change the password. " * 10
    turkish = "Ayarları açın ve parolayı değiştirmek için hesabınızı seçin. " * 40
    assert identifier.identify(english + turkish) == "tr"


def test_probabilities_add_up_and_say_nothing_about_codes(identifier: LanguageIdentifier) -> None:
    assert sum(identifier.detect("reset my password").probabilities.values()) == pytest.approx(1.0)
    assert identifier.detect("ERR_17 http://a.example 42").probabilities == pytest.approx(
        dict.fromkeys(["en", "fr", "tr"], 1 / 3)
    )


def test_locales_of_one_language_share_its_probability() -> None:
    found = LanguageIdentifier(["en", "fr-CA", "fr"]).detect("comment annuler ma commande")
    assert found.locale == "fr-CA"
    assert found.probabilities.keys() == {"en", "fr"} and found.probabilities["fr"] > 0.8


def test_a_language_does_not_lose_by_having_several_locales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LanguageIdentifier, "_weights", lambda self, text: {"fr": 0.4, "en": 0.6})
    assert LanguageIdentifier(["fr", "en-GB", "en-US"]).identify("table") == "en-GB"


def test_languages_that_no_library_knows_are_possible(identifier: LanguageIdentifier) -> None:
    mixed = LanguageIdentifier(["en", "km", "tlh"])
    assert mixed.identify("ភ្លេចពាក្យសម្ងាត់") == "km"
    assert mixed.identify("how do I cancel my order") == "en"
    assert LanguageIdentifier(["tlh", "km"]).identify("nuqneH") == "tlh"


def test_one_locale_needs_no_work() -> None:
    assert LanguageIdentifier(["tr"]).detect("anything").probabilities == {"tr": 1.0}
    assert LanguageIdentifier(["tr"]).identify("anything") == "tr"


def test_no_locale_is_refused() -> None:
    with pytest.raises(ConfigError, match="no locale"):
        LanguageIdentifier([])


def test_importing_and_creating_load_no_library() -> None:
    code = (
        "import sys; from kb_search.text.language import LanguageIdentifier; LanguageIdentifier(['en', 'fr']);"
        "assert not {'eldc', 'lingua'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lingua_stands_in_where_eldc_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "eldc", None)
    assert LanguageIdentifier(["en", "tr"]).identify("şifremi unuttum") == "tr"


IDENTIFIER = LanguageIdentifier(["en", "fr", "tr", "ja", "km", "nb", "id"])


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert sum(IDENTIFIER.detect(text).probabilities.values()) == pytest.approx(1.0)
    assert (IDENTIFIER.identify(text) is None) == (not any(letter.isalpha() for letter in text))


@given(st.text(alphabet=st.characters(), max_size=5))
def test_lone_surrogates_and_nulls_too(text: str) -> None:
    assert IDENTIFIER.detect("\ud800\x00" + text).probabilities
