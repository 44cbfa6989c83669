"""Slots of a query → what one locale's keyword store is asked, and what a match in full would give. Pure.

An alternative never gets more than its weight of what the word as typed would: its BM25 is scaled by the ratio of the
ideals, so that a rare synonym of a frequent word does not outweigh the rest of the query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kb_search.ranking.fusion import ideal_bm25, idf, share_spread, telling
from kb_search.text.slots import Clause, Option, Slot, Word


class Wording(NamedTuple):
    """`words` to search for, the most BM25 that they could give, and how much the share of it varies by chance.

    `known` is False where no term of the query is in any article; `shares` has for each term what it says of the query,
    those of the words as typed adding up to 1, those of alternatives by their weight; `options` has the same by slot.
    `telling` is near 1 where few articles have any of the words, and 0 where half of them have all.
    """

    words: tuple[Word, ...]
    ideal: float
    spread: float
    known: bool
    shares: dict[str, float]
    options: tuple[tuple[Option, ...], ...]
    telling: float


class _Weighed(NamedTuple):
    """One slot: its clauses, its ideal, each typed term's idf and chance, what each is worth, what meets it, of 1."""

    word: Word
    ideal: float
    chances: list[tuple[float, int]]
    worth: dict[str, float]
    known: bool
    options: list[Option]


def weigh(slots: Iterable[Slot], frequency: Callable[[str], int], documents: int) -> Wording:
    """Weigh the slots of a query for one locale of `documents` articles; `frequency` gives a term's articles.

    A slot that is typed twice counts twice.
    """
    words: list[Word] = []
    chances: list[tuple[float, int]] = []
    worth: dict[str, float] = {}
    met_by: list[list[Option]] = []
    ideal, known = 0.0, False
    for slot, times in Counter(slots).items():
        weighed = _weigh(slot, frequency, documents)
        words += [weighed.word] * times
        ideal += times * weighed.ideal
        known = known or weighed.known
        met_by.append([option._replace(share=option.share * times * weighed.ideal) for option in weighed.options])
        chances += [(times * rarity, df) for rarity, df in weighed.chances]
        for term, value in weighed.worth.items():
            worth[term] = max(worth.get(term, 0.0), times * value)
    shares = {term: value / ideal for term, value in worth.items()} if ideal else {}
    options = tuple(tuple(o._replace(share=o.share / ideal) for o in listed) for listed in met_by) if ideal else ()
    spread, tells = share_spread(chances, documents), telling(chances, documents)
    return Wording(tuple(words), ideal, spread, known, shares, options, tells)


def _weigh(slot: Slot, frequency: Callable[[str], int], documents: int) -> _Weighed:
    if len(slot.terms) == 1 and not slot.alternatives:  # most words of most queries: the same as below, sooner
        term = slot.terms[0]
        df = frequency(term)
        rarity = idf(df, documents)
        ideal = ideal_bm25([df], documents)
        return _Weighed((Clause(slot.terms),), ideal, [(rarity, df)], {term: ideal}, df > 0, [Option(slot.terms, 1.0)])
    typed = [frequency(term) for term in slot.terms]
    others = [min(map(frequency, alternative.terms)) for alternative in slot.alternatives]
    either = min(sum(others), documents)  # articles that have an alternative, if no article has two
    # A word that nobody wrote is taken for what it may stand for; one that stands for nothing is rarer than any.
    counted = [df or either for df in typed]
    ideal = ideal_bm25(counted, documents)
    clauses = [Clause(slot.terms)] if any(typed) or not either else []
    worth = {term: ideal_bm25([df], documents) for term, df in zip(slot.terms, counted, strict=True)}
    options = [Option(slot.terms, 1.0)]
    for alternative, df in zip(slot.alternatives, others, strict=True):
        if df:
            options.append(Option(alternative.terms, alternative.weight))
            own = ideal_bm25(map(frequency, alternative.terms), documents)
            clauses.append(Clause(alternative.terms, alternative.weight * ideal / own))
            for term in alternative.terms:
                worth[term] = max(worth.get(term, 0.0), ideal * alternative.weight / len(alternative.terms))
    chances = [
        (idf(df, documents), min(df + either, documents) if known else df)
        for df, known in zip(counted, typed, strict=True)
    ]
    return _Weighed(tuple(clauses), ideal, chances, worth, any(typed) or either > 0, options)
