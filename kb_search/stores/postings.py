"""Which articles of a view and locale have a term, and how often: exact BM25 of any articles, without a search.

What a keyword engine is asked for is its best articles; what the other branch found has to be scored as well, article
by article, and by the same arithmetic. So the postings are here once more, in one mapped file, little-endian:

    3 × u64             numbers of terms, postings and articles
    terms      u64      BLAKE2b of each different term, 8 bytes, ascending
    starts     i64      where each term's postings begin; then the number of all
    lengths    u32      terms of each article, all occurrences
    rows       u32      term by term, the articles that have it, ascending
    counts     u16      how often each of them has it, at most 65,535

Terms are known by their digests alone: among a million different ones two are alike with a probability of 3 · 10⁻⁸,
and would then be taken for one.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Ordinals, Scores
from kb_search.text.slots import Clause, Word

POSTINGS_VERSION = 1
"""Bumped when the same terms would give another file."""

K1, B = 1.2, 0.75
"""BM25's constants, which tantivy fixes (Robertson and Zaragoza 2009)."""

_HEADER = 24
_MOST = 65_535
_REMEMBERED = 65_536
"""Terms whose place is remembered: a query asks for each several times, and queries share most of theirs."""
GONE = -1
"""Place of a row that is no longer there."""


class Kept(NamedTuple):
    """An earlier file, and where each of its rows is now: int64 of shape (articles,)."""

    postings: Postings
    places: NDArray[np.int64]


def write_postings(path: Path, size: int, documents: Iterable[tuple[int, str]], kept: Kept | None = None) -> None:
    """Write the postings of `size` articles: those of `documents` (row, terms joined by spaces), and those kept.

    The file depends on what each row has, not on whether it was kept.
    """
    lengths = np.zeros(size, np.uint32)
    digests, numbers, rows, times = _counted(documents, lengths)
    if kept is None:
        known = np.unique(digests)
        term = np.searchsorted(known, digests)[numbers]
    else:
        old = kept.postings
        known = np.union1d(old.terms, digests)
        stays = kept.places[old.rows] != GONE
        before = np.repeat(np.searchsorted(known, old.terms), np.diff(old.starts))[stays]
        term = np.concatenate([before, np.searchsorted(known, digests)[numbers]])
        rows = np.concatenate([kept.places[old.rows[stays]], rows])
        times = np.concatenate([old.counts[stays], times])
        lengths[kept.places[kept.places != GONE]] = old.lengths[kept.places != GONE]
    order = np.argsort(term * max(size, 1) + rows, kind="stable")  # what was kept is mostly in order already
    term, rows, times = term[order], rows[order], times[order]
    has = np.bincount(term, minlength=len(known))
    known, has = known[has > 0], has[has > 0]
    starts = np.concatenate([[0], np.cumsum(has)])
    head = np.array([len(known), len(rows), size], "<u8")
    columns = (known, "<u8"), (starts, "<i8"), (lengths, "<u4"), (rows, "<u4"), (times, "<u2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(head.tobytes())
        for values, kind in columns:
            file.write(values.astype(kind).tobytes())


def _counted(
    documents: Iterable[tuple[int, str]], lengths: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32], Ordinals, NDArray[np.uint16]]:
    """Count terms: the digest of each different one; and by posting the number of the term, the row, and how often.

    `lengths` is filled in, by row.
    """
    numbers: dict[str, int] = {}
    terms, counts, rows, sizes = array("I"), array("I"), array("q"), array("q")  # lists of these would take gigabytes
    for row, text in documents:
        words = text.split()
        lengths[row] = len(words)
        counted = Counter(words)
        terms.extend([numbers.setdefault(word, len(numbers)) for word in counted])
        counts.extend(counted.values())
        rows.append(row)
        sizes.append(len(counted))
    digests = np.fromiter(map(term_digest, numbers), np.uint64, len(numbers))
    spread = np.repeat(np.frombuffer(rows, np.int64), np.frombuffer(sizes, np.int64))
    times = np.minimum(np.frombuffer(counts, np.uint32), _MOST).astype(np.uint16)
    return digests, np.frombuffer(terms, np.uint32), spread, times


