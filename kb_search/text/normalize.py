"""One spelling per text: what is stored, what is compared, and what people type without diacritics.

`normalize` keeps the text readable, `lower` and `fold` are only for matching. Nothing here knows words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kb_search.text.locales import primary

# Joiners are spelling in Persian and in the scripts of India, and glue in emoji; elsewhere they are debris.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_JOINER = re.compile(r"(?<![\u0600-\u1fff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+")
_NEWLINE = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")

_DOTTED_LOCALES = frozenset({"tr", "az"})
_DOTTED = str.maketrans({"İ": "i", "I": "ı"})
_DOT_ABOVE = "\u0307"

# Letters that people replace but that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ı": "i", "ȷ": "j", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "e"}
    | {"ħ": "h", "ŧ": "t", "ŋ": "n", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ƴ": "y", "ʻ": "", "ʼ": "", "\u0640": ""}
)
_LATIN_OR_GREEK = r"a-z\u0180-\u02af\u0370-\u03ff"
_DIACRITICS = re.compile(rf"(?<=[{_LATIN_OR_GREEK}])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+")
# Stress marks and ё go, й ї ў stay letters; points of Hebrew and vowel signs of Arabic are never typed.
_UNWRITTEN = re.compile(
    r"(?<=е)[\u0301\u0308]+|(?<=[аиоуыэюяіє])\u0301+|[\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u0652\u0670]"
)


def normalize(text: str) -> str:
    """Give the form of a text that is stored and hashed; applying it twice changes nothing.

    Unicode NFC (compatibility forms such as `²` stay), no control or invisible characters, single spaces,
    no spaces around line ends, at most one blank line in a row, nothing blank at either end.
    """
    text = _JOINER.sub("", _INVISIBLE.sub("", _NEWLINE.sub("\n", text)))
    text = unicodedata.normalize("NFC", text)
    text = _BREAKS.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


@lru_cache(maxsize=256)
def _is_dotted(locale: str) -> bool:
    return primary(locale) in _DOTTED_LOCALES


def lower(text: str, locale: str) -> str:
    """Lower-case a text as its readers would: `IŞIK` is `ışık` in Turkish and Azeri, `işik` elsewhere.

    Unicode case folding (final `ς` becomes `σ`, `ﬁ` becomes `fi`), except that `ß` stays; NFC, and never a
    combining dot above, which is what the usual lower-casing of `İ` leaves behind.
    """
    dotted = _is_dotted(locale)
    if text.isascii():
        return (text.replace("I", "ı") if dotted else text).lower()
    text = unicodedata.normalize("NFC", text)
    if dotted:
        text = text.translate(_DOTTED)
    text = "ß".join(part.casefold() for part in text.replace("ẞ", "ß").split("ß"))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).replace(_DOT_ABOVE, ""))


def calm(text: str, locale: str) -> str:
    """Give a text that is all in capitals in small letters, and any other one as it is."""
    return text if any(letter.islower() for letter in text) else lower(text, locale)


def uncapitalised(text: str, locale: str) -> str:
    """Give a single word without the capital that keyboards put at its beginning: `İptal` → `iptal`, but not `iOS`.

    A small model reads a lone capitalised word as a name. Words that others follow are told by these.
    """
    return lower(text, locale) if text[:1].isupper() and text[1:].islower() and text.isalpha() else text


def fold(text: str) -> str:
    """Reduce a lower-cased text to what people type without diacritics: `şifre` → `sifre`, `œuvre` → `oeuvre`.

    Compatibility forms become plain (NFKD). Marks are dropped where they are an ornament (Latin, Greek, Cyrillic
    stress) or optional (Hebrew, Arabic), and kept where they make another letter: `й`, `が`, `को`, Thai vowels.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _UNWRITTEN.sub("", _DIACRITICS.sub("", text.translate(_LETTERS)))
    return unicodedata.normalize("NFC", text)
