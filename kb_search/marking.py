"""A text and what to mark in it → safe HTML: the same words, escaped, with `<mark>` around some of them. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable

_BETWEEN = "\0"
"""A character that no stored text has."""


def mark(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Escape a text and mark the (start, end) given, in any order; those that overlap become one mark."""
    pieces: list[str] = []
    at = 0
    for start, end in _joined(spans):
        pieces += (text[at:start], text[start:end])
        at = end
    pieces.append(text[at:])
    escaped = html.escape(_BETWEEN.join(pieces)).split(_BETWEEN)  # all at once takes a third of the time
    if len(escaped) != len(pieces):
        escaped = [html.escape(piece) for piece in pieces]
    escaped[1::2] = [f"<mark>{word}</mark>" for word in escaped[1::2]]
    return "".join(escaped)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one span of those that overlap: a compound and its parts, or pairs of characters in a row."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
