"""French: elision, pronouns by hyphen, ligatures, accents on capitals."""

from __future__ import annotations

import pytest

from tests.text.reading import exact, finds, folded, stemmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'adresse, l’adresse, L'ADRESSE", "adresse adresse adresse"),
        ("d'abonnement d'abord qu'il jusqu'à", "abonnement abord il à"),
        ("s'abonner t'as n'est m'a j'ai c'est", "abonner as est a ai est"),
        ("lorsqu'il puisqu'on quoiqu'elle", "il on elle"),
        ("qu'est-ce que c'est", "est ce que est"),
        ("aujourd'hui, d’aujourd’hui", "aujourd'hui aujourd'hui"),
        ("prud'homme, presqu'île", "prud'homme presqu'île"),  # one word: no article is cut off
        ("c'est-à-dire", "est à dire"),
        ("l'e-mail, l'iPhone, d'iOS 17.4", "email* e mail iphone ios 17.4 17* 4*"),
        ("l'E-1042", "e-1042 e1042* e* 1042*"),
        ("n°1042, 1er, 2e", "n 1042 1er 2e"),
    ],
)
def test_elision(text: str, expected: str) -> None:
    assert exact(text, "fr") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("peut-on va-t-il dites-le-moi", "peut on va t il dites le moi"),
        ("rendez-vous, mot-clé", "rendez vous mot clé"),
        ("e-mail E-MAILS", "email* e mail emails* e mails"),
        ("chef-d'œuvre", "chef œuvre"),
    ],
)
def test_hyphens(text: str, expected: str) -> None:
    assert exact(text, "fr-CA") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RÉINITIALISER", "réinitialiser"),
        ("DÉJÀ REÇU", "déjà reçu"),
        ("E\u0301CRAN", "écran"),
        ("ÇA", "ça"),
        ("ŒUVRE ÆQUO", "œuvre æquo"),
        ("l\u2019Éte\u0301", "été"),
    ],
)
def test_capitals_keep_their_accents(text: str, expected: str) -> None:
    assert exact(text, "fr") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RÉINITIALISER réinitialisé", "reinitialiser reinitialise"),
        ("cœur coeur CŒUR COEUR", "coeur coeur coeur coeur"),
        ("d'œufs, ex æquo", "oeufs ex aequo"),
        ("Noël maïs ça à où", "noel mais ca a ou"),
        ("aujourd'hui", "aujourdhui"),
    ],
)
def test_folded(text: str, expected: str) -> None:
    assert folded(text, "fr") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facturation facture factures facturer facturé", "factur factur factur factur factur"),
        ("abonnement abonné abonnées abonner", "abon abon abon abon"),
        ("remboursement rembourser remboursé", "rembours rembours rembours"),
        ("adresse adresses", "adress adress"),
        ("réinitialiser réinitialisation RÉINITIALISÉ", "réinitialis réinitialis réinitialis"),
        ("cœurs coeur ŒUVRES oeuvre", "coeur coeur oeuvr oeuvr"),
        ("paiement payement payer", "pai pai pai"),
        ("expédier expédition", "expédi expédit"),  # Snowball does not bring these together
        ("telephone téléphone", "telephon téléphon"),  # nor words without their accents: those meet folded
    ],
)
def test_stems(text: str, expected: str) -> None:
    assert stemmed(text, "fr") == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("adresse", "Changer l’adresse de livraison"),
        ("email", "Votre e-mail"),
        ("coeur", "au cœur du compte"),
        ("œuvre", "mise en oeuvre"),
        ("E1042", "l'erreur E-1042"),
    ],
)
def test_finds(query: str, text: str) -> None:
    assert finds(query, text, "fr")
