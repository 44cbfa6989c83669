"""What is inside one chunk: pairs of characters, ordinary words, or a compound.

A compound gives one term for the whole and one per part, so `E-1042` is found by `e-1042`, `E 1042` and `1042`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from kb_search.text.compounds import is_compound, joined, parts
from kb_search.text.elision import core
from kb_search.text.normalize import fold, lower
from kb_search.text.segmentation import bigrams, composed, is_unspaced, singles
from kb_search.text.stemming import stem

LONGEST_TERM = 100

_PLAIN = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys("’‘ʼ", "'"))
_PLAIN |= str.maketrans(dict.fromkeys("‐‑", "-"))
_JOINERS = str.maketrans({"\u200c": None, "\u200d": None})

_DIGIT = re.compile(r"\d")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_WORD = re.compile(r"[^-.@+#']+(?:'+[^-.@+#']+)*")
_ACRONYM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")

# "peut-on", "diz-se": a two-letter side is a pronoun in these, and half a word in most others ("log-in", "re-send").
_PRONOUNS_BY_HYPHEN = frozenset({"fr", "pt"})
_DOTLESS_I = frozenset({"tr", "az"})


class Token(NamedTuple):
    """One term of a text, at `text[start:end]`; a tuple, as a frozen dataclass takes three times as long to make.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        exact: The lower-cased form.
        folded: The form without diacritics.
        stem: The Snowball stem of the exact form; the exact form itself for codes, numbers and unspaced scripts.
        part: Whether this is a piece, or another reading, of something that was emitted whole as well.
    """

    start: int
    end: int
    exact: str
    folded: str
    stem: str
    part: bool


def terms(chunk: str, language: str) -> list[Token]:
    """Give the terms of one chunk of `segmentation.CHUNK`, offsets from its beginning, by start, the longer first."""
    if unicodedata.is_normalized("NFC", chunk):
        return _terms(chunk, language)
    text, starts = composed(chunk)
    return [token._replace(start=starts[token.start], end=starts[token.end]) for token in _terms(text, language)]


def _terms(chunk: str, language: str) -> list[Token]:
    plain = chunk
    if not chunk.isascii():
        if is_unspaced(chunk):
            return sorted(_unspaced(chunk), key=_place)
        plain = _plain(chunk)
    if plain.isalpha():
        return list(_word(plain, (0, len(plain)), language))
    found = _inner(plain, *core(plain, language), language)
    return sorted(found, key=_place)


def _place(token: Token) -> tuple[int, int]:
    return token.start, -token.end


def _plain(chunk: str) -> str:
    """Give apostrophes, hyphens, full-width letters and all digits their ASCII form, character by character."""
    chunk = chunk.translate(_PLAIN)
    if _OTHER_DIGIT.search(chunk):
        chunk = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in chunk)
    return chunk


def _inner(plain: str, start: int, end: int, language: str) -> Iterator[Token]:
    text = plain[start:end].rstrip("-.@'_")
    if text.endswith("#") and len(text) > 2:
        text = text[:-1]
    if _ACRONYM.fullmatch(text):
        yield _token((start, start + len(text)), lower(text.replace(".", ""), language), language, stemmed=False)
    elif is_compound(text):
        yield from _compound(text, start, language)
    else:
        yield from _words(plain, (start, start + len(text)), language)


def _compound(text: str, start: int, language: str) -> Iterator[Token]:
    span = (start, start + len(text))
    yield _token(span, _code(text, language), language, stemmed=False)
    if one_word := joined(text):
        yield _token(span, _code(one_word, language), language, stemmed=False, part=True)
    for first, last in parts(text):
        part = text[first:last]
        yield _token((start + first, start + last), _code(part, language), language, stemmed=part.isalpha(), part=True)


def _code(text: str, language: str) -> str:
    """Lower-case a piece of a compound: `ERR_INVALID` has an `i` whatever the language around it."""
    return lower(text[:LONGEST_TERM], "en" if text.isascii() else language)


def _words(plain: str, span: tuple[int, int], language: str) -> Iterator[Token]:
    sides = [(found.start(), found.group()) for found in _WORD.finditer(plain, *span)]
    for start, text in sides:
        first, last = core(text, language)
        if first < last:
            yield from _word(plain, (start + first, start + last), language)
    if len(sides) > 1 and _is_often_joined(plain, sides, language):
        (start, left), (middle, right), *_ = sides
        yield _token((start, middle + len(right)), lower(left + right, language), language, part=True)


def _is_often_joined(plain: str, sides: list[tuple[int, str]], language: str) -> bool:
    """Tell whether people also write the first two sides as one word: `e-mail`, `Wi-Fi`, `log-in`."""
    (_, left), (middle, right), *more = sides
    if plain[middle - 1] != "-":
        return False
    shorter, longer = sorted((len(left), len(right)))
    if language in _PRONOUNS_BY_HYPHEN:
        return not more and (shorter == 1 or longer == 2)
    return shorter == 1 or longer == 2 or (shorter == 2 and not more)


def _word(plain: str, span: tuple[int, int], language: str) -> Iterator[Token]:
    text = plain[span[0] : span[1]][:LONGEST_TERM]
    yield _token(span, lower(text, language), language, stemmed=not _DIGIT.search(text))
    # IBAN and Instagram are no Turkish words, though no rule can tell; so both readings are indexed.
    if language in _DOTLESS_I and "I" in text and text.isascii():
        yield _token(span, text.lower(), language, part=True)


def _unspaced(run: str) -> Iterator[Token]:
    for spans, part in ((bigrams(run), False), (singles(run), True)):
        for start, end in spans:
            letters = lower(unicodedata.normalize("NFKC", run[start:end]), "")
            yield _token((start, end), letters, "", stemmed=False, part=part)


def _token(span: tuple[int, int], exact: str, language: str, *, stemmed: bool = True, part: bool = False) -> Token:
    """Complete a term; an apostrophe that is still in it, as in `don't`, is in its exact form only."""
    if not exact.isascii():
        exact = exact.translate(_JOINERS)
    joined = exact.replace("'", "")
    # A sign that stands alone folds to nothing, or to a space and itself.
    folded = "".join(fold(joined).split()) or joined
    return Token(*span, exact, folded, stem(joined, language) if stemmed else joined, part)
