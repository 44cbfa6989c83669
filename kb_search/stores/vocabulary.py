"""The words of one view and locale as their authors wrote them: what a misspelt word may have been meant to be.

Only words: codes, numbers and scripts without spaces are not guessed at, since E-1042 is no slip of E-1043.
Distances are those of optimal string alignment (insertion, deletion, substitution, swap of neighbours), by RapidFuzz.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb_search.errors import IndexCorrupt
from kb_search.text.analyzer import Token
from kb_search.text.normalize import fold
from kb_search.text.segmentation import is_unspaced

VOCABULARY_VERSION = 1
"""Bumped when the same texts would give another vocabulary."""

LONGEST = 40
"""Characters; longer words are addresses and encoded data."""


class Form(NamedTuple):
    """A word form: as written (lower case), without diacritics, its stem, and how many articles have it."""

    form: str
    folded: str
    stem: str
    frequency: int


class _Columns(NamedTuple):
    """Forms in order of (length without diacritics, form without diacritics, form), a list per attribute."""

    forms: list[str]
    folded: list[str]
    stems: list[str]
    frequencies: list[int]


class _Stored(msgspec.Struct, array_like=True):
    """Columns of equal length, texts joined by line ends: they load several times faster than lists of texts."""

    forms: str
    folded: str
    stems: str
    frequencies: list[int]


def is_word(token: Token) -> bool:
    """Tell whether a term is a word that may be misspelt."""
    return token.exact.isalpha() and len(token.exact) <= LONGEST and not is_unspaced(token.exact)


def form_lines(tokens: Iterable[Token]) -> str:
    """Write the different words among the terms of an article, one a line: form, the same folded, stem."""
    return "\n".join(sorted({f"{token.exact}\t{token.folded}\t{token.stem}" for token in tokens if is_word(token)}))


def count_forms(documents: Iterable[str]) -> Counter[str]:
    """Count in how many articles each line of `form_lines` is."""
    counts: Counter[str] = Counter()
    for lines in documents:
        if lines:
            counts.update(lines.split("\n"))
    return counts


def read_counts(path: Path) -> Counter[str]:
    """Read back what `write_vocabulary` was given. Raises IndexCorrupt."""
    return Vocabulary(path).counts


def write_vocabulary(path: Path, counts: Counter[str]) -> None:
    """Write a vocabulary from the articles that have each line of `form_lines`; lines that none has are left out."""
    split = ((line.split("\t"), count) for line, count in counts.items() if count)
    rows = sorted((len(folded), folded, form, stem, count) for (form, folded, stem), count in split)
    _, folded, forms, stems, frequencies = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    stored = _Stored("\n".join(forms), "\n".join(folded), "\n".join(stems), list(frequencies))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.msgpack.encode(stored))


class Vocabulary:
    """Reader of `write_vocabulary`. Thread-safe; it is taken apart when the first query asks for it."""

    def __init__(self, path: Path) -> None:
        """Read the file at once: its generation may be pruned while we serve it. Raises IndexCorrupt."""
        self._path = path
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise IndexCorrupt(f"{path} cannot be read ({error.strerror}). Build the index anew.") from error

    @cached_property
    def _columns(self) -> _Columns:
        try:
            stored = msgspec.msgpack.decode(self._data, type=_Stored)
            texts = (stored.forms, stored.folded, stored.stems)
            forms, folded, stems = (column.split("\n") if column else [] for column in texts)
            if not len(forms) == len(folded) == len(stems) == len(stored.frequencies):
                raise ValueError("its columns are not of one length")
            return _Columns(forms, folded, stems, stored.frequencies)
        except (msgspec.DecodeError, ValueError) as error:
            raise IndexCorrupt(f"{self._path} is damaged ({error}). Build the index anew.") from error

    def _form(self, row: int) -> Form:
        forms, folded, stems, frequencies = self._columns
        return Form(forms[row], folded[row], stems[row], frequencies[row])

    @property
    def forms(self) -> list[Form]:
        """All forms, by length without diacritics, then by alphabet. Raises IndexCorrupt."""
        return [self._form(row) for row in range(len(self._columns.forms))]

    @property
    def counts(self) -> Counter[str]:
        """What it was written from: see count_forms. Raises IndexCorrupt."""
        forms, folded, stems, frequencies = self._columns
        lines = map("\t".join, zip(forms, folded, stems, strict=True))
        return Counter(dict(zip(lines, frequencies, strict=True)))

    @cached_property
    def most(self) -> int:
        """How many articles have the most frequent form."""
        return max(self._columns.frequencies, default=1)

    def frequency(self, form: str) -> int:
        """Count the articles that have a form as it is written, in lower case."""
        return self._frequencies.get(form, 0)

    def alike(self, folded: str) -> list[Form]:
        """List the forms that are a word without its diacritics."""
        return [self._form(row) for row in self._alike(folded)]

    def related(self, folded_stem: str) -> list[Form]:
        """List the forms whose stem, without its diacritics, is the given one."""
        return [self._form(row) for row in self._by_stem.get(folded_stem, ())]

    def near(self, folded: str, edits: int) -> list[tuple[Form, str, int]]:
        """List the forms within some edits of a word, all without diacritics: form, what is near, distance."""
        return [
            (self._form(row), word, distance)
            for word, distance in self._words.near(folded, edits)
            for row in self._alike(word)
        ]

    def near_stem(self, folded_stem: str, edits: int) -> list[tuple[Form, str, int]]:
        """List the forms whose stems are within some edits of a stem, as `near` does."""
        return [
            (self._form(row), stem, distance)
            for stem, distance in self._stems.near(folded_stem, edits)
            for row in self._by_stem[stem]
        ]

    def beginning_with(self, folded: str) -> list[Form]:
        """List the longer forms that begin with some letters, all without diacritics, by alphabet."""
        at, found = bisect_left(self._alphabet, folded), []
        while at < len(self._alphabet) and (word := self._alphabet[at]).startswith(folded):
            found += self.alike(word) if word != folded else []
            at += 1
        return found

    @cached_property
    def _frequencies(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for form, frequency in zip(self._columns.forms, self._columns.frequencies, strict=True):
            counts[form] = max(frequency, counts.get(form, 0))  # a form may have two stems, as a word and in a code
        return counts

    def _alike(self, folded: str) -> Iterator[int]:
        row, column = self._first.get(folded, -1), self._columns.folded
        while 0 <= row < len(column) and column[row] == folded:
            yield row
            row += 1

    @cached_property
    def _first(self) -> dict[str, int]:
        """Where each word without diacritics has its first form; its others follow."""
        folded = self._columns.folded
        return dict(zip(reversed(folded), range(len(folded) - 1, -1, -1), strict=True))

    @cached_property
    def _by_stem(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, stem in enumerate(self._columns.stems):
            rows.setdefault(fold(stem), []).append(row)
        return rows

    @cached_property
    def _alphabet(self) -> list[str]:
        return sorted(self._first)

    @cached_property
    def _words(self) -> _ByLength:
        return _ByLength(self._first)

    @cached_property
    def _stems(self) -> _ByLength:
        return _ByLength(self._by_stem)


class _ByLength:
    """Words by length: only those of nearly the same length can be near."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words, key=len)
        self._lengths = [len(word) for word in self._words]

    def near(self, word: str, edits: int) -> list[tuple[str, int]]:
        """List the words within some edits of one, with their distances."""
        bounds = (len(word) - edits, len(word) + edits + 1)
        first, last = (bisect_left(self._lengths, bound) for bound in bounds)
        if first == last or not edits:
            return []
        distances = process.cdist(
            [word], self._words[first:last], scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8
        )[0]
        return [(self._words[first + row], int(distances[row])) for row in np.flatnonzero(distances <= edits).tolist()]
