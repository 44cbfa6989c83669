"""Apostrophes: what they cut off a word in each language. All text here has the plain apostrophe `'`."""

from __future__ import annotations

import re

# The lists of Lucene's French, Italian, Catalan and Irish analyzers.
_ELIDED = {
    "fr": frozenset("l m t qu n s j d c ç jusqu quoiqu lorsqu puisqu".split()),
    "it": frozenset("c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d".split()),
    "ca": frozenset("d l m n s t".split()),
    "ga": frozenset("d m b".split()),
}
_SUFFIXING = frozenset({"tr", "az"})
_CLITIC = re.compile(r"'s\Z", re.IGNORECASE)
_ENGLISH_CLITIC = re.compile(r"'(?:s|re|ve|ll|d|m)\Z", re.IGNORECASE)
_LONGEST_SUFFIX_OF_A_LETTER = 4


def core(word: str, language: str) -> tuple[int, int]:
    """Give the span of a word without elided article and without what an apostrophe appends to it.

    French `l'adresse` → `adresse`, English `user's` → `user`, Turkish `Ankara'da` → `Ankara`;
    `aujourd'hui`, `don't` and `O'Brien` stay whole.
    """
    start = _after_elision(word, _ELIDED[language]) if language in _ELIDED else 0
    if language in _SUFFIXING:
        return start, _before_suffix(word)
    clitic = (_ENGLISH_CLITIC if language == "en" else _CLITIC).search(word, start + 1)
    return start, clitic.start() if clitic else len(word)


def _after_elision(word: str, elided: frozenset[str]) -> int:
    start = 0
    while (cut := word.find("'", start)) > start and word[start:cut].lower() in elided:
        start = cut + 1
    return start


def _before_suffix(word: str) -> int:
    """Find where a Turkish case suffix begins, or the end of the word: `A'dan` has one, `O'Brien` has none."""
    base, apostrophe, suffix = word.partition("'")
    if not apostrophe:
        return len(word)
    if len(base) > 1 or base.isdigit() or len(suffix) <= _LONGEST_SUFFIX_OF_A_LETTER:
        return len(base)
    return len(word)
