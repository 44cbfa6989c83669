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
from kb_search.suggestions.slips import Slip
from kb_search.suggestions.typed import Chunk, Reading

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
_TITLE_BEGINS, _KEYWORD_BEGINS = np.float32(0.5), np.float32(0.12)
_SHORT = np.float32(0.02)
"""What a title of one word gets; one of two gets half of it."""
_FLOOR = 0.25
"""Worth of a word that all articles have."""
_UNMET = 0.5
"""Share of its worth that a word counts for which no article is called by: it may say little, or not be finished."""
LEAST = 0.15
"""What must be met to be worth a look."""


class Found(NamedTuple):
    """Postings, and how well they meet a word, of 1."""

    span: Span
    factor: float


Meeting = tuple[Sequence[Found], ...]
"""For each word of a reading where it is met."""


class Best(NamedTuple):
    """The articles that fit best, by ordinal (int64), and how well (float32), best first."""

    rows: NDArray[np.int64]
    scores: Numbers


def meetings(chunk: Chunk, shelf: Shelf) -> list[Meeting]:
    """Tell where a chunk is met as it is typed: once for each of its readings that is."""
    return [found for reading in chunk.readings if (found := _found(reading, shelf))]


def slips(chunk: Chunk, shelf: Shelf) -> list[Slip]:
    """List what a chunk may have been meant to begin with, if it is a slip; codes are none."""
    reading = chunk.readings[0]
    return [] if len(reading) != 1 or reading[0].code else shelf.slips(reading[0].folded)


def guessed(chunk: Chunk, meant: Sequence[Slip], shelf: Shelf) -> list[Meeting]:
    """Tell where a chunk is met as one of its slips."""
    first = chunk.readings[0][0].folded[0]
    found = [
        Found(shelf.beginning_with(beginning), _SLIP[edits] * (1.0 if beginning[0] == first else _FIRST_LETTER))
        for beginning, edits in meant
    ]
    return [(found,)] if found else []


def match(
    chunks: Sequence[Chunk],
    met: Sequence[Sequence[Meeting]],
    shelf: Shelf,
    frequency: Callable[[str], int],
    most: int,
) -> Best:
    """Order the articles of a shelf by how well they fit; ties by ordinal.

    `met` tells of each chunk where it is met. `frequency` counts the articles of the shelf that have a stem anywhere
    in their texts.
    """
    size = len(shelf.rows)
    total: Numbers = np.zeros(size, np.float32)
    possible = 0.0
    title, keyword = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for place, (chunk, listed) in enumerate(zip(chunks, met, strict=True)):
        how = _how(listed, shelf)
        have = max(frequency(word.stem) for word in chunk.readings[0])
        if how is not None and (chunk.readings[0][-1].open or not have):
            have = max(have, int(np.count_nonzero(how)))
        worth = _FLOOR + math.log1p((max(size - have, 0) + 0.5) / (have + 0.5))
        possible += worth if how is not None else _UNMET * worth
        if how is not None:
            total += np.float32(worth) * how
            for meeting in listed:
                _go_on(title, meeting, place, place, shelf)
                _go_on(keyword, meeting, KEYWORD + place, place, shelf)
    found = np.flatnonzero(total >= np.float32(max(LEAST * possible, 1e-6)))
    if not len(found):
        return Best(np.empty(0, np.int64), np.empty(0, np.float32))
    scores = np.asarray(total[found] / np.float32(possible), np.float32)
    scores += _SHORT / np.maximum(shelf.lengths[found], np.float32(1))
    begins = title[found] == len(chunks)
    scores *= 1 + _TITLE_BEGINS * begins
    if len(chunks) > 1:
        scores *= 1 + _KEYWORD_BEGINS * ((keyword[found] == len(chunks)) & ~begins)
    if len(found) > most:
        kept = scores >= np.partition(scores, -most)[-most]
        found, scores = found[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:most]
    return Best(shelf.rows[found[order]], scores[order])


def _found(reading: Reading, shelf: Shelf) -> Meeting:
    found = []
    for word in reading:
        spans = [Found(shelf.having(word.folded), 1.0), Found(shelf.of_stem(word.stem), _STEM)]
        if word.open:
            spans.append(Found(shelf.beginning_with(word.folded), _OPEN))
        elif len(word.folded) >= _SHORTEST_BEGINNING and not word.code:
            spans.append(Found(shelf.beginning_with(word.folded), _CLOSED))
        spans = [one for one in spans if one.span.start < one.span.end]
        if not spans:
            return ()
        found.append(spans)
    return tuple(found)


def _how(listed: Sequence[Meeting], shelf: Shelf) -> Numbers | None:
    """Tell how each article meets a chunk by its best reading, 0 to 1; None if none does."""
    best: Numbers | None = None
    for meeting in listed:
        words = [_best(found, shelf) for found in meeting]
        how = words[0]
        if len(words) > 1:  # all of them, and then as they are met on average
            how = np.where(np.min(words, axis=0) > 0, np.mean(words, axis=0, dtype=np.float32), np.float32(0))
        best = how if best is None else np.maximum(best, how)
    return best


def _best(found: Sequence[Found], shelf: Shelf) -> Numbers:
    how: Numbers = np.zeros(len(shelf.rows), np.float32)
    for (start, end), factor in found:
        np.maximum.at(how, shelf.articles[start:end], (_VALUES * np.float32(factor))[shelf.places[start:end]])
    return how


def _go_on(run: NDArray[np.uint8], meeting: Meeting, place: int, before: int, shelf: Shelf) -> None:
    """Count one more where all chunks `before` were met in their places, and this one is in its own."""
    for (start, end), _ in meeting[0]:
        articles = shelf.articles[start:end][shelf.places[start:end] == place]
        run[articles[run[articles] == before]] = before + 1


_PLACES = np.arange(2 * KEYWORD)
_VALUES: Numbers = (
    np.where(_PLACES < KEYWORD, 1.0, _IN_KEYWORD) - _LATER * np.minimum(_PLACES % KEYWORD, _LATEST)
).astype(np.float32)
"""What a word is worth by its place."""
