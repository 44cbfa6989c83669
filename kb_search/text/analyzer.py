"""Text → terms, the same for an article and for a query."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from kb_search.text.locales import primary
from kb_search.text.normalize import fold
from kb_search.text.segmentation import CHUNK, is_unspaced
from kb_search.text.terms import Token, terms

__all__ = ["ANALYZER_VERSION", "Matcher", "Met", "Token", "distinct", "stems", "tokens"]

# Any change in what `tokens` gives, for any text, raises this number: it is in the manifest of every index.
ANALYZER_VERSION: int = 2

# Chunks of a real text repeat; long ones (addresses, encoded data) do not, and would push the others out.
_LONGEST_CACHED = 24


_LOSES_BEGINNINGS = frozenset({"ar", "fa", "ga", "he", "id", "nl", "sr", "st", "ta", "yi"})
"""Languages whose stems need not begin as the words do."""


def tokens(text: str, locale: str) -> list[Token]:
    """Give all terms of a text by start offset, the longer first where two start together.

    Apostrophes, compounds and scripts without spaces are described in `elision`, `terms` and `segmentation`.
    """
    language = primary(locale)
    found: list[Token] = []
    for match in CHUNK.finditer(text):
        chunk, offset = match[0], match.start()
        inner = _tokens(chunk, language) if len(chunk) <= _LONGEST_CACHED else terms(chunk, language)
        for start, end, exact, folded, stem, part in inner:
            found.append(Token(offset + start, offset + end, exact, folded, stem, part))
    return found


class Matcher:
    """Finds the words of texts of one locale that meet some terms: those whose stem, folded form or folded stem is one.

    So `sifre` finds `şifre`, and `şifre` does not find `sifre`. Each different word is analysed once, so that a matcher
    kept for many texts is much faster than `tokens`. Not thread-safe.
    """

    def __init__(self, terms: Collection[str], locale: str) -> None:
        """Look for `terms` in texts of `locale`."""
        self._words = _Words(frozenset(terms), primary(locale))

    def __call__(self, text: str) -> list[Met]:
        """Give what meets a term, in the order of `tokens`."""
        words = self._words
        return [Met(at + start, at + end, terms) for at, chunk in _places(text) for start, end, terms in words[chunk]]


class Met(NamedTuple):
    """A word of a text, at `text[start:end]`, and the terms that it meets."""

    start: int
    end: int
    terms: tuple[str, ...]


class _Words(dict[str, tuple[Met, ...]]):
    """What is met inside each different word, worked out when it is first asked for."""

    def __init__(self, wanted: frozenset[str], language: str) -> None:
        super().__init__()
        self._wanted, self._language = wanted, language
        self._initials = None if language in _LOSES_BEGINNINGS else frozenset(map(_initial, wanted))

    def __missing__(self, chunk: str) -> tuple[Met, ...]:
        # Most words begin with another letter than any that is wanted, which takes no stemming to see.
        if (
            self._initials is not None
            and chunk.isalpha()
            and not is_unspaced(chunk)
            and _initial(chunk[0]) not in self._initials
        ):
            self[chunk] = ()
            return ()
        cached = len(chunk) <= _LONGEST_CACHED
        forms = _forms(chunk, self._language) if cached else _forms_of(chunk, self._language)
        found = []
        if not forms.isdisjoint(self._wanted):
            for token in terms(chunk, self._language):
                met = self._wanted.intersection((token.stem, token.folded, fold(token.stem)))
                if met:
                    found.append(Met(token.start, token.end, tuple(met)))
        self[chunk] = result = tuple(found)
        return result


@lru_cache(maxsize=16_384)
def _initial(text: str) -> str:
    """The first letter without case and diacritics."""
    return fold(text[:1])[:1]


def stems(text: str, locale: str) -> list[str]:
    """Give `[token.stem for token in tokens(text, locale)]`, several times faster."""
    language = primary(locale)
    return [
        stem
        for chunk in CHUNK.findall(text)
        for stem in (_stems(chunk, language) if len(chunk) <= _LONGEST_CACHED else _stems_of(chunk, language))
    ]


def distinct(text: str, locale: str) -> Iterator[Token]:
    """Give the terms of each different chunk of a text once, in no order of use; offsets mean nothing here."""
    language = primary(locale)
    for chunk in set(CHUNK.findall(text)):
        yield from _tokens(chunk, language) if len(chunk) <= _LONGEST_CACHED else terms(chunk, language)


def _stems_of(chunk: str, language: str) -> tuple[str, ...]:
    return tuple(token.stem for token in terms(chunk, language))


@lru_cache(maxsize=65_536)
def _stems(chunk: str, language: str) -> tuple[str, ...]:
    return _stems_of(chunk, language)


def _forms_of(chunk: str, language: str) -> frozenset[str]:
    return frozenset(form for token in terms(chunk, language) for form in (token.stem, token.folded, fold(token.stem)))


@lru_cache(maxsize=65_536)
def _forms(chunk: str, language: str) -> frozenset[str]:
    return _forms_of(chunk, language)


@lru_cache(maxsize=2_048)
def _places(text: str) -> tuple[tuple[int, str], ...]:
    """Where the chunks of a text begin: some ten megabytes for the passages that are shown again and again."""
    return tuple([(match.start(), match[0]) for match in CHUNK.finditer(text)])  # a list is faster than a generator


@lru_cache(maxsize=32_768)
def _tokens(chunk: str, language: str) -> tuple[Token, ...]:
    return tuple(terms(chunk, language))
