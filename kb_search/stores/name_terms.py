"""The terms of what each article is called: whether the words of a query are among them, and where its names are.

One mapped file for a generation, little-endian:

    3 × u64             numbers of articles, names and terms
    names      u64      where each article's names begin among the rows of names; then the number of all
    starts     u64      where each article's terms begin; then the number of all
    terms      u64      article after article, the digests of its different terms, ascending
    untitled   u8       1 where the first name is only the beginning of a text, and so is none

Terms are known by their digests alone, as in postings.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Ordinals, gathered
from kb_search.stores.postings import term_digest
from kb_search.text.slots import Option

NAME_TERMS_VERSION = 1
"""Bumped when the same articles would give another file."""

_HEADER = 24


class Called(NamedTuple):
    """One article: how many names it has, the digests of their terms, and whether the first is no name."""

    names: int
    terms: NDArray[np.uint64]
    untitled: bool


def digests(terms: Iterable[str]) -> NDArray[np.uint64]:
    """Give the digests of the different terms, ascending: uint64 of shape (different terms,)."""
    return np.unique(np.fromiter(map(term_digest, terms), np.uint64))


def write_name_terms(path: Path, articles: Iterable[Called]) -> None:
    """Write the file from what each article is called, in order of ordinal."""
    listed = list(articles)
    head = np.array([len(listed), sum(one.names for one in listed), sum(len(one.terms) for one in listed)], "<u8")
    names = np.cumsum([0, *(one.names for one in listed)]).astype("<u8")
    starts = np.cumsum([0, *(len(one.terms) for one in listed)]).astype("<u8")
    with path.open("wb") as file:
        for column in (head, names, starts, *(one.terms.astype("<u8") for one in listed)):
            file.write(column.tobytes())
        file.write(bytes(one.untitled for one in listed))


class NameTerms:
    """Reader of `write_name_terms`. Thread-safe."""

    def __init__(self, path: Path, articles: int | None = None, names: int | None = None) -> None:
        """Map the file of so many articles and names, where they are known. Raises IndexCorrupt."""
        try:
            stored: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
            counts = stored[:_HEADER].view("<u8").tolist()
            ends = np.cumsum([_HEADER, *(8 * (counts[0] + 1),) * 2, 8 * counts[2], counts[0]]).tolist()
        except (OSError, ValueError, IndexError) as error:  # numpy's words for a file that is too short
            raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error
        if len(stored) != ends[-1]:
            raise IndexCorrupt(f"{path} has {len(stored)} bytes, expected {ends[-1]}. Build the index anew.")
        for what, found, expected in (("articles", counts[0], articles), ("names", counts[1], names)):
            if expected is not None and found != expected:
                raise IndexCorrupt(f"{path} is of {found} {what}, expected {expected}. Build the index anew.")
        columns = [np.asarray(stored[start:end]) for start, end in pairwise(ends)]
        self._names, self._starts, self._terms = (column.view("<u8") for column in columns[:3])
        self._untitled = columns[3]

    def of(self, article: int) -> Called:
        """Give back what was written of an article."""
        start, end = self._starts[article : article + 2].tolist()
        first, last = self._names[article : article + 2].tolist()
        return Called(last - first, self._terms[start:end], bool(self._untitled[article]))

    def names(self, articles: Ordinals) -> tuple[Ordinals, Ordinals]:
        """List the numbers of the names of some articles, and the place of each one's article, ascending.

        Both are int64 of shape (names,).
        """
        first = self._names[articles].astype(np.int64) + self._untitled[articles]
        return gathered(first, self._names[articles + 1].astype(np.int64) - first)

    def coverage(self, options: Sequence[Collection[Option]], articles: Ordinals) -> NDArray[np.float64]:
        """Share of a query that some articles are called by, in [0, 1]: float64 of shape (articles,).

        `options` has for each word of the query what it may be met by: it adds the best share of those that are met.
        """
        covered = np.zeros(len(articles))
        starts = self._starts[articles].astype(np.int64)
        rows, places = gathered(starts, self._starts[articles + 1].astype(np.int64) - starts)
        terms = self._terms[rows]
        known: dict[str, NDArray[np.bool_]] = {}

        def having(term: str) -> NDArray[np.bool_]:
            if term not in known:
                known[term] = np.zeros(len(articles), np.bool_)
                known[term][places[terms == np.uint64(term_digest(term))]] = True
            return known[term]

        for word in options:
            best = np.zeros(len(articles))
            for option in word:
                met = np.logical_and.reduce([having(term) for term in option.terms])
                np.maximum(best, option.share * met, out=best)
            covered += best
        return covered
