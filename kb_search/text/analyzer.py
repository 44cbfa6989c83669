"""Text → terms, the same for an article and for a query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kb_search.text.locales import primary
from kb_search.text.normalize import fold
from kb_search.text.segmentation import CHUNK
from kb_search.text.terms import Token, terms

__all__ = ["ANALYZER_VERSION", "Form", "Token", "distinct", "forms", "stems", "tokens"]

# Any change in what `tokens` gives, for any text, raises this number: it is in the manifest of every index.
ANALYZER_VERSION: int = 2

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


class Form(NamedTuple):
    """A word of a text, at `text[start:end]`, and a term that finds it."""

    start: int
    end: int
    term: str


def forms(text: str, locale: str) -> list[Form]:
    """Give each word with each term that it meets: its stem, its folded form and its folded stem, by start offset.

    So `sifre` finds `şifre`, and `şifre` does not find `sifre`.
    """
    language = primary(locale)
    return [
        Form(match.start() + start, match.start() + end, term)
        for match in CHUNK.finditer(text)
        for start, end, term in (
            _forms(match[0], language) if len(match[0]) <= _LONGEST_CACHED else _forms_of(match[0], language)
        )
    ]


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


def _forms_of(chunk: str, language: str) -> tuple[Form, ...]:
    found = terms(chunk, language)
    # In the order of the tokens, and each only once: most words are their own folded form.
    return tuple(
        dict.fromkeys(
            Form(token.start, token.end, term)
            for token in found
            for term in (token.stem, token.folded, fold(token.stem))
        )
    )


@lru_cache(maxsize=65_536)
def _forms(chunk: str, language: str) -> tuple[Form, ...]:
    return _forms_of(chunk, language)


@lru_cache(maxsize=32_768)
def _tokens(chunk: str, language: str) -> tuple[Token, ...]:
    return tuple(terms(chunk, language))
