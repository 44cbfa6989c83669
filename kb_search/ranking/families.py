"""Which articles are translations of each other, by what the articles that a reader may see say themselves. Pure.

An article's `translation_of` is a name: two articles that name the same original belong together whether or not it
exists, and what an article that is not visible says ties nothing together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb_search.text.locales import matches

_LANGUAGES = 256
"""Combinations of languages that readers ask in, for which the article that is shown is remembered."""


class Families:
    """The families of one view, and which of their members a reader is shown. Thread-safe.

    `of` is as `families` gives it; `locales`, of shape (articles,) too, has the locale of each article.
    """

    def __init__(self, of: NDArray[np.int64], locales: NDArray[np.str_]) -> None:
        """Take what a view's articles say of one another."""
        self.of = of
        self._members = members_of(of)
        self._flat = np.array([row for members in self._members.values() for row in members], np.int64)
        sizes = [len(members) for members in self._members.values()]
        self._starts = np.cumsum([0, *sizes[:-1]]) if sizes else np.empty(0, np.int64)
        self._sizes = np.array(sizes, np.int64)
        self._locales, self._locale = np.unique(locales[self._flat], return_inverse=True)
        self._shown = lru_cache(_LANGUAGES)(self._choose)
        self._others: dict[int, tuple[int, ...]] = {}

    def members(self, row: int) -> tuple[int, ...]:
        """List an article and its translations, in order."""
        return self._members.get(int(self.of[row]), (row,))

    def others(self, row: int) -> tuple[int, ...]:
        """List the translations of an article, in order."""
        others = self._others.get(row)
        if others is None:
            others = self._others[row] = tuple(other for other in self.members(row) if other != row)
        return others

    def shown(self, languages: Sequence[str]) -> NDArray[np.int64]:
        """Give for each article which of its family is shown when it is found: int64 of shape (articles,).

        It is the one in the first of `languages` that any of them is in; among equals the one that was found, failing
        that the first.
        """
        return self._shown(tuple(languages))

    def _choose(self, languages: tuple[str, ...]) -> NDArray[np.int64]:
        shown = np.arange(len(self.of))
        if not len(self._flat):
            return shown
        ranks = np.array([language_rank(str(locale), languages) for locale in self._locales])[self._locale]
        best = np.repeat(np.minimum.reduceat(ranks, self._starts), self._sizes)
        first = np.minimum.reduceat(np.where(ranks == best, self._flat, len(self.of)), self._starts)
        shown[self._flat] = np.where(ranks == best, self._flat, np.repeat(first, self._sizes))
        return shown


def language_rank(locale: str, languages: Sequence[str]) -> int:
    """Give the place of the first of `languages` that a locale matches; behind all of them if it matches none."""
    return next((rank for rank, wanted in enumerate(languages) if matches(locale, wanted)), len(languages))


def families(originals: NDArray[np.int64], members: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give every member the lowest ordinal of its family, any other article its own: int64 of shape (articles,).

    `originals` is indexed by article ordinal: the number of the original that an article names, −1 where it names
    none. A number below len(originals) is an article's ordinal, any other stands for a name that no article has.
    """
    count = len(originals)
    own = np.arange(max(count, int(originals.max(initial=-1)) + 1))
    parent = own.copy()
    linked = np.flatnonzero(members & (originals >= 0))
    parent[linked] = originals[linked]
    # Everyone follows two links at a time until all stand at the end of their chain. A circle has no end: after so
    # many steps everyone has seen all of it, and its lowest number stands for it.
    lowest = own
    for _ in range(len(own).bit_length()):
        lowest = np.minimum(lowest, lowest[parent])
        ahead = parent[parent]
        if np.array_equal(ahead, parent):
            break
        parent = ahead
    rows = np.flatnonzero(members)
    _, first, inverse = np.unique(lowest[parent[rows]], return_index=True, return_inverse=True)
    result = own[:count].copy()
    result[rows] = rows[first[inverse]]
    return result


def members_of(family_of: NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
    """List the articles of each family that has more than one, in order."""
    order = np.argsort(family_of, kind="stable")
    values, starts, counts = np.unique(family_of[order], return_index=True, return_counts=True)
    several = counts > 1
    spans = zip(values[several].tolist(), starts[several].tolist(), counts[several].tolist(), strict=True)
    return {family: tuple(order[start : start + count].tolist()) for family, start, count in spans}
