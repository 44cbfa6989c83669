"""What an unfinished word begins with if it was mistyped: beginnings of words of a shelf, one or two edits off.

Edits are those of spelling.py: one from four letters typed, which a fifth will follow, two from eight. Nothing is
compared with all words: up to the letter from which on no word begins as typed, every edit is tried by looking it up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from kb_search.spelling import ONE_EDIT, TWO_EDITS

_MOST_LETTERS = 20
"""Letters of a word in which slips are looked for."""
_MOST = 12
"""Beginnings that are given: more would mean anything."""


class Words(Protocol):
    """Words, sorted: looked up by their beginnings."""

    def has_beginning(self, letters: str) -> bool:
        """Tell whether any word begins with some letters."""
        ...

    def letters_behind(self, letters: str) -> list[str]:
        """List the letters that follow some letters at the beginning of a word."""
        ...


class Slip(NamedTuple):
    """Letters that some words begin with, and the edits between them and what was typed."""

    beginning: str
    edits: int


def slips(typed: str, words: Words) -> list[Slip]:
    """List the beginnings that may have been meant by a word that nothing begins with, nearest first."""
    if not ONE_EDIT - 1 <= len(typed) <= _MOST_LETTERS:
        return []
    found = [Slip(word, 1) for word in _edited(typed, words, 0) if words.has_beginning(word)]
    if not found and len(typed) >= TWO_EDITS - 1:
        found = [Slip(word, 2) for word in _edited_twice(typed, words)]
    # A slip in the first letter is rare; among the others, the one that comes later has more in its favour.
    return sorted(dict.fromkeys(found), key=lambda slip: (slip.edits, -_common(slip.beginning, typed)))[:_MOST]


def _edited_twice(typed: str, words: Words) -> Iterator[str]:
    """Edit again what begins well after a first edit: two letters behind it, some word still begins so."""
    for once in dict.fromkeys(_edited(typed, words, 0, first_kept=True)):
        at = _common(once, typed)
        if words.has_beginning(once[: min(at + 3, len(once) - 1)]):
            yield from (word for word in _edited(once, words, at + 1) if words.has_beginning(word))


def _edited(typed: str, words: Words, start: int, *, first_kept: bool = False) -> Iterator[str]:
    """Edit a word once at every place from `start` on where it can help; none of it is checked.

    It cannot help behind the letters that some word begins with.
    """
    last = _known(typed, words)
    for at in range(max(start, int(first_kept)), min(last, len(typed) - 1) + 1):
        head, tail = typed[:at], typed[at:]
        if len(typed) >= ONE_EDIT:
            yield head + tail[1:]
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in words.letters_behind(head):
            if letter != tail[0]:
                yield head + letter + tail[1:]
            yield head + letter + tail


def _known(typed: str, words: Words) -> int:
    """Count the letters that some word begins with."""
    known = 0
    while known < len(typed) and words.has_beginning(typed[: known + 1]):
        known += 1
    return known


def _common(one: str, other: str) -> int:
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(other))
