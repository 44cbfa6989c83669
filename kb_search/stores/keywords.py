"""tantivy: BM25 over our own terms, one index per view and locale so that statistics never mix.

The analysis is ours (kb_search.text); tantivy is handed terms joined by spaces and splits them again with
its `whitespace` tokenizer. Fields are weighted as in BM25F (Robertson, Zaragoza and Taylor 2004): a term in
the title counts as so many occurrences, before saturation. k1 = 1.2 and b = 0.75 are tantivy's own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy

from kb_search.errors import IndexCorrupt
from kb_search.stores.base import Mask, Ordinals, Ranking, Scores
from kb_search.stores.postings import Postings
from kb_search.text.slots import Clause, Word

FIELD_WEIGHTS: Mapping[str, int] = {"title": 3, "keywords": 2, "headings": 2, "body": 1}
"""Occurrences that one term of a field counts as."""

_FIELD, _ROW = "terms", "row"
_HEAP = 256_000_000
"""Most that the writer holds in memory before it begins another segment; it takes what it needs."""
_SELECTIVE = 4_000
"""Up to so many allowed articles all of them are scored; above, the best of all are filtered as they come."""


def weighted(fields: Mapping[str, Sequence[str]]) -> str:
    """Join the terms of an article's fields by spaces, each as often as its field counts."""
    return " ".join(
        " ".join(fields[name]) for name, times in FIELD_WEIGHTS.items() for _ in range(times) if fields[name]
    )


