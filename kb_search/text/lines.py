"""What a chunk is made of as passages are cut from it: sentences, each with what kind of line it stands in."""

from __future__ import annotations

import re
from enum import IntFlag
from itertools import zip_longest
from typing import NamedTuple

from kb_search.text.sentences import sentences

SHOWN_WHOLE = 400
"""Characters up to which the lines of a chunk are not cut into sentences: all of it can be shown."""

_SHORT_LINE = 120
"""Characters up to which a line of any chunk is a sentence to us."""
_ITEM = re.compile(r"(?:\d+\.|-) ")
_CELLS = " | "
_WRITTEN_LINE = re.compile(r"\S(?:.*\S)?")


class Kind(IntFlag):
    """What a sentence is besides running text."""

    LISTED = 1
    """A step, an item or a row of a table."""
    LEADS = 2
    """It only says what comes below it: a line that ends with a colon, the head of a table."""
    TITLE = 4
    """It repeats the title of its article."""
    SUMMARY = 8
    """It is of the summary, which belongs to no section."""


class Sentence(NamedTuple):
    """A sentence at `text[start:end]`."""

    start: int
    end: int
    kind: Kind


def split_lines(text: str, locale: str) -> list[Sentence]:
    """Split a chunk, in order; every character that is not a space is in exactly one sentence.

    Lines of a chunk that is shown whole, and short ones of any, stay whole: it is what they are that counts.
    """
    found: list[Sentence] = []
    lines = [match.span() for match in _WRITTEN_LINE.finditer(text)]
    whole = len(text) if len(text) <= SHOWN_WHOLE else _SHORT_LINE
    above = False
    for (start, end), (after, _) in zip_longest(lines, lines[1:], fillvalue=(len(text), 0)):
        row = text.find(_CELLS, start, end) >= 0
        leads = text.endswith((":", "："), start, end) or (row and not above and text[end:after] == "\n")
        above = row
        kind = Kind.LISTED if row or _ITEM.match(text, start) else Kind(0)
        spans = [(start, end)]
        if end - start > whole:
            spans = [(start + first, start + last) for first, last in sentences(text[start:end], locale)]
        found += [Sentence(first, last, Kind.LEADS if leads and last == end else kind) for first, last in spans]
    return found
