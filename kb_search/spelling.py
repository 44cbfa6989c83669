"""What a word may have been meant to be, by the vocabulary of one locale: unaccented, misspelt, or unfinished.

Edits by length as in most engines (Elasticsearch's AUTO, Typesense, Meilisearch): one from 5 letters, two from 9,
whichever of the two words is the longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from kb_search.stores.vocabulary import Form, Vocabulary
from kb_search.text.analyzer import Token
from kb_search.text.normalize import fold

ONE_EDIT, TWO_EDITS, PREFIX = 5, 9, 3
"""Letters from which a word may have one edit, two, or be the beginning of another."""

_WEIGHTS = {0: 0.95, 1: 0.8, 2: 0.6}
"""Worth of a guess, by its edits."""
_PREFIX_WEIGHT = 0.5

# Costs are like negative log-probabilities: they add up over a query and compare its readings in several languages.
_COSTS = {0: 0.5, 1: 2.0, 2: 4.0}
_FIRST_LETTER, _PREFIX_COST, _RARITY = 0.5, 3.0, 0.3


class Guess(NamedTuple):
    """A form that a word may stand for; the smaller `cost`, the likelier. `whole` is False for a beginning."""

    form: Form
    weight: float
    cost: float
    whole: bool = True


def without_diacritics(token: Token, vocabulary: Vocabulary) -> list[Guess]:
    """List forms that the word may be without its diacritics: only where nobody wrote it as typed."""
    if vocabulary.frequency(token.exact):
        return []
    # Failing the form itself, another inflection of a word that lost its diacritics.
    forms = vocabulary.alike(token.folded) or [
        form for form in vocabulary.related(fold(token.stem)) if form.stem != token.stem
    ]
    return _sorted(_guess(form, 0, token, vocabulary) for form in forms)


def misspelt(token: Token, vocabulary: Vocabulary) -> list[Guess]:
    """List forms within the edits that the word's length allows; failing that, words whose stems are."""
    found = _near(token.folded, vocabulary.near(token.folded, _edits(token.folded)))
    if not found:
        stem = fold(token.stem)
        found = _near(stem, vocabulary.near_stem(stem, 1))
    return _sorted(_guess(form, edits, token, vocabulary) for form, edits in found)


def unfinished(token: Token, vocabulary: Vocabulary) -> list[Guess]:
    """List the forms that a word may become as its reader types on."""
    if len(token.folded) < PREFIX:
        return []
    return _sorted(
        Guess(form, _PREFIX_WEIGHT, _PREFIX_COST + _rarity(form, vocabulary), whole=False)
        for form in vocabulary.beginning_with(token.folded)
    )


def _edits(word: str) -> int:
    if len(word) < ONE_EDIT - 1:
        return 0
    return 1 if len(word) < TWO_EDITS - 1 else 2


def _near(word: str, found: Iterable[tuple[Form, str, int]]) -> list[tuple[Form, int]]:
    return [
        (form, edits)
        for form, other, edits in found
        if edits and max(len(word), len(other)) >= (ONE_EDIT if edits == 1 else TWO_EDITS)
    ]


def _guess(form: Form, edits: int, token: Token, vocabulary: Vocabulary) -> Guess:
    cost = _COSTS[edits] + _rarity(form, vocabulary)
    return Guess(form, _WEIGHTS[edits], cost + _FIRST_LETTER * (form.folded[0] != token.folded[0]))


def _rarity(form: Form, vocabulary: Vocabulary) -> float:
    return _RARITY * math.log(vocabulary.most / form.frequency)


def _sorted(guesses: Iterable[Guess]) -> list[Guess]:
    return sorted(guesses, key=lambda guess: (guess.cost, guess.form.form))
