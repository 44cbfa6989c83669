"""What somebody has typed so far, as one language reads it: chunks, each with the words that it may be. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from kb_search.stores.vocabulary import is_word
from kb_search.text.analyzer import Token, tokens
from kb_search.text.locales import primary
from kb_search.text.normalize import fold
from kb_search.text.segmentation import CHUNK

MOST_LETTERS, MOST_CHUNKS = 200, 16
"""Characters and chunks that are looked at: who pastes a page is not helped by a suggestion."""


class Typed(NamedTuple):
    """One word that was typed, all without diacritics.

    `open` tells the last word, which may be longer in the end. `code` is a word that is not guessed at.
    """

    folded: str
    stem: str
    open: bool
    code: bool


def beginning(letters: str) -> Typed:
    """Give letters that a word may begin with, as if they had been typed."""
    return Typed(letters, letters, True, True)


Reading = tuple[Typed, ...]
"""Words that a chunk stands for together."""


class Chunk(NamedTuple):
    """A run of letters without spaces and its readings: an article needs to meet one of them."""

    readings: tuple[Reading, ...]


def read(text: str, locale: str, *, finished: bool) -> tuple[Chunk, ...]:
    """Read a normalised text in a locale; `finished` says that a space follows the last word.

    The chunks are the same in every locale, their readings are not.
    """
    return _read(text, primary(locale), finished)


@lru_cache(maxsize=512)
def _read(text: str, language: str, finished: bool) -> tuple[Chunk, ...]:
    spans = [found.span() for found in CHUNK.finditer(text)][:MOST_CHUNKS]
    last = len(spans) - 1
    return tuple(
        Chunk(_readings(found, is_open=number == last and not finished))
        for number, (start, end) in enumerate(spans)
        if (found := tokens(text[start:end], language))  # an elided article alone is no word
    )


def _readings(found: list[Token], *, is_open: bool) -> tuple[Reading, ...]:
    """List the words themselves; what stands for all of them (`E-1042`: e1042); the parts of a compound."""
    whole = [token for token in found if not token.part]
    parts = [token for token in found if token.part]
    start, end = min(token.start for token in found), max(token.end for token in found)
    readings = [whole, *([token] for token in parts if (token.start, token.end) == (start, end))]
    leaves = [token for token in parts if not any(_inside(other, token) for other in parts)]
    if len(whole) == 1 and len(leaves) > 1:
        readings.append(sorted(leaves, key=lambda token: token.start))
    return tuple(
        dict.fromkeys(
            tuple(_typed(token, is_open=is_open and number == len(words) - 1) for number, token in enumerate(words))
            for words in readings
            if words
        )
    )


def _inside(other: Token, token: Token) -> bool:
    return token.start <= other.start and other.end <= token.end and (other.end - other.start < token.end - token.start)


def _typed(token: Token, *, is_open: bool) -> Typed:
    return Typed(token.folded, fold(token.stem), is_open, not is_word(token))
