"""What editors add to the articles: words that mean the same, and the articles that come first for a query.

The rules as they are written and stored, and `Synonyms`, which finds their words in a query. Pure but for
`save_synonyms` and `load_synonyms`. Nothing here weighs a synonym or orders a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kb_search.errors import IndexCorrupt
from kb_search.text.analyzer import Token, tokens
from kb_search.text.locales import matches
from kb_search.text.normalize import fold

Stems = tuple[str, ...]
"""The stems of one or more words, in order."""

Place = tuple[int, int, tuple[Stems, ...]]
"""Where a known term stands among the stems of a query, start and end, and what it may be replaced by."""

_SHORTEST_FOLDED = 5
"""Letters. Without their accents shorter words are often others, and frequent ones: `sûr` and `sur`, `dû` and `du`."""


class SynonymRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words of a locale that mean each other; or, if it has `means`, words that mean those and not the reverse.

    `views` are the only ones that it is for, None for all.
    """

    locale: str
    words: tuple[str, ...]
    means: tuple[str, ...] = ()
    views: tuple[str, ...] | None = None


class Pin(msgspec.Struct, frozen=True):
    """Articles, by id, that come first for some queries, in this order; `views` as in SynonymRule."""

    queries: tuple[str, ...]
    articles: tuple[str, ...]
    views: tuple[str, ...] | None = None


def pin_key(query: str) -> str:
    """Spell a query as pins are compared: without case and diacritics, so that `iade` meets a pin for `İade`."""
    return fold(query)


# ── One term ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a rule, analysed.

    `readings` are its stems, once with whole compounds and once with their parts where it has any (`e-mail`: email; e
    mail). `spellings` are all sequences of stems that a query has which names it; `plain` those of a query that leaves
    out the diacritics.
    """

    readings: tuple[Stems, ...]
    spellings: frozenset[Stems]
    plain: frozenset[Stems]

    def same(self, other: Term) -> bool:
        """Tell whether a query that names one names the other too."""
        return not self.spellings.isdisjoint(other.spellings)


def analyse(text: str, locale: str) -> Term | None:
    """Analyse a term as queries and articles are; None if nothing is left of it."""
    readings, spellings = _readings(text, locale)
    if not readings:
        return None
    folded = _readings(fold(text), locale)[1] - spellings
    return Term(readings, spellings, frozenset(s for s in folded if len("".join(s)) >= _SHORTEST_FOLDED))


def _readings(text: str, locale: str) -> tuple[tuple[Stems, ...], frozenset[Stems]]:
    found = tokens(text, locale)
    whole = tuple(t.stem for row, t in enumerate(found) if not any(_holds(other, t) for other in found[:row]))
    parts = tuple(t.stem for row, t in enumerate(found) if not any(_holds(t, other) for other in found[row + 1 :]))
    every = tuple(t.stem for t in found)
    readings = tuple(dict.fromkeys(reading for reading in (whole, parts) if reading))
    return readings, frozenset(spelling for spelling in (every, whole, parts) if spelling)


def _holds(outer: Token, inner: Token) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


# ── All terms of a locale ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What the words of one locale may be replaced by, for the readers of one view: spelling → alternatives.

    `longest` is the most stems that a spelling has, `first` all those with which one begins.
    """

    known: Mapping[Stems, tuple[Stems, ...]]
    longest: int = 0
    first: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rules: Iterable[SynonymRule], locale: str) -> Synonyms:
        """Prepare the rules for a locale: those of `fr` hold for `fr-CA` too, not the reverse.

        Rules that share a term add up, but are not followed from one to the next.
        """
        known: dict[Stems, dict[Stems, None]] = {}
        for rule in rules:
            if matches(locale, rule.locale):
                _add(rule, locale, known)
        others = {spelling: tuple(a for a in alternatives if a != spelling) for spelling, alternatives in known.items()}
        found = {spelling: alternatives for spelling, alternatives in others.items() if alternatives}
        return cls(found, max(map(len, found), default=0), frozenset(spelling[0] for spelling in found))

    def alternatives(self, words: Sequence[str]) -> list[Place]:
        """Find the known terms in a query, given its stems in order (`kb_search.text.analyzer.stems`).

        Each place is (start, end, alternatives): `words[start:end]` is the term, and each alternative a tuple of stems
        that means the same; there is at least one. Places do not overlap and are ordered by start. Where terms overlap,
        the longest is taken, and of equals the first.
        """
        starts = [start for start, word in enumerate(words) if word in self.first]
        spans = [
            (start, start + length)
            for length in range(self.longest, 0, -1)
            for start in starts
            if start + length <= len(words) and tuple(words[start : start + length]) in self.known
        ]
        taken = [False] * len(words)
        places: list[Place] = []
        for start, end in spans:
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                places.append((start, end, self.known[tuple(words[start:end])]))
        return sorted(places)


def _add(rule: SynonymRule, locale: str, known: dict[Stems, dict[Stems, None]]) -> None:
    words = [term for text in rule.words if (term := analyse(text, locale))]
    means = [term for text in rule.means if (term := analyse(text, locale))] if rule.means else words
    for term in words:
        others = [reading for other in means if not term.same(other) for reading in other.readings]
        for spelling in term.spellings:
            known.setdefault(spelling, {}).update(dict.fromkeys(others))
        # Who types no diacritics has not typed the word that articles have, either.
        for spelling in term.plain if others else ():
            known.setdefault(spelling, {}).update(dict.fromkeys([*term.readings, *others]))


# ── The file of a view ───────────────────────────────────────────────────────────────────────────────────


def rules_for(rules: Iterable[SynonymRule], view: str, locales: Iterable[str]) -> list[SynonymRule]:
    """Choose the rules that a view may use and has articles for."""
    there = list(locales)
    allowed = (rule for rule in rules if rule.views is None or view in rule.views)
    return [rule for rule in allowed if any(matches(locale, rule.locale) for locale in there)]


def save_synonyms(path: Path, rules: Sequence[SynonymRule]) -> None:
    """Write the rules of one view as JSON, without the names of other views."""
    own = [msgspec.structs.replace(rule, views=None) for rule in rules]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(own), indent=1) + b"\n")


def load_synonyms(path: Path, locales: Iterable[str]) -> dict[str, Synonyms]:
    """Read the file of `save_synonyms` and prepare it for each locale. Raises IndexCorrupt."""
    try:
        rules = msgspec.json.decode(path.read_bytes(), type=list[SynonymRule])
    except (OSError, msgspec.DecodeError) as error:
        raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error
    return {locale: Synonyms.of(rules, locale) for locale in locales}
