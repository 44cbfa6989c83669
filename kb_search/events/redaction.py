"""What is personal in a text, replaced by what it was: `call 0532 000 12 34` → `call [phone]`.

Found are addresses, telephone and account numbers, and whatever else is a long number that is not a date, a price, a
version or a code. Names of people are not: nothing tells them from other words. What people mean to search for stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kb_search.events.accounts import cards, ibans
from kb_search.events.emails import AT_WORD, SIGNS, emails
from kb_search.events.harmless import codes, harmless, identifiers
from kb_search.events.numbers import addresses, lettered, numbers
from kb_search.events.phones import phones

MARKS = ("[key]", "[email]", "[phone]", "[card]", "[iban]", "[number]", "[ip]")
"""What takes the place of something personal."""

Span = tuple[int, int]
_TAKEN = "|"
"""Stands in for each character that is spoken for, so that places stay and nothing is found across it."""
_KEY = re.compile(r"kbs_[0-9a-f]{16}_\S+", re.IGNORECASE)
"""A key of this service, and whatever stands right behind it: the end of it is not to be told."""


def _keys(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _KEY.finditer(text))


_STEPS: tuple[tuple[str | None, Callable[[str], Iterator[Span]]], ...] = (
    ("[key]", _keys),
    ("[email]", emails),
    (None, identifiers),
    ("[iban]", ibans),
    ("[card]", cards),
    ("[ip]", addresses),
    (None, harmless),
    ("[phone]", phones),
    ("[number]", lettered),
    (None, codes),
    ("[number]", numbers),
)
"""In this order; None marks what stays as it is, and is no part of anything that comes later."""
_WORTH_A_LOOK = re.compile(rf"[\d{SIGNS}]|kbs_|{AT_WORD}", re.IGNORECASE)


def redact(text: str, longest: int | None = None) -> str:
    """Replace what is personal. Doing it again changes nothing; it never raises.

    The text should be normalised: invisible characters inside a number hide it. With `longest`, only what the first so
    many characters became is in the answer: the rest is read so that nothing at the cut is told by halves.
    """
    kept = len(text) if longest is None else min(longest, len(text))
    while _WORTH_A_LOOK.search(text):
        once, kept = _once(text, kept)
        if once == text:
            break
        text = once
    return text[:kept]


def _once(text: str, kept: int) -> tuple[str, int]:
    open_text = text
    replaced: list[tuple[int, int, str]] = []
    for mark, find in _STEPS:
        for start, end in list(find(open_text)):
            open_text = open_text[:start] + _TAKEN * (end - start) + open_text[end:]
            if mark is not None:
                replaced.append((start, end, mark))
    for start, end, mark in sorted(replaced, reverse=True):
        text = text[:start] + mark + text[end:]
        if start < kept:  # what stands across the cut is kept whole, as its mark
            kept += len(mark) - (min(end, kept) - start)
    return text, kept
