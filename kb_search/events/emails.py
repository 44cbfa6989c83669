"""E-mail addresses, whole, half typed, or spelled so that machines should not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Every part has a longest length and a place to begin: no text, however made, takes long.
_LOCAL = r"(?<!\w)\w(?:[\w.!#$*+^`~'’-]{0,128}[\w+])?"
_LABEL = r"\w(?:[\w-]{0,62}\w)?"
_AT = r"(?:[@＠﹫]|%40|&#64;)"
_PLAIN = re.compile(rf"{_LOCAL}{_AT}(?P<host>{_LABEL}(?:\.{_LABEL})*)(?:{_AT}[\w.-]{{0,128}}\w)*", re.IGNORECASE)
_SPACED = re.compile(rf"{_LOCAL}\s?[@＠﹫]\s?{_LABEL}(?:\.{_LABEL})*\.[^\W\d]{{2,}}")
_HALF = re.compile(rf"{_LOCAL}[@＠](?=[\s.,;:!?)>]|$)")
_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:-[\w.]+)?|\d+[a-z]{1,3}", re.IGNORECASE)
"""`react@18.2.0` is a package, and `1440@144Hz` a screen."""

AT_WORD = r"\b(?:at|arobase|arobas|arroba|chiocciola|klammeraffe|et)\b"
"""How `@` is said, in an address that is spelled."""
_DOT_WORD = r"(?:dot|point|nokta|punkt|punto|ponto)"
_OPEN, _CLOSE = r"\s{0,3}[\[({<]\s{0,3}", r"\s{0,3}[\])}>]\s{0,3}"
_DOT = rf"(?:{_OPEN}(?:{_DOT_WORD}|\.){_CLOSE}|\s{{1,3}}{_DOT_WORD}\s{{1,3}}|\.)"
_SPELLED_LOCAL = rf"(?<!\w)\w[\w.+-]{{0,128}}(?:\s{{1,3}}{_DOT_WORD}\s{{1,3}}\w[\w.+-]{{0,64}}){{0,4}}"
_BRACKETS = re.compile(
    rf"{_SPELLED_LOCAL}{_OPEN}(?:{AT_WORD}|@){_CLOSE}[^\W\d][\w-]{{0,63}}(?:{_DOT}{_LABEL}){{0,8}}", re.IGNORECASE
)
_ENDING = r"(?:com|net|org|info|biz|edu|gov|io|co|eu|de|fr|tr|uk|ch|ca|nl|es|ie|pt|se|dk|fi|pl|au)"
"""What a spelled address ends in: of the short ones, none that is an English word."""
_WORDS = re.compile(
    rf"{_SPELLED_LOCAL}\s{{1,3}}(?!et\b(?!\s\S+\s{{1,3}}nokta)){AT_WORD}\s{{1,3}}"
    rf"{_LABEL}(?:\s{{1,3}}{_DOT_WORD}\s{{1,3}}{_LABEL}){{0,4}}?(?:\s{{1,3}}{_DOT_WORD}\s{{1,3}}{_ENDING}){{1,3}}\b",
    re.IGNORECASE,
)
_HOSTS = (
    r"(?:gmail|googlemail|hotmail|outlook|live|yahoo|icloud|gmx|web|proton|protonmail|aol|yandex|orange|free|wanadoo)"
)
_PROVIDER = re.compile(
    rf"(?<![\w.-])(?=[\w.-]{{0,64}}[._\d-])\w[\w.-]{{0,64}}\s{{1,3}}{AT_WORD}\s{{1,3}}{_HOSTS}(?:\.[a-z]{{2,4}}){{1,2}}\b",
    re.IGNORECASE,
)
"""`john.smith at gmail.com`, but not `sign in at outlook.com`."""


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Find them: (start, end) in the text, none over another."""
    end = 0
    for start, stop in sorted(_found(text)):
        if start >= end:
            yield start, stop
            end = stop


def _found(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_BRACKETS, _WORDS, _PROVIDER, _SPACED, _HALF):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _PLAIN.finditer(text):
        if not _VERSION.fullmatch(match["host"]):
            yield match.span()