def write_keywords(folder: Path, documents: Iterable[str]) -> None:
    """Write the index of one view and locale from what `weighted` gave for each article, in order of ordinal.

    It holds row numbers, not ordinals: the same articles give the same index wherever they stand.
    """
    folder.mkdir(parents=True)
    index = tantivy.Index(_schema(), path=str(folder))
    # One thread: the same input gives the same order of documents, hence of ties.
    writer = index.writer(_HEAP, 1)
    for row, terms in enumerate(documents):
        document = tantivy.Document()
        document.add_unsigned(_ROW, row)
        document.add_text(_FIELD, terms)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class TantivyKeywords:
    """Reader of `write_keywords`, and of the postings beside it; see KeywordStore. Searches may run in parallel."""

    def __init__(self, folder: Path, postings: Postings, ordinals: Ordinals) -> None:
        """Open the index of one view and locale; row i of it is article `ordinals[i]`. Raises IndexCorrupt."""
        try:
            self._index, self._searcher = _open(folder)
            self._schema = self._index.schema
        except (ValueError, OSError) as error:
            raise IndexCorrupt(
                f"{folder} cannot be read by tantivy ({str(error)[:120]}). Build the index anew."
            ) from error
        if int(self._searcher.num_docs) != len(ordinals):
            raise IndexCorrupt(
                f"{folder} holds {self._searcher.num_docs} articles, expected {len(ordinals)}. Build the index anew."
            )
        if postings.size != len(ordinals):
            raise IndexCorrupt(
                f"The postings beside {folder} are of {postings.size} articles, expected {len(ordinals)}. "
                "Build the index anew."
            )
        self._ordinals, self._postings = ordinals, postings
        self._in_order = self._is_in_order()

    @property
    def size(self) -> int:
        """The number of articles; see KeywordStore."""
        return len(self._ordinals)

    def document_frequency(self, term: str) -> int:
        """Count the articles with a term; see KeywordStore."""
        return self._postings.frequency(term)

    def search(self, words: Sequence[Word], k: int, allowed: Mask | None = None) -> Ranking:
        """Return the best articles; a word that is given twice counts twice; see KeywordStore."""
        if not words or k <= 0 or not len(self._ordinals):
            return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
        if allowed is None:
            return self._ranked(self._query(words), k)
        chosen = np.flatnonzero(allowed[self._ordinals])
        if len(chosen) == len(self._ordinals):
            return self._ranked(self._query(words), k)
        if len(chosen) <= _SELECTIVE:
            return self._among(words, chosen, k)
        return self._filtered(self._query(words), k, allowed)

    def scores(self, words: Sequence[Word], articles: Ordinals) -> Scores:
        """Score some articles alone; see KeywordStore."""
        return self._postings.bm25(words, np.searchsorted(self._ordinals, articles))

    def _among(self, words: Sequence[Word], rows: Ordinals, k: int) -> Ranking:
        """Rank some rows alone."""
        scores = self._postings.bm25(words, rows)
        order = np.argsort(-scores, kind="stable")[: min(k, int(np.count_nonzero(scores)))]
        return Ranking(self._ordinals[rows[order]], scores[order])

    def _query(self, words: Sequence[Word]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, self._word(word)) for word in words])

    def _word(self, word: Word) -> tantivy.Query:
        clauses = [self._clause(clause) for clause in word]
        return clauses[0] if len(clauses) == 1 else tantivy.Query.disjunction_max_query(clauses)

    def _clause(self, clause: Clause) -> tantivy.Query:
        terms = [tantivy.Query.term_query(self._schema, _FIELD, term, "freq") for term in clause.terms]
        query = terms[0]
        if len(terms) > 1:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        return query if clause.boost == 1 else tantivy.Query.boost_query(query, clause.boost)

    def _filtered(self, query: tantivy.Query, k: int, allowed: Mask) -> Ranking:
        """Look ever deeper until k allowed articles are found or the matches end: exact, whatever the filter."""
        depth = 2 * k
        while True:
            ranking = self._ranked(query, depth)
            keep = allowed[ranking.ordinals]
            if int(keep.sum()) >= k or len(ranking.ordinals) < depth:
                return Ranking(ranking.ordinals[keep][:k], ranking.scores[keep][:k])
            depth *= 4

    def _ranked(self, query: tantivy.Query, k: int) -> Ranking:
        wanted = min(k, len(self._ordinals))
        limit = wanted if self._in_order else wanted + 1
        while True:
            hits = self._searcher.search(query, limit, count=False).hits
            if self._in_order or len(hits) < limit or hits[-1][0] < hits[wanted - 1][0]:
                break
            limit *= 4  # equals of the last may have been cut off
        if self._in_order:
            rows = np.array([address.doc for _, address in hits], np.int64)
        else:
            rows = np.array(self._searcher.fast_field_values(_ROW, [address for _, address in hits]), np.int64)
        ordinals = self._ordinals[rows]
        scores = np.array([score for score, _ in hits], np.float32)
        order = np.lexsort((ordinals, -scores))
        return Ranking(ordinals[order][:wanted], scores[order][:wanted])

    def _is_in_order(self) -> bool:
        """Tell whether rows are tantivy's own numbers, by which it orders equals: in one segment, never merged."""
        if self._searcher.num_segments != 1:
            return False
        sample: list[int] = np.unique(np.linspace(0, len(self._ordinals) - 1, 256).astype(np.int64)).tolist()
        rows = self._searcher.fast_field_values(_ROW, [tantivy.DocAddress(0, row) for row in sample])
        return bool(list(rows) == sample)


def _open(folder: Path) -> tuple[tantivy.Index, tantivy.Searcher]:
    """Open for reading, also where we may not write: tantivy wants to lock a file of its own in the folder."""
    try:
        index = tantivy.Index.open(str(folder))
        return index, index.searcher()
    except ValueError as error:
        if "lockfile" not in str(error).lower():
            raise
    with tempfile.TemporaryDirectory(prefix="kb-search-") as writable:
        for file in folder.resolve().iterdir():
            if file.suffix != ".lock":
                Path(writable, file.name).symlink_to(file)
        index = tantivy.Index.open(writable)
        return index, index.searcher()  # the files are mapped now; their links may go


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(_ROW, indexed=False, fast=True)
    builder.add_text_field(_FIELD, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
