"""Which part of a chunk to show for a query: the window of sentences that says most of it, words marked. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from kb_search.text.analyzer import Token, matching
from kb_search.text.sentences import sentences
from kb_search.types import Passage

MAX_CHARACTERS = 320
"""About three lines of a result list."""


def best_passage(text: str, heading: str, anchor: str, query_terms: Iterable[str], locale: str) -> Passage:
    """Cut the best window of whole sentences out of a chunk: most different query terms, then most of them, then first.

    `query_terms` are stems of the chunk's locale. The HTML has the same words as the text, escaped, with `<mark>`
    around those that match.
    """
    wanted = frozenset(query_terms)
    matches = matching(text, locale, wanted)
    short = len(text) <= MAX_CHARACTERS  # then all of it is the window
    start, end = (0, len(text)) if short else _window(text, sentences(text, locale), matches)
    shown = text[start:end]
    marked = _mark(
        shown,
        [(token.start - start, token.end - start) for token in matches if start <= token.start and token.end <= end],
    )
    return Passage(shown, marked, heading, anchor)


def _window(text: str, spans: Sequence[tuple[int, int]], matches: Sequence[Token]) -> tuple[int, int]:
    if not spans:
        return 0, min(len(text), MAX_CHARACTERS)
    best, best_rank = (spans[0][0], spans[0][1]), (-1, -1)
    for first, (start, _) in enumerate(spans):
        end = start
        for _, candidate in spans[first:]:
            if candidate - start > MAX_CHARACTERS and end > start:
                break
            end = candidate
        inside = [token.stem for token in matches if start <= token.start and token.end <= end]
        rank = (len(set(inside)), len(inside))
        if rank > best_rank:
            best, best_rank = (start, end), rank
    return _shorten(text, best, matches)


def _shorten(text: str, window: tuple[int, int], matches: Sequence[Token]) -> tuple[int, int]:
    """A single sentence longer than the window is cut around its first match, at spaces where it has some."""
    start, end = window
    if end - start <= MAX_CHARACTERS:
        return window
    first = next((token.start for token in matches if start <= token.start < end), start)
    if first - start > MAX_CHARACTERS // 3:
        latest = first - MAX_CHARACTERS // 4
        cut = text.rfind(" ", max(start, latest - MAX_CHARACTERS // 2), latest)
        start = cut + 1 if cut > start else latest
    if end - start <= MAX_CHARACTERS:
        return start, end
    cut = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
    return start, cut if cut > start else start + MAX_CHARACTERS


def _mark(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in _joined(spans):
        pieces += [html.escape(text[at:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        at = end
    return "".join([*pieces, html.escape(text[at:])])


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one span of those that overlap: a compound and its parts, or pairs of characters in a row."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
