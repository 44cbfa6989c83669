"""What the articles of one view and locale are called, sorted by their words: which begin with some letters, and where.

A posting says that an article has a word, and at which place: words of the title from 0 on, those of keywords from
KEYWORD on, counted within each. Words are without diacritics; the stem of a word is there as well, marked as one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.suggestions.slips import Slip, slips
from kb_search.text.analyzer import tokens
from kb_search.text.locales import primary
from kb_search.text.normalize import fold, lower
from kb_search.text.stemming import stem
from kb_search.text.terms import LONGEST_TERM

KEYWORD = 64
"""The first place of a word in a keyword; places in titles are below."""

_STEM = "\0"
_FIRST, _BEHIND = "\1", "\U0010ffff"
"""What sorts before every letter, and behind the mark of stems; what sorts behind every letter."""
_DOTLESS_I = frozenset({"tr", "az"})
_LATIN = frozenset(letter for letter in map(chr, range(0x41, 0x180)) if letter.isalpha() and letter != "I")
_OPENING, _CLOSING = '([«"', ')],;:!?»"'
"""Signs around a word that are no part of any term."""


_REMEMBERED = 4_096
"""Beginnings whose next letters are remembered, and slips: a word is looked for again with each letter behind it."""


class Named(NamedTuple):
    """An article by its ordinal, what it is called, and the words of its readers for it."""

    row: int
    title: str
    keywords: Sequence[str]


class Span(NamedTuple):
    """Postings from `start` to before `end`."""

    start: int
    end: int


class SortedWords:
    """Words and the stems among them, looked up by their beginnings."""

    def __init__(self, words: list[str]) -> None:
        """Take words in order."""
        self._words = words
        self._behind = lru_cache(_REMEMBERED)(self._letters_behind)

    def has_beginning(self, letters: str) -> bool:
        """Tell whether any word begins with some letters."""
        at = bisect_left(self._words, letters)
        return at < len(self._words) and self._words[at].startswith(letters)

    def letters_behind(self, letters: str) -> list[str]:
        """List the letters that follow some letters at the beginning of a word."""
        return self._behind(letters)

    def _letters_behind(self, letters: str) -> list[str]:
        words, found, at = self._words, [], bisect_left(self._words, letters or _FIRST)
        while at < len(words) and words[at].startswith(letters):
            longer = words[at][: len(letters) + 1]
            if len(longer) > len(letters):
                found.append(longer[-1])
            at = bisect_left(words, longer + (_BEHIND if len(longer) > len(letters) else ""), at + 1)
        return found


class Shelf:
    """The words of one view and locale. Immutable; thread-safe.

    `rows` are the ordinals of its articles; `articles` (int32) and `places` (uint8), of shape (postings,), are the
    postings, articles by their number in `rows`; `lengths` (float32), of shape (articles,), has the words of titles.
    """

    def __init__(self, named: Iterable[Named], locale: str) -> None:
        """Sort the words of some articles, in order of ordinal."""
        listed = list(named)
        pieces = _Pieces(primary(locale))
        numbers, lengths = array("l"), array("l")  # lists of lists would keep the garbage collector busy
        for _, title, keywords in listed:
            for text in (title, *keywords):
                parts = text.split()
                numbers.extend([pieces[part] for part in parts])
                lengths.append(len(parts))
        number, length_of = np.array(numbers, np.int64), np.array(lengths, np.int64)
        counts = np.array([1 + len(keywords) for _, _, keywords in listed], np.int64)
        titles = np.cumsum(counts) - counts
        self.rows: NDArray[np.int64] = np.array([row for row, _, _ in listed], np.int64)
        self.lengths: NDArray[np.float32] = length_of[titles].astype(np.float32)
        first_of = np.full(len(length_of), KEYWORD)
        first_of[titles] = 0
        # One row a piece of text, then one a word of it.
        place = np.arange(len(number)) - np.repeat(np.cumsum(length_of) - length_of, length_of)
        place = np.minimum(place, KEYWORD - 1) + np.repeat(first_of, length_of)
        words, word_of, has = pieces.words()
        times = has[number]
        at = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
        word = word_of[np.repeat((np.cumsum(has) - has)[number], times) + at]
        order = np.argsort(word, kind="stable")
        self._words = words
        sorted_words = SortedWords(words)
        self._slips = lru_cache(_REMEMBERED)(lambda typed: slips(typed, sorted_words))
        article = np.repeat(np.repeat(np.arange(len(listed)), counts), length_of)
        self.articles: NDArray[np.int32] = np.repeat(article, times)[order].astype(np.int32)
        self.places: NDArray[np.uint8] = np.repeat(place, times)[order].astype(np.uint8)
        self._starts: NDArray[np.int64] = np.concatenate([[0], np.cumsum(np.bincount(word, minlength=len(words)))])

    def beginning_with(self, letters: str) -> Span:
        """Give the postings of all words that begin with some letters."""
        return self._span(bisect_left(self._words, letters), bisect_left(self._words, letters + _BEHIND))

    def having(self, word: str) -> Span:
        """Give the postings of a word."""
        at = bisect_left(self._words, word)
        return self._span(at, at + (at < len(self._words) and self._words[at] == word))

    def of_stem(self, folded_stem: str) -> Span:
        """Give the postings of all words with a stem."""
        return self.having(_STEM + folded_stem)

    def slips(self, typed: str) -> list[Slip]:
        """List what some words begin with that may have been meant, see slips.py; what is given is remembered."""
        return self._slips(typed)

    def _span(self, first: int, last: int) -> Span:
        return Span(int(self._starts[first]), int(self._starts[last]))


class _Pieces(dict[str, int]):
    """Numbers the pieces of texts, without spaces, as they come."""

    def __init__(self, language: str) -> None:
        self._of = _words_of(language)

    def __missing__(self, piece: str) -> int:
        number = self[piece] = len(self)
        return number

    def words(self) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        """Give all words in order; the numbers of those of each piece in turn; and how many each piece has."""
        found: list[str] = []
        counts = array("l")
        for piece in self:
            listed = dict.fromkeys(self._of(piece))
            found.extend(listed)
            counts.append(len(listed))
        words = sorted(set(found))
        numbers = {word: number for number, word in enumerate(words)}
        return words, np.array([numbers[word] for word in found], np.int64), np.array(counts, np.int64)


def _words_of(language: str) -> Callable[[str], Iterable[str]]:
    plain = _LATIN if language in _DOTLESS_I else _LATIN | frozenset("I")

    def words(piece: str) -> Iterable[str]:
        core = piece.rstrip(_CLOSING).lstrip(_OPENING)
        if core and plain.issuperset(core) and len(core) <= LONGEST_TERM:  # as `tokens`, in a fraction of its time
            exact = lower(core, language)
            return fold(exact), _STEM + fold(stem(exact, language))
        return [word for token in tokens(piece, language) for word in (token.folded, _STEM + fold(token.stem))]

    return words
