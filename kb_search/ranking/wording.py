"""Slots of a query → what one locale's keyword store is asked, and what a match in full would give. Pure.

An alternative never gets more than its weight of what the word as typed would: its BM25 is scaled by the ratio of the
ideals, so that a rare synonym of a frequent word does not outweigh the rest of the query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kb_search.ranking.fusion import ideal_bm25, idf, share_spread
from kb_search.text.slots import Clause, Slot, Word


class Wording(NamedTuple):
    """`words` to search for, the most BM25 that they could give, and how much the share of it varies by chance."""

    words: tuple[Word, ...]
    ideal: float
    spread: float
    known: bool


def weigh(slots: Iterable[Slot], frequency: Callable[[str], int], documents: int) -> Wording:
    """Weigh the slots of a query for one locale of `documents` articles; `frequency` gives a term's articles.

    A slot that is typed twice counts twice. `known` is False where no term of it is in any article.
    """
    words: list[Word] = []
    ideal = 0.0
    known = False
    chances: list[tuple[float, int]] = []
    for slot, times in Counter(slots).items():
        typed = [frequency(term) for term in slot.terms]
        others = [min(map(frequency, alternative.terms)) for alternative in slot.alternatives]
        either = min(sum(others), documents)  # articles that have an alternative, if no article has two
        # A word that nobody wrote is taken for what it may stand for; one that stands for nothing is rarer than any.
        counted = [df or either for df in typed]
        total = ideal_bm25(counted, documents)
        clauses = [Clause(slot.terms)] if any(typed) or not any(others) else []
        for alternative, df in zip(slot.alternatives, others, strict=True):
            if df:
                own = ideal_bm25(map(frequency, alternative.terms), documents)
                clauses.append(Clause(alternative.terms, alternative.weight * total / own))
        words += [tuple(clauses)] * times
        ideal += times * total
        known = known or any(typed) or either > 0
        chances += [(times * idf(df, documents), df if df == either else min(df + either, documents)) for df in counted]
    return Wording(tuple(words), ideal, share_spread(chances, documents), known)
