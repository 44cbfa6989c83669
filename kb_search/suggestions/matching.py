"""How well the articles of a shelf fit what was typed so far: one number each, and the order of the best.

A word adds its worth times how it was met: in the title more than in a keyword, as typed more than as a slip. Its worth
is how few articles of the shelf have it, as in BM25, so that words which say nothing need not be met. What is met is
divided by what could be, hence 1 for a title with all words as typed; a title that begins so gets more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.suggestions.shelf import KEYWORD, Shelf, Span
from kb_search.suggestions.slips import slips
from kb_search.suggestions.typed import Chunk, Reading, Typed

Numbers = NDArray[np.float32]

_IN_KEYWORD = 0.7
_LATER, _LATEST = 0.01, 5
"""What a word loses for each word before it, and how many of those count."""
_STEM, _OPEN, _CLOSED = 0.95, 0.97, 0.85
"""How well a word is met, of 1: by its stem; as the beginning of a longer one; as that with other words behind it."""
_SLIP = {1: 0.6, 2: 0.4}
_FIRST_LETTER = 0.7
"""What is left of a slip in the first letter."""
_SHORTEST_BEGINNING = 3
"""Letters of a word with others behind it that may be the beginning of a longer one."""
_TITLE_BEGINS, _KEYWORD_BEGINS = 0.5, 0.12
_SHORT = 0.02
"""What a title of one word gets; one of two gets half of it."""
LEAST = 0.35
"""What must be met to be worth a look."""


class Best(NamedTuple):
    """The articles that fit best, by ordinal (int64), and how well (float32), best first."""

    rows: NDArray[np.int64]
    scores: Numbers


def match(
    chunks: Sequence[Chunk], shelf: Shelf, frequency: Callable[[str], int], most: int, *, guess: bool = True
) -> Best:
    """Order the articles of a shelf by how well they fit; ties by ordinal.

    `frequency` counts the articles of the shelf that have a stem anywhere in their texts; `guess` takes a word that
    nothing begins with for a slip.
    """
    size = len(shelf.rows)
    total, possible = np.zeros(size, np.float32), 0.0
    title, keyword = np.ones(size, np.bool_), np.ones(size, np.bool_)
    for place, chunk in enumerate(chunks):
        met, title_here, keyword_here = _met(chunk, place, shelf, guess=guess)
        title &= title_here
        keyword &= keyword_here
        worth = _worth(chunk, met, size, frequency)
        possible += worth
        total += np.float32(worth) * met
    if not possible:
        return Best(np.empty(0, np.int64), np.empty(0, np.float32))
    total /= np.float32(possible)
    total[total < LEAST] = 0
    found = np.flatnonzero(total)
    scores = total[found] + np.float32(_SHORT) / np.maximum(shelf.lengths[found], np.float32(1))
    scores += np.float32(_TITLE_BEGINS) * title[found]
    if len(chunks) > 1:
        scores += np.float32(_KEYWORD_BEGINS) * (keyword[found] & ~title[found])
    if len(found) > most:
        kept = scores >= np.partition(scores, -most)[-most]
        found, scores = found[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:most]
    return Best(shelf.rows[found[order]], scores[order])


def _worth(chunk: Chunk, met: Numbers, size: int, frequency: Callable[[str], int]) -> float:
    have = max(int(np.count_nonzero(met)), *(frequency(word.stem) for word in chunk.readings[0]))
    return math.log1p((size - min(have, size) + 0.5) / (have + 0.5))


def _met(
    chunk: Chunk, place: int, shelf: Shelf, *, guess: bool
) -> tuple[Numbers, NDArray[np.bool_], NDArray[np.bool_]]:
    """Give how each article meets a chunk, 0 to 1, and whether it does with this word of its title, of a keyword."""
    met = np.zeros(len(shelf.rows), np.float32)
    title, keyword = np.zeros(len(met), np.bool_), np.zeros(len(met), np.bool_)
    for reading in chunk.readings:
        found = _spans(reading, shelf)
        if found:
            np.maximum(met, _all_met(found, shelf), out=met)
            for span, _ in found[0]:
                articles, places = shelf.articles[span.start : span.end], shelf.places[span.start : span.end]
                title[articles[places == place]] = True
                keyword[articles[places == KEYWORD + place]] = True
    if guess and not met.any():
        np.maximum(met, _guessed(chunk.readings[0], shelf), out=met)
    return met, title, keyword


def _all_met(found: Sequence[Sequence[tuple[Span, float]]], shelf: Shelf) -> Numbers:
    """Give the mean over the words of a reading, 0 where an article lacks one."""
    words = [_best(spans, shelf) for spans in found]
    if len(words) == 1:
        return words[0]
    mean: Numbers = np.mean(words, axis=0, dtype=np.float32)
    return np.where(np.min(words, axis=0) > 0, mean, np.float32(0))


def _best(spans: Sequence[tuple[Span, float]], shelf: Shelf) -> Numbers:
    met = np.zeros(len(shelf.rows), np.float32)
    for span, factor in spans:
        part = slice(span.start, span.end)
        np.maximum.at(met, shelf.articles[part], (_VALUES * np.float32(factor))[shelf.places[part]])
    return met


def _spans(reading: Reading, shelf: Shelf) -> list[list[tuple[Span, float]]]:
    """List for each word of a reading where it is met; nothing if one is met nowhere."""
    found = []
    for word in reading:
        spans = [(shelf.having(word.folded), 1.0), (shelf.of_stem(word.stem), _STEM)]
        if word.open:
            spans.append((shelf.beginning_with(word.folded), _OPEN))
        elif len(word.folded) >= _SHORTEST_BEGINNING and not word.code:
            spans.append((shelf.beginning_with(word.folded), _CLOSED))
        spans = [(span, factor) for span, factor in spans if span.start < span.end]
        if not spans:
            return []
        found.append(spans)
    return found


def _guessed(reading: Reading, shelf: Shelf) -> Numbers:
    if len(reading) != 1 or reading[0].code:
        return np.zeros(len(shelf.rows), np.float32)
    word: Typed = reading[0]
    spans = []
    for beginning, edits in slips(word.folded, shelf):
        factor = _SLIP[edits] * (1.0 if beginning[0] == word.folded[0] else _FIRST_LETTER)
        spans.append((shelf.beginning_with(beginning), factor))
    return _best(spans, shelf)


_PLACES = np.arange(2 * KEYWORD)
_VALUES: Numbers = (
    np.where(_PLACES < KEYWORD, 1.0, _IN_KEYWORD) - _LATER * np.minimum(_PLACES % KEYWORD, _LATEST)
).astype(np.float32)
"""What a word is worth by its place."""
