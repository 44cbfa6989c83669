"""Compounds: codes, versions, identifiers, addresses, file names; the spans of their parts, and the other spelling.

A compound has a digit, an underscore or an at sign, or is like a host or file name. Letters before a number are
written in three ways (`E-1042`, `E1042`, `E 1042`): `joined` brings the first to the second, `parts` both to the third.
"""

from __future__ import annotations

import re

_DIGIT = re.compile(r"\d")
_LEAF = re.compile(r"[^-._@'+#]+")
_SIDE = re.compile(r"[^@]+")
_HOST = re.compile(r"(?<![^@])www\.(.+)", re.IGNORECASE | re.DOTALL)
_VERSION = re.compile(r"(?<![^\W_])v?\d+(?:\.\d+)+(?![^\W_])", re.IGNORECASE)
_V_NUMBER = re.compile(r"v[\d.]+", re.IGNORECASE)
_SENTENCE_START = re.compile(r"\.(?:[^\W\d_]\b|[^\W\d_a-z][a-z])")
# A name with a version or a number of two digits and more: iPhone15, iOS17.4, E1042; not mp3, 2FA, 0x1F, 10h30.
_GLUED = re.compile(r"([^\W\d_]+)(\d+(?:\.\d+)+|\d{2,})")
_CODE = re.compile(r"([^\W\d_]+)[-_](\d+)")
_FILE_OR_DOMAIN = re.compile(r".*\.[A-Za-z]{2,10}", re.DOTALL)


def is_compound(text: str) -> bool:
    """Tell a compound from words that joints merely connect: `E-1042`, `node.js`, but not `two-factor`, `Done.Next`."""
    if "_" in text or "@" in text or text.startswith(".") or text.endswith(("+", "#")):
        return True
    if _DIGIT.search(text):
        return True
    return "." in text and not _SENTENCE_START.search(text) and _FILE_OR_DOMAIN.fullmatch(text) is not None


def parts(text: str) -> set[tuple[int, int]]:
    """Give the spans of all parts of a compound, without the whole.

    These are its words and numbers, versions (`v2.0` and `2.0` in `v2.0-beta`), the two sides of an e-mail
    address, a host without `www.`, name and number of `iPhone15`; of `C++` and `C#` there are none.
    """
    if text[1:] in ("#", "++"):
        return set()
    spans = {found.span() for pattern in (_SIDE, _VERSION, _LEAF) for found in pattern.finditer(text)}
    spans |= {found.span(1) for found in _HOST.finditer(text)}
    spans |= {(start + 1, end) for start, end in spans if _V_NUMBER.fullmatch(text, start, end)}
    if (glued := _GLUED.fullmatch(text)) and not _V_NUMBER.fullmatch(text):
        spans |= {glued.span(1), glued.span(2)} | {found.span() for found in _LEAF.finditer(text, glued.start(2))}
    return spans - {(0, len(text))}


def joined(text: str) -> str | None:
    """Give a code of letters, one hyphen or underscore, and digits without it: `E-1042` → `E1042`; None for others."""
    found = _CODE.fullmatch(text)
    return found[1] + found[2] if found else None
