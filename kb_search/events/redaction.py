"""What is personal in a text, replaced by what it was: `call 0532 000 12 34` → `call [phone]`.

Found are addresses, telephone and account numbers, and whatever else is a long number that is not a date, a price, a
version or a code. Names of people are not: nothing tells them from other words. What people mean to search for stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kb_search.events.accounts import cards, ibans
from kb_search.events.emails import AT_WORD, emails
from kb_search.events.harmless import codes, harmless, identifiers
from kb_search.events.numbers import addresses, lettered, numbers
from kb_search.events.phones import phones

MARKS = ("[email]", "[phone]", "[card]", "[iban]", "[number]", "[ip]")
"""What takes the place of something personal."""

Span = tuple[int, int]
_TAKEN = "|"
"""Stands in for each character that is spoken for, so that places stay and nothing is found across it."""
_STEPS: tuple[tuple[str | None, Callable[[str], Iterator[Span]]], ...] = (
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
_WORTH_A_LOOK = re.compile(rf"[\d@＠﹫]|{AT_WORD}", re.IGNORECASE)


def redact(text: str) -> str:
    """Replace what is personal. Doing it again changes nothing; it never raises.

    The text should be normalised: invisible characters inside a number hide it.
    """
    while _WORTH_A_LOOK.search(text) and (once := _once(text)) != text:
        text = once
    return text


def _once(text: str) -> str:
    open_text = text
    replaced: list[tuple[int, int, str]] = []
    for mark, find in _STEPS:
        for start, end in list(find(open_text)):
            open_text = open_text[:start] + _TAKEN * (end - start) + open_text[end:]
            if mark is not None:
                replaced.append((start, end, mark))
    for start, end, mark in sorted(replaced, reverse=True):
        text = text[:start] + mark + text[end:]
    return text
