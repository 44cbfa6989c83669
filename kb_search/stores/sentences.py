"""Each chunk's sentences and words, as choosing passages needs them: made once by the indexer, mapped, never parsed.

Three files of numbers, chunk after chunk, so that the chunks of a page are a few slices. A word is stored with each
term that it meets, as a hash of 64 bits: that any of a billion different terms is taken for one that is asked for has a
chance of less than one in ten billion.
"""

from __future__ import annotations

import contextlib
import mmap
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Ordinals
from kb_search.text.analyzer import forms
from kb_search.text.lines import Kind, split_lines

SENTENCES_VERSION = 1
"""Any change in what `analyse_chunk` gives, the analyzer's aside, raises this number."""

_COUNTS = struct.Struct("<II")
_WORD_SIZE, _SENTENCE_SIZE, _BOUND_SIZE = 12, 8, 16
_KIND_BITS, _LENGTH_BITS, _PLACE_BITS = 4, 10, 32
_LONGEST = (1 << _LENGTH_BITS) - 1
"""Characters of a word; one that is longer than a passage is never marked, so that its length is of no account."""
_HEADING = (1 << _PLACE_BITS) - 1
"""The place of a word that stands in the headings above the chunk."""
_LAST_START = (_HEADING >> _LENGTH_BITS) - 1
"""No word is looked for behind the first four million characters of a chunk."""
_LAST_END = (1 << (32 - _KIND_BITS)) - 1


@lru_cache(maxsize=65_536)
def term_hash(term: str, locale: str) -> int:
    """Number a term of texts of one locale, in [0, 2⁶⁴): the same word of another locale has another number."""
    key = f"{locale}\0{term}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little")


def analyse_chunk(text: str, heading: str, locale: str, title: str = "", *, summary: bool = False) -> bytes:
    """Work out what is stored of a chunk; pure, so that it can be kept for as long as the arguments are the same.

    `heading` is the heading path as it is shown, `title` that of the article, `locale` the article's; `summary` says
    that the chunk is the article's summary. Two counts come first, then what docs/index-format.md says of the files of
    words and of sentences.
    """
    words: list[int] = []
    for _, _, term in forms(heading, locale):
        words += (term_hash(term, locale), _HEADING)
    for start, end, term in forms(text, locale):
        if start <= _LAST_START:
            words += (term_hash(term, locale), start << _LENGTH_BITS | min(end - start, _LONGEST))
    sentences: list[int] = []
    for start, end, kind in split_lines(text, locale):
        if title and text[start:end] == title:
            kind |= Kind.TITLE
        if summary:
            kind |= Kind.SUMMARY
        if end <= _LAST_END:
            sentences += (start, end << _KIND_BITS | kind)
    counts = len(words) // 2, len(sentences) // 2
    return _COUNTS.pack(*counts) + struct.pack(f"<{'QI' * counts[0]}{len(sentences)}I", *words, *sentences)


def build_sentences(words: Path, sentences: Path, bounds: Path, analysed: Iterable[bytes]) -> None:
    """Write the files of a generation: what `analyse_chunk` gave for each chunk, in order of ordinal."""
    first = [0, 0]
    with contextlib.ExitStack() as files:
        to_words, to_sentences, to_bounds = (
            files.enter_context(path.open("wb")) for path in (words, sentences, bounds)
        )
        to_bounds.write(struct.pack("<2Q", *first))
        for data in analysed:
            counts = _COUNTS.unpack_from(data)
            end = _COUNTS.size + counts[0] * _WORD_SIZE
            to_words.write(data[_COUNTS.size : end])
            to_sentences.write(data[end:])
            first = [first[0] + counts[0], first[1] + counts[1]]
            to_bounds.write(struct.pack("<2Q", *first))


class SentenceFiles:
    """Reader of `build_sentences` chunk by chunk, for a generation that has many of the same."""

    def __init__(self, words: Path, sentences: Path, bounds: Path) -> None:
        """Map the files of a verified generation."""
        self._words, self._sentences = _bytes_of(words), _bytes_of(sentences)
        self._bounds = np.fromfile(bounds, "<u8").reshape(-1, 2)

    def analysed(self, start: int, end: int) -> Iterator[bytes]:
        """Give what `analyse_chunk` gave for the chunks from `start` to `end`, by ordinal."""
        bounds = self._bounds[start : end + 1].tolist()
        for (word, sentence), (last_word, last_sentence) in pairwise(bounds):
            counts = _COUNTS.pack(last_word - word, last_sentence - sentence)
            words = self._words[word * _WORD_SIZE : last_word * _WORD_SIZE]
            yield counts + words + self._sentences[sentence * _SENTENCE_SIZE : last_sentence * _SENTENCE_SIZE]


