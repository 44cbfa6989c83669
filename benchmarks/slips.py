"""Queries as people mistype them: an edit in each longer word or in one, or no diacritics. Pure and repeatable."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Sequence

LONG_ENOUGH = 5
"""Letters of a word that gets an edit."""

EDITS = ("insert", "delete", "substitute", "swap")

_LONG = re.compile(rf"[^\W\d_]{{{LONG_ENOUGH},}}")
_UNDECOMPOSED = str.maketrans({"ı": "i", "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ł": "l"})


def alphabet_of(texts: Iterable[str]) -> str:
    """The letters that a language's queries are written with, in lower case: those on its readers' keyboards."""
    return "".join(
        sorted({letter for text in texts for letter in text.lower() if letter.isalpha() and len(letter) == 1})
    )


def mistype(text: str, alphabet: Sequence[str], chance: random.Random) -> str:
    """One edit in every word of five letters or more: its kind, place and letter are drawn uniformly."""
    return _LONG.sub(lambda found: _edited(found[0], alphabet, chance), text)


def mistype_once(text: str, alphabet: Sequence[str], chance: random.Random) -> str:
    """One edit in one word of five letters or more, drawn uniformly; the text itself where there is none."""
    words = list(_LONG.finditer(text))
    if not words:
        return text
    start, end = chance.choice(words).span()
    return text[:start] + _edited(text[start:end], alphabet, chance) + text[end:]


def _edited(word: str, alphabet: Sequence[str], chance: random.Random) -> str:
    edit = chance.choice(EDITS)
    if edit == "insert":
        at = chance.randrange(len(word) + 1)
        return word[:at] + chance.choice(alphabet) + word[at:]
    if edit == "swap":
        places = [at for at in range(len(word) - 1) if word[at] != word[at + 1]]
        if places:
            at = chance.choice(places)
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    at = chance.randrange(len(word))
    if edit == "delete":
        return word[:at] + word[at + 1 :]
    return word[:at] + chance.choice([letter for letter in alphabet if letter != word[at].lower()]) + word[at + 1 :]


def without_diacritics(text: str) -> str:
    """The letters of an English keyboard, as far as they stand for those of the text: `şifre` → `sifre`."""
    plain = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return unicodedata.normalize("NFC", "".join(letter for letter in plain if not unicodedata.combining(letter)))
