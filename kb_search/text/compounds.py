"""Compounds: codes, versions, identifiers, addresses, file names; and the spans of their parts.

A compound has a digit beside a joint, an underscore or an at sign, or is like a host or file name.
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
    address, and a host without `www.`; of `C++` and `C#` there are none.
    """
    if text[1:] in ("#", "++"):
        return set()
    spans = {found.span() for pattern in (_SIDE, _VERSION, _LEAF) for found in pattern.finditer(text)}
    spans |= {found.span(1) for found in _HOST.finditer(text)}
    spans |= {(start + 1, end) for start, end in spans if _V_NUMBER.fullmatch(text, start, end)}
    return spans - {(0, len(text))}
