"""German: umlauts and ß with their ASCII spellings, nouns, compounds."""

from __future__ import annotations

import pytest

from tests.text.reading import exact, finds, folded, stemmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Straße STRASSE STRAẞE", "straße strasse straße"),
        ("Müller MÜLLER Mu\u0308ller", "müller müller müller"),
        ("Wie geht's? Ich hab's. Adas Rechnung", "wie geht ich hab adas rechnung"),
        ("E-Mail-Adresse", "email* e mail adresse"),
        ("Zwei-Faktor-Anmeldung", "zwei faktor anmeldung"),
        ("Ein-/Ausgang, PIN-Nummer", "ein ausgang pin nummer"),
        ("z.B. USt-IdNr.", "zb ust idnr"),
        ("Kund:innen", "kund innen"),
        ("10.000 € am 3.5.", "10.000 10* 000* am 3.5 3* 5*"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert exact(text, "de") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Straße Strasse STRASSE", "strasse strasse strasse"),
        ("Größe Grösse", "grosse grosse"),
        # To fold is to drop the dots, as Turkish and French need it; `ue` is the stemmer's business.
        ("Müller Muller Mueller", "muller muller mueller"),
    ],
)
def test_folded(text: str, expected: str) -> None:
    assert folded(text, "de") == expected


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        ("Straße Strasse Straßen STRASSEN", "strass"),
        ("Müller Mueller MÜLLER", "mull"),
        ("Kündigung kündigen Kuendigung", "kundig"),
        ("öffnen oeffnen", "offn"),
        ("Bestätigung bestaetigen", "bestat"),
        ("Passwort Passwörter Passworts Passwörtern Passwoerter", "passwort"),
        ("Rechnung Rechnungen", "rechnung"),
        ("Haus Häuser Haeuser", "haus"),
        ("neu neue neuen neuer", "neu"),  # and here `ue` is no ü
    ],
)
def test_forms_meet(forms: str, stem: str) -> None:
    assert set(stemmed(forms, "de").split()) == {stem}


@pytest.mark.parametrize(
    "pair",
    [
        "Rechnung Rechnungsadresse",  # compounds are not taken apart: that needs a dictionary
        "kündigen gekündigt",  # nor is the participle's ge-
        "zurücksetzen zurückgesetzt",
    ],
)
def test_what_stays_apart(pair: str) -> None:
    first, second = stemmed(pair, "de").split()
    assert first != second


@pytest.mark.parametrize("locale", ["tr", "fr", "en"])
def test_other_languages_do_not_read_ue_as_a_letter(locale: str) -> None:
    assert not finds("mueller", "Müller", locale)


@pytest.mark.parametrize(("query", "text"), [("strasse", "Straße"), ("mueller", "Müller"), ("email", "E-Mail")])
def test_finds(query: str, text: str) -> None:
    assert finds(query, text, "de")
