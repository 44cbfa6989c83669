"""A window and the text of its chunk → the passage that is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from kb_search.emphasis import Emphasis
from kb_search.marking import mark
from kb_search.passages import MAX_CHARACTERS, Window
from kb_search.types import Passage


def cut(window: Window, text: str, heading: str, anchor: str, emphasis: Emphasis | None = None) -> Passage:
    """Show a window of a chunk's text with the words that met a term marked: all, or those that `emphasis` chooses."""
    met = [(word.start, word.end) for word in window.met]
    chosen = emphasis.spans(text, window.met) if emphasis else met
    start, end = _shorten(text, window, (chosen or met or [(window.start, window.start)])[0][0])
    shown = text[start:end]
    inside = [(first - start, last - start) for first, last in chosen if start <= first and last <= end]
    return Passage(shown, mark(shown, inside), heading, anchor)


def distinct(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Leave out what repeats one above it."""
    listed = tuple(passages)
    if len({word.lower() for one in listed for word in one.text.split(None, 1)[:1]}) == len(listed):
        return listed  # as nearly always: they begin with different words
    shown: dict[str, Passage] = {}
    for passage in listed:
        shown.setdefault(" ".join(passage.text.split()).lower(), passage)
    return tuple(shown.values())


def _shorten(text: str, window: Window, first: int) -> tuple[int, int]:
    """A single sentence longer than the window is cut around its `first` match, at spaces where it has some."""
    start, end = window.start, window.end
    if end - start <= MAX_CHARACTERS:
        return start, end
    if first - start > MAX_CHARACTERS // 3:
        latest = first - MAX_CHARACTERS // 4
        space = text.rfind(" ", max(start, latest - MAX_CHARACTERS // 2), latest)
        start = space + 1 if space > start else latest
    if end - start <= MAX_CHARACTERS:
        return start, end
    space = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
    return start, space if space > start else start + MAX_CHARACTERS
