"""What a query may have meant, in every locale of a view: slots for the keywords, a corrected text for the model.

A word that any article of the view has, or that an editor named as a synonym, is taken as it is typed (where its own
locale does not have it, it may still lack its diacritics). All else comes from the view's own vocabulary and synonyms,
so that nothing shows that its reader may not see, and counts for less than the word itself. A word that its language
has as typed has no look-alikes: they would push its articles down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from kb_search.curation import Place
from kb_search.snapshot import ViewSnapshot
from kb_search.spelling import Guess, misspelt, unfinished, without_diacritics
from kb_search.stores.vocabulary import is_word
from kb_search.text.analyzer import Token, tokens
from kb_search.text.locales import primary
from kb_search.text.slots import Alternative, Slot

_SYNONYM, _ELSEWHERE = 0.8, 0.4
"""Worth of a synonym, and of a guess at a word that is written as typed in another locale."""
_MOST, _MOST_WORDS = 6, 32
"""Alternatives of one word: more would mean anything. Words that are guessed at: nobody misspells more."""
_BORROWED, _STRANGE = 1.5, 6.0
"""Cost of a word that only another locale has, and of one that nobody wrote and that is near to nothing."""


class Expansion(NamedTuple):
    """`text` is the query with each unknown word replaced by what it most probably is; `slots` are by locale."""

    text: str
    slots: Mapping[str, tuple[Slot, ...]]


class _Reading(NamedTuple):
    """A query read in one locale: guesses for each of its terms, and how far-fetched they are together."""

    tokens: Sequence[Token]
    guesses: Sequence[Sequence[Guess]]
    cost: float


@dataclass(frozen=True, slots=True)
class _Speller:
    """Guesses at the words of one query, each different one once; `covered` is by character, as in `expand`."""

    view: ViewSnapshot
    text: str
    covered: bytearray
    is_common: Callable[[str], bool]
    known: dict[tuple[str, str, str], list[Guess]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def is_covered(self, token: Token) -> bool:
        """Tell whether some locale has a word, or an editor named it."""
        return all(self.covered[token.start : token.end])

    def guesses(self, token: Token, locale: str) -> list[Guess]:
        """List what a word may stand for in a locale, likeliest first; nothing where it is taken as it is."""
        if not is_word(token) or (len(self.words) >= _MOST_WORDS and token.exact not in self.words):
            return []
        key = locale, token.exact, token.stem
        if key not in self.known:
            self.known[key] = found = self._guess(token, locale)
            self.words.update([token.exact] if found or not self.is_covered(token) else ())
        return self.known[key]

    def _guess(self, token: Token, locale: str) -> list[Guess]:
        vocabulary = self.view.vocabularies[locale]
        found = without_diacritics(token, vocabulary)
        if found and any(other.frequency(token.exact) for other in self.view.vocabularies.values()):
            return [guess._replace(weight=_ELSEWHERE) for guess in found]
        if found or self.is_covered(token):
            return found
        if not self.is_common(self.text[token.start : token.end]):
            found = misspelt(token, vocabulary)
        if not found and token.end == len(self.text):
            found = unfinished(token, vocabulary)
        return found


def expand(text: str, view: ViewSnapshot, is_common: Callable[[str], bool] = lambda word: False) -> Expansion:
    """Read a query, a normalised text, for every locale of a view.

    `is_common` tells a word that people write although no article has it, as far as one can know: it is no slip.
    """
    found = {locale: tokens(text, locale) for locale in view.keywords}
    synonyms = {
        locale: view.synonyms[locale].alternatives([token.stem for token in listed]) for locale, listed in found.items()
    }
    covered = bytearray(len(text))  # by a term that some locale has, or a synonym
    for locale, listed in found.items():
        frequency = view.keywords[locale].document_frequency
        named = [token for start, end, _ in synonyms[locale] for token in listed[start:end]]
        for token in (*named, *(token for token in listed if frequency(token.stem))):
            covered[token.start : token.end] = b"\x01" * (token.end - token.start)
    speller = _Speller(view, text, covered, cache(is_common))
    readings = {locale: _read(listed, locale, speller) for locale, listed in found.items()}
    slots = {locale: _slots(reading, synonyms[locale]) for locale, reading in readings.items()}
    return Expansion(_corrected(text, readings, view), slots)


def _read(listed: Sequence[Token], locale: str, speller: _Speller) -> _Reading:
    frequency = speller.view.keywords[locale].document_frequency
    guesses: list[Sequence[Guess]] = []
    cost = 0.0
    for token in listed:
        found = speller.guesses(token, locale)
        guesses.append(found)
        if not token.part and not frequency(token.stem):
            cost += found[0].cost if found else _BORROWED if speller.is_covered(token) else _STRANGE
    return _Reading(listed, guesses, cost)


def _slots(reading: _Reading, synonyms: Iterable[Place]) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    at = 0
    words = [
        Slot((token.stem,), _alternatives(token, guesses))
        for token, guesses in zip(reading.tokens, reading.guesses, strict=True)
    ]
    for start, end, others in synonyms:
        typed = tuple(token.stem for token in reading.tokens[start:end])
        guessed = [other for word in words[start:end] for other in word.alternatives] if end - start == 1 else []
        named = [Alternative(other, _SYNONYM) for other in others if other not in {guess.terms for guess in guessed}]
        slots += [*words[at:start], Slot(typed, (*guessed, *named))]
        at = end
    return (*slots, *words[at:])


def _alternatives(token: Token, guesses: Sequence[Guess]) -> tuple[Alternative, ...]:
    """One alternative per stem, by its likeliest form."""
    weights: dict[str, float] = {}
    for guess in guesses:
        if guess.form.stem != token.stem:
            weights.setdefault(guess.form.stem, guess.weight)
    return tuple(Alternative((stem,), weight) for stem, weight in list(weights.items())[:_MOST])


def _corrected(text: str, readings: Mapping[str, _Reading], view: ViewSnapshot) -> str:
    """Replace words as in the likeliest locale: that of its letters, and the one whose words these nearly are."""
    if not any(any(reading.guesses) for reading in readings.values()):
        return text
    likely = view.detect(text).probabilities

    def improbability(locale: str) -> float:
        return readings[locale].cost - math.log(max(likely.get(primary(locale), 0.0), 1e-6))

    chosen = min(readings, key=lambda locale: (improbability(locale), locale))
    vocabularies = view.vocabularies.values()
    pieces, at = [], 0
    for token, guesses in zip(readings[chosen].tokens, readings[chosen].guesses, strict=True):
        if token.start < at or not guesses or not guesses[0].whole:
            continue
        if any(vocabulary.frequency(token.exact) for vocabulary in vocabularies):
            continue
        pieces += [text[at : token.start], guesses[0].form.form]
        at = token.end
    return "".join([*pieces, text[at:]])
