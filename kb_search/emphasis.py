"""Which words of the query to mark in a text: those that say something of it, and what makes a phrase with them. Pure.

A word that most articles have ("is", "my") says next to nothing of what was asked. It is marked where the text has it
beside a word as the query has: in `mot de passe oublié` the words of the phrase belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

from kb_search.text.slots import Slot

_MANY = 10
"""Articles that must have a word before it is called common: of a few, most may well be about the same thing."""
_NEGLIGIBLE = 0.2
"""Share, of the largest of the query, below which a word is not marked at the ends of a phrase."""
_JOINTS = frozenset(("", " ", "\u00a0", "-", "'", "\u2019"))
"""What may stand between two words of a phrase."""


class Met(NamedTuple):
    """A word of a text, at `text[start:end]`, that meets a term of the query."""

    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """How one locale reads a query: terms that are marked wherever they stand, and those that are so in a phrase.

    `ends` are the latter that a phrase may begin or end with, and that are marked in a text that has nothing else;
    `pairs` are terms that the query has side by side.
    """

    telling: frozenset[str]
    ends: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    def spans(self, text: str, met: Sequence[Met]) -> list[tuple[int, int]]:
        """Choose what to mark of the words met, by (start, end)."""
        if all(word.term in self.telling for word in met):  # as in most texts
            return [(word.start, word.end) for word in met]
        chosen = [word for run in self._runs(text, sorted(met)) for word in self._marked(run)]
        # A text that has none of the telling words shows what else it was found by.
        return sorted((word.start, word.end) for word in chosen or met if chosen or word.term in self.ends)

    def _runs(self, text: str, met: Sequence[Met]) -> Iterable[list[Met]]:
        """Part the words into runs that follow each other as in the query; one without neighbours is a run."""
        runs: list[list[Met]] = []
        for word in met:
            joined = next((run for run in reversed(runs[-_REACH:]) if self._continues(text, run, word)), None)
            if joined is None:
                runs.append([word])
            else:
                joined.append(word)
        return runs

    def _continues(self, text: str, run: Sequence[Met], word: Met) -> bool:
        before = run[-1]
        beside = before.end <= word.start and text[before.end : word.start] in _JOINTS
        return beside and (before.term, word.term) in self.pairs

    def _marked(self, run: list[Met]) -> list[Met]:
        if not any(word.term in self.telling for word in run):
            return []
        kept = [number for number, word in enumerate(run) if word.term in self.telling or word.term in self.ends]
        return run[kept[0] : kept[-1] + 1]


_REACH = 6
"""Runs that are looked at for one that a word continues: a compound and its parts stand in the same place."""


def emphasis(
    slots: Sequence[Slot], shares: Mapping[str, float], frequency: Callable[[str], int], documents: int
) -> Emphasis:
    """Tell the words of a query apart for a locale of so many articles; `frequency` gives a term's articles.

    `shares` has what each term says of the query (see ranking/wording.py). Where no word says much, the one that says
    most does.
    """
    known = {term: count for term in shares if (count := frequency(term))}
    telling = {term for term, count in known.items() if not is_common(count, documents)}
    if not telling:
        most = max((shares[term] for term in known), default=0.0)
        telling = {term for term in known if shares[term] >= most}
    largest = max((shares[term] for term in telling), default=0.0)
    ends = {term for term in known if shares[term] >= _NEGLIGIBLE * largest}
    return Emphasis(frozenset(telling), frozenset(ends - telling), frozenset(_pairs(slots)))


def is_common(articles: int, documents: int) -> bool:
    """Tell a word that says little of anything from the articles that have it: more than half of them all."""
    return articles >= _MANY and 2 * articles > documents


def _pairs(slots: Sequence[Slot]) -> Iterable[tuple[str, str]]:
    wordings = [[slot.terms, *(alternative.terms for alternative in slot.alternatives)] for slot in slots]
    for same in wordings:
        for terms in same:
            yield from pairwise(terms)
    for first, second in pairwise(wordings):
        yield from ((one[-1], other[0]) for one, other in product(first, second))
