"""A suggestion with what was typed marked: the letters as typed, or the whole word where it is another form of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb_search.marking import mark
from kb_search.suggestions.typed import Typed
from kb_search.text.analyzer import Token, tokens
from kb_search.text.normalize import fold, lower


def marked(text: str, words: Iterable[Typed], locale: str) -> str:
    """Give safe HTML of a text, with marks at the words that begin with what was typed."""
    return mark(text, _spans(text, words, locale))


def _spans(text: str, words: Iterable[Typed], locale: str) -> Iterator[tuple[int, int]]:
    for token in tokens(text, locale):
        for word in words:
            if token.folded == word.folded or (not word.code and fold(token.stem) == word.stem):
                yield token.start, token.end
            elif token.folded.startswith(word.folded) and (word.open or len(word.folded) > 2):
                yield token.start, _end(text, token, word.folded, locale)


def _end(text: str, token: Token, typed: str, locale: str) -> int:
    """Find where in a word of the text the typed letters end: `œ` is two of them, `-` none."""
    for end in range(token.start + 1, token.end):
        seen = fold(lower(text[token.start : end], locale))
        if seen.startswith(typed) or _letters(seen).startswith(typed):
            return end
    return token.end


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