class Postings:
    """Reader of `write_postings`: numbers of articles are rows. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raises IndexCorrupt."""
        try:
            stored: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
            terms, postings, articles = stored[:_HEADER].view("<u8").tolist()
        except (OSError, ValueError) as error:  # numpy's word for a file that is too short
            raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error
        sizes = (terms, "<u8"), (terms + 1, "<i8"), (articles, "<u4"), (postings, "<u4"), (postings, "<u2")
        ends = np.cumsum([_HEADER, *(count * np.dtype(kind).itemsize for count, kind in sizes)]).tolist()
        if len(stored) != ends[-1]:
            raise IndexCorrupt(f"{path} has {len(stored)} bytes, expected {ends[-1]}. Build the index anew.")
        columns: list[NDArray[Any]] = [
            # Plain arrays: slices of a memmap are maps again, and take microseconds to make.
            np.asarray(stored[start:end].view(kind))
            for (_, kind), start, end in zip(sizes, ends, ends[1:], strict=False)
        ]
        self.terms, self.starts, self.lengths, self.rows, self.counts = columns
        rounded = _rounded(self.lengths.astype(np.int64))
        average = float(self.lengths.mean()) if articles else 1.0
        self._norms = (K1 * (1 - B + B * rounded / max(average, 1e-9))).astype(np.float32)
        self._places: dict[str, tuple[int, int]] = {}

    @property
    def size(self) -> int:
        """The number of articles."""
        return len(self.lengths)

    def frequency(self, term: str) -> int:
        """Count the articles that have a term."""
        start, end = self._place(term)
        return end - start

    def _place(self, term: str) -> tuple[int, int]:
        found = self._places.get(term)
        if found is None:
            if len(self._places) >= _REMEMBERED:
                self._places.clear()
            found = self._places[term] = self._find(term)
        return found

    def _find(self, term: str) -> tuple[int, int]:
        digest = np.uint64(term_digest(term))
        place = int(np.searchsorted(self.terms, digest))
        if place == len(self.terms) or self.terms[place] != digest:
            return 0, 0
        return int(self.starts[place]), int(self.starts[place + 1])

    def bm25(self, words: Sequence[Word], rows: Ordinals) -> Scores:
        """Score articles by their rows, ascending: float32 of shape (rows,), 0 for those that have none of the words.

        A word adds the best of its clauses, a clause the BM25 of its terms times its boost.
        """
        total = np.zeros(len(rows), np.float32)
        if not len(rows):
            return total
        wanted = rows.astype(np.uint32)  # of one type with what is searched, or all of that is converted
        norms = self._norms[rows]
        for word in words:
            best: Scores | None = None
            for clause in word:
                score = self._clause(clause, wanted, norms)
                best = score if best is None or score is None else np.maximum(best, score)
            if best is not None:
                total += best
        return total

    def _clause(self, clause: Clause, rows: NDArray[np.uint32], norms: Scores) -> Scores:
        total = np.zeros(len(rows), np.float32)
        for term in clause.terms:
            start, end = self._place(term)
            if start == end:
                continue
            having = self.rows[start:end]
            at = np.searchsorted(having, rows)
            at[at == end - start] = 0
            times = self.counts[start:end][at] * (having[at] == rows)
            weight = math.log(1 + (self.size - (end - start) + 0.5) / (end - start + 0.5)) * (K1 + 1) * clause.boost
            total += np.float32(weight) * times / (times + norms)
        return total


def term_digest(term: str) -> int:
    """Give the number, of 64 bits, that a term is known by."""
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _rounded(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round lengths down as tantivy does, which keeps each in a byte: exact up to 40, then four bits of the rest.

    It is the SmallFloat of Lucene 7.
    """
    above = np.maximum(lengths - 24, 1)
    dropped = np.maximum(np.floor(np.log2(above)).astype(np.int64) - 3, 0)
    return np.where(lengths < 40, lengths, 24 + (above >> dropped << dropped))
