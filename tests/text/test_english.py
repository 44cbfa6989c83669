"""English: possessives, contractions, plurals, and words that are written with a hyphen or without."""

from __future__ import annotations

import pytest

from tests.text.reading import exact, finds, folded, stemmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reset your password, please.", "reset your password please"),
        ("the user's account, USERS’ accounts", "the user account users accounts"),
        ("the company's companies' policies", "the company companies policies"),
        ("James's O'Brien's", "james o'brien"),
        ("I'm sure they're here; don't go", "i sure they here don't go"),
        ("I've we'd it's let's you'll", "i we it let you"),
        ("can't won't", "can't won't"),
        ("the '90s, rock 'n' roll", "the 90s rock n roll"),
        ("iPhone's iOS's", "iphone ios"),
        ("U.S.A. and p.m.", "usa and pm"),
        ("Done.Next step", "done next step"),
        ("AT&T and/or C:\\Users", "at t and or c users"),
        ("👩‍💻 50 % — ok 1️⃣", "50 ok 1"),
        ("ʻ ʼ", "ʻ"),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert exact(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e-mail", "email* e mail"),
        ("e‑mails", "emails* e mails"),
        ("Wi-Fi", "wifi* wi fi"),
        ("log-in sign-in set-up", "login* log in signin* sign in setup* set up"),
        ("add-on re-send", "addon* add on resend* re send"),
        ("two-factor self-service", "two factor self service"),
        ("14-inch", "14-inch 14* inch*"),
    ],
)
def test_hyphens(text: str, expected: str) -> None:
    assert exact(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invoice invoices invoiced invoicing", "invoic invoic invoic invoic"),
        ("reset resets resetting", "reset reset reset"),
        ("cancel canceled cancelled cancelling cancellation", "cancel cancel cancel cancel cancel"),
        ("policy policies", "polici polici"),
        ("bill bills billing", "bill bill bill"),
        ("billing invoice", "bill invoic"),  # what means the same is for the other branch
        ("organise organize", "organis organiz"),  # and so are the two spellings of English
        ("don't dont", "dont dont"),
        ("mp3s version2s", "mp3s version2s"),
    ],
)
def test_stems(text: str, expected: str) -> None:
    assert stemmed(text, "en") == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("email", "Change your e-mail address"),
        ("emails", "e-mail"),
        ("login", "the log-in page"),
        ("log in", "the log-in page"),
        ("user", "The user's guide"),
        ("companys", "The company's address"),
    ],
)
def test_finds(query: str, text: str) -> None:
    assert finds(query, text, "en")


def test_loan_words_fold() -> None:
    assert folded("Café résumé naïve İstanbul", "en") == "cafe resume naive istanbul"
