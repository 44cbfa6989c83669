"""What a word may have been meant to be: tables of typed → first guess, over the words of three small help centers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.spelling import Guess, misspelt, unfinished, without_diacritics
from kb_search.stores.vocabulary import Vocabulary
from kb_search.text.analyzer import Token, distinct, tokens
from tests.stores.test_vocabulary import write_words

TEXTS = {
    "en": ["Reset your password", "Track a parcel", "Cancel the subscription", "A café card", "parcel and invoice"],
    "fr": ["Réinitialiser le mot de passe", "Créer un compte où l'on veut", "Les données et la facturation", "ou bien"],
    "tr": ["Şifremi unuttum", "İade ve geri ödeme", "Kargo gelmedi", "Hesabı açık tut", "ödemeler"],
}


@pytest.fixture(scope="module")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Vocabulary]:
    folder: Path = tmp_path_factory.mktemp("vocabularies")
    for locale, texts in TEXTS.items():
        write_words(folder / locale, (distinct(text, locale) for text in texts))
    return {locale: Vocabulary(folder / locale) for locale in TEXTS}


def token(word: str, locale: str) -> Token:
    return tokens(word, locale)[0]


def first(guesses: list[Guess]) -> str | None:
    return guesses[0].form.form if guesses else None


@pytest.mark.parametrize(
    ("locale", "typed", "expected"),
    [
        ("tr", "sifremi", "şifremi"),
        ("tr", "SIFREMI", "şifremi"),
        ("tr", "acik", "açık"),
        ("tr", "odeme", "ödeme"),
        ("tr", "odemeyi", "ödeme"),  # another inflection of the word, without its diacritics
        ("tr", "iade", None),  # as it is written
        ("tr", "kargo", None),
        ("fr", "donnees", "données"),
        ("fr", "reinitialiser", "réinitialiser"),
        ("fr", "RÉINITIALISER", None),
        ("fr", "ou", None),  # as it is written: not "où"
        ("en", "cafe", "café"),
        ("en", "pasword", None),
    ],
)
def test_without_diacritics(vocabularies: dict[str, Vocabulary], locale: str, typed: str, expected: str | None) -> None:
    assert first(without_diacritics(token(typed, locale), vocabularies[locale])) == expected


@pytest.mark.parametrize(
    ("locale", "typed", "expected"),
    [
        ("en", "pasword", "password"),
        ("en", "passwrod", "password"),
        ("en", "parcl", "parcel"),
        ("en", "subscritpion", "subscription"),
        ("en", "subscrption", "subscription"),
        ("en", "subcritpion", "subscription"),  # two edits, from nine letters
        ("en", "pacrle", None),  # two edits are too many for six letters
        ("en", "rset", "reset"),  # the longer of the two words has five
        ("en", "crd", None),  # short words are everything's neighbours
        ("fr", "facturatoin", "facturation"),
        ("tr", "sifrmei", "şifremi"),
        ("tr", "kagro", "kargo"),
    ],
)
def test_misspelt(vocabularies: dict[str, Vocabulary], locale: str, typed: str, expected: str | None) -> None:
    assert first(misspelt(token(typed, locale), vocabularies[locale])) == expected


@pytest.mark.parametrize(
    ("typed", "expected"), [("parc", "parcel"), ("subs", "subscription"), ("pa", None), ("parcel", None), ("zzz", None)]
)
def test_unfinished(vocabularies: dict[str, Vocabulary], typed: str, expected: str | None) -> None:
    assert first(unfinished(token(typed, "en"), vocabularies["en"])) == expected


def test_the_worth_of_a_guess_falls_with_its_edits(vocabularies: dict[str, Vocabulary]) -> None:
    english = vocabularies["en"]
    unaccented = without_diacritics(token("cafe", "en"), english)[0]
    one, two = (misspelt(token(word, "en"), english)[0] for word in ("subscritpion", "subcritpion"))
    beginning = unfinished(token("subs", "en"), english)[0]
    assert 1 > unaccented.weight > one.weight > two.weight > beginning.weight > 0
    assert unaccented.cost < one.cost < two.cost
    assert [guess.whole for guess in (unaccented, one, two, beginning)] == [True, True, True, False]


def test_of_two_guesses_the_more_frequent_word_comes_first(tmp_path: Path) -> None:
    write_words(tmp_path / "v", (distinct(text, "en") for text in ("table", "table", "cable")))
    assert first(misspelt(token("gable", "en"), Vocabulary(tmp_path / "v"))) == "table"
