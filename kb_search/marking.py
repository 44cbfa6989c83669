"""A text and what to mark in it → safe HTML: the same words, escaped, with `<mark>` around some of them. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable


def mark(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Escape a text and mark the (start, end) given, in any order; those that overlap become one mark."""
    pieces: list[str] = []
    at = 0
    for start, end in _joined(spans):
        pieces += [html.escape(text[at:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        at = end
    return "".join([*pieces, html.escape(text[at:])])


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one span of those that overlap: a compound and its parts, or pairs of characters in a row."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