def _bytes_of(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


class Analysed(NamedTuple):
    """What is stored of some chunks, `chunks` of them, one after the other.

    Of each sentence, int64 of shape (sentences,): `chunk`, the row of its chunk here, `start`, `end`, `kind`. Of each
    word that meets a term, uint32 of shape (words, 3): the hash of the term, low half first, and its place.
    `first_word` tells where the words of each chunk begin and end: int64 of shape (chunks + 1,).
    """

    chunks: int
    chunk: Ordinals
    start: Ordinals
    end: Ordinals
    kind: Ordinals
    words: NDArray[np.uint32]
    first_word: Ordinals


class Met(NamedTuple):
    """Words that meet a term, int64 of shape (met,) each, in order of chunk and place.

    `chunk` is the row of the chunk, `term` that of the term, the word is at `start` to `end`; -1 in the headings above.
    """

    chunk: Ordinals
    term: Ordinals
    start: Ordinals
    end: Ordinals


class SentenceStore:
    """Reader of `build_sentences`. Thread-safe; takes memory only for what is read."""

    def __init__(self, words: Path, sentences: Path, bounds: Path, chunks: int) -> None:
        """Map the files of a generation of so many chunks. Raises IndexCorrupt when they do not belong together."""
        self._bounds = _mapped(bounds, "<u8", _BOUND_SIZE)
        last = self._bounds[-1].tolist() if len(self._bounds) else []
        self._words, self._sentences = _mapped(words, "<u4", _WORD_SIZE), _mapped(sentences, "<u4", _SENTENCE_SIZE)
        if len(self._bounds) != chunks + 1 or last != [len(self._words), len(self._sentences)]:
            raise IndexCorrupt(
                f"{bounds} is of {len(self._bounds) - 1} chunks with {last} words and sentences, expected {chunks} "
                f"with [{len(self._words)}, {len(self._sentences)}]. Build the index anew."
            )

    def read(self, ordinals: Ordinals) -> Analysed:
        """Collect what is stored of some chunks, in the order given."""
        begin, end = self._bounds[ordinals].astype(np.int64), self._bounds[ordinals + 1].astype(np.int64)
        counts = end - begin
        words = _slices(self._words, begin[:, 0], end[:, 0])
        sentences = _slices(self._sentences, begin[:, 1], end[:, 1]).astype(np.int64)
        return Analysed(
            chunks=len(ordinals),
            chunk=np.repeat(np.arange(len(ordinals)), counts[:, 1]),
            start=sentences[:, 0],
            end=sentences[:, 1] >> _KIND_BITS,
            kind=sentences[:, 1] & (1 << _KIND_BITS) - 1,
            words=words,
            first_word=np.concatenate([[0], np.cumsum(counts[:, 0])]),
        )


def meet(analysed: Analysed, hashes: NDArray[np.uint64]) -> Met:
    """Find the words that meet one of some terms: `hashes` of them, ascending, of shape (terms,)."""
    # Nearly all words meet none, which sixteen bits of the hash tell at the price of one look-up for all terms.
    likely = np.zeros(1 << 16, np.bool_)
    likely[hashes & np.uint64(0xFFFF)] = True
    rows = np.flatnonzero(likely[analysed.words[:, 0] & 0xFFFF])
    found = np.ascontiguousarray(analysed.words[rows, :2]).view("<u8").reshape(-1)
    term = np.searchsorted(hashes, found)
    same = hashes[np.minimum(term, len(hashes) - 1)] == found
    rows, term = rows[same], term[same]
    place = analysed.words[rows, 2].astype(np.int64)
    heading = place == _HEADING
    start = np.where(heading, -1, place >> _LENGTH_BITS)
    end = np.where(heading, -1, start + (place & _LONGEST))
    return Met(np.searchsorted(analysed.first_word, rows, "right") - 1, term, start, end)


def _mapped(path: Path, kind: str, row_size: int) -> NDArray[np.uint32]:
    """Map a file as rows of `row_size` bytes. Raises IndexCorrupt."""
    size = path.stat().st_size
    if size % row_size:
        raise IndexCorrupt(f"{path} has {size} bytes, which is no multiple of {row_size}. Build the index anew.")
    columns = row_size // np.dtype(kind).itemsize
    if not size:
        return np.empty((0, columns), kind)
    return np.asarray(np.memmap(path, kind, "r")).reshape(-1, columns)  # a plain view: slices of a memmap cost more


def _slices(rows: NDArray[np.uint32], begin: Ordinals, end: Ordinals) -> NDArray[np.uint32]:
    spans = zip(begin.tolist(), end.tolist(), strict=True)
    return np.concatenate([rows[first:last] for first, last in spans] or [rows[:0]])
