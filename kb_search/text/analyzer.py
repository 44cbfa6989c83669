"""Text → terms, the same for an article and for a query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kb_search.text.locales import primary
from kb_search.text.segmentation import CHUNK
from kb_search.text.terms import Token, terms

__all__ = ["ANALYZER_VERSION", "Token", "distinct", "matching", "stems", "tokens"]

# Any change in what `tokens` gives, for any text, raises this number: it is in the manifest of every index.
ANALYZER_VERSION: int = 1

# Chunks of a real text repeat; long ones (addresses, encoded data) do not, and would push the others out.
_LONGEST_CACHED = 24


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


def matching(text: str, locale: str, wanted: frozenset[str]) -> list[Token]:
    """Give the tokens of a text whose stem is wanted; much faster than `tokens` where few are."""
    language = primary(locale)
    # Most words of a passage are not in the query: look at each different one once, before looking at places.
    places = list(CHUNK.finditer(text))
    chunks = [match[0] for match in places]
    chosen = {
        chunk
        for chunk in set(chunks)
        if not wanted.isdisjoint(
            _stems(chunk, language) if len(chunk) <= _LONGEST_CACHED else _stems_of(chunk, language)
        )
    }
    found: list[Token] = []
    for match, chunk in zip(places, chunks, strict=True) if chosen else ():
        if chunk in chosen:
            offset = match.start()
            inner = _tokens(chunk, language) if len(chunk) <= _LONGEST_CACHED else terms(chunk, language)
            for start, end, exact, folded, stem, part in inner:
                if stem in wanted:
                    found.append(Token(offset + start, offset + end, exact, folded, stem, part))
    return found


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


@lru_cache(maxsize=32_768)
def _tokens(chunk: str, language: str) -> tuple[Token, ...]:
    return tuple(terms(chunk, language))
