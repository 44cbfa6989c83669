"""A query as keyword search takes it: one slot per word, each with what else its reader may have meant. Values only."""

from __future__ import annotations

from typing import NamedTuple


class Alternative(NamedTuple):
    """Terms that stand for a slot as well; to have all of them is worth `weight` (below 1) of the terms as typed."""

    terms: tuple[str, ...]
    weight: float


class Slot(NamedTuple):
    """One word of a query, or several that a synonym has for one: the terms as typed, and the alternatives."""

    terms: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()


class Option(NamedTuple):
    """Terms that meet a word of a query where an article has all of them, and what they then say of the query, of 1."""

    terms: tuple[str, ...]
    share: float


class Clause(NamedTuple):
    """Terms whose BM25 is added up and multiplied by `boost`."""

    terms: tuple[str, ...]
    boost: float = 1.0


Word = tuple[Clause, ...]
"""One slot as a store is asked for it: an article gets the best of its clauses, never their sum."""


def plain(*terms: str) -> list[Word]:
    """Ask for terms as they are, without alternatives."""
    return [(Clause((term,)),) for term in terms]
