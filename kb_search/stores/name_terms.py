"""The terms of what each article is called: how many words of a query one of its names has, and where its names are.

One mapped file for a generation, little-endian:

    3 × u64             numbers of articles, names and terms
    names      u64      where each article's names begin among the rows of names; then the number of all
    starts     u64      where each name's terms begin; then the number of all
    terms      u64      name after name, the digests of its different terms, ascending
    untitled   u8       1 where the first name is only the beginning of a text, and so is none

Terms are known by their digests alone, as in postings.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, pairwise
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
    """One article: the digests of the terms of each of its names, and whether the first is no name."""

    names: Sequence[NDArray[np.uint64]]
    untitled: bool


def digests(terms: Iterable[str]) -> NDArray[np.uint64]:
    """Give the digests of the different terms, ascending: uint64 of shape (different terms,)."""
    return np.unique(np.fromiter(map(term_digest, terms), np.uint64))


def write_name_terms(path: Path, articles: Iterable[Called]) -> None:
    """Write the file from what each article is called, in order of ordinal."""
    listed = list(articles)
    terms = [name for one in listed for name in one.names]
    names = np.cumsum([0, *(len(one.names) for one in listed)])
    starts = np.cumsum([0, *map(len, terms)])
    head = np.array([len(listed), names[-1], starts[-1]])
    with path.open("wb") as file:
        for column in (head, names, starts, *terms):
            file.write(column.astype("<u8").tobytes())
        file.write(bytes(one.untitled for one in listed))


class NameTerms:
    """Reader of `write_name_terms`. Thread-safe."""

    def __init__(self, path: Path, articles: int | None = None, names: int | None = None) -> None:
        """Map the file of so many articles and names, where they are known. Raises IndexCorrupt."""
        try:
            stored: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
            counts = stored[:_HEADER].view("<u8").tolist()
            sizes = _HEADER, 8 * (counts[0] + 1), 8 * (counts[1] + 1), 8 * counts[2], counts[0]
            ends = list(accumulate(sizes))
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
        first, last = self._names[article : article + 2].tolist()
        bounds = pairwise(self._starts[first : last + 1].tolist())
        return Called([self._terms[start:end] for start, end in bounds], bool(self._untitled[article]))

    def names(self, articles: Ordinals) -> tuple[Ordinals, Ordinals]:
        """List the numbers of the names of some articles, and the place of each one's article, ascending.

        Both are int64 of shape (names,).
        """
        first = self._names[articles].astype(np.int64) + self._untitled[articles]
        return gathered(first, self._names[articles + 1].astype(np.int64) - first)

    def coverage(self, options: Sequence[Collection[Option]], articles: Ordinals) -> NDArray[np.float64]:
        """Share of a query that some articles are called by, in [0, 1]: float64 of shape (articles,).

        `options` has for each word of the query what it may be met by: a name adds the best share of those that it
        meets. An article counts by its best name: words here and there in many keywords are not what it is called.
        """
        names, places = self.names(articles)
        starts = self._starts[names].astype(np.int64)
        rows, owners = gathered(starts, self._starts[names + 1].astype(np.int64) - starts)
        terms = self._terms[rows]
        known: dict[str, NDArray[np.bool_]] = {}

        def having(term: str) -> NDArray[np.bool_]:
            if term not in known:
                known[term] = np.zeros(len(names), np.bool_)
                known[term][owners[terms == np.uint64(term_digest(term))]] = True
            return known[term]

        covered = np.zeros(len(names))
        for word in options:
            best = np.zeros(len(names))
            for option in word:
                met = np.logical_and.reduce([having(term) for term in option.terms])
                np.maximum(best, option.share * met, out=best)
            covered += best
        called = np.zeros(len(articles))
        np.maximum.at(called, places, covered)
        return called
