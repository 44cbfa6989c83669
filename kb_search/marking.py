"""A text and what to mark in it → safe HTML: the same words, escaped, with `<mark>` around some of them. Pure."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable


def mark(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Escape a text and mark the (start, end) given, in any order; those that overlap become one mark."""
    joined = _joined(spans)
    whole = html.escape(text)
    # Mostly there is nothing to escape, and the marks are all that it takes.
    escape: Callable[[str], str] = str if len(whole) == len(text) else html.escape
    pieces: list[str] = []
    at = 0
    for start, end in joined:
        pieces += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    return "".join((*pieces, escape(text[at:]))) if joined else whole


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one span of those that overlap: a compound and its parts, or pairs of characters in a row."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
