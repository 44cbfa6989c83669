"""Ask both branches of a view, and complete each other's candidates: every candidate gets all of its evidence.

That an article was found by one branch only would otherwise read as "the other says no". The evidence is exact,
so it does not depend on how deep either branch was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder
from kb_search.ranking import fusion
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.base import Mask, Ordinals
from kb_search.text.analyzer import stems
from kb_search.types import Mode

DEPTH = 200
"""Articles asked of each branch (and of each locale)."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query made ready: its text, what it may find (by article ordinal), and the locales to look in."""

    text: str
    mode: Mode
    allowed: Mask | None
    locales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles found, int64 of shape (n,), and their evidence, float64 of shape (n,) each; raw values beside it.

    `vector` is the query's, None when the semantic branch did not run; `degraded` names a branch that failed.
    """

    articles: Ordinals
    semantic: NDArray[np.float64]
    keyword: NDArray[np.float64]
    cosine: NDArray[np.float64]
    bm25: NDArray[np.float64]
    vector: NDArray[np.float32] | None
    terms: dict[str, list[str]]
    degraded: str | None


def retrieve(
    query: Query, snapshot: Snapshot, view: ViewSnapshot, embedder: Embedder, pool: ThreadPoolExecutor
) -> Candidates:
    """Find the candidates of a query and all their evidence."""
    vector, degraded = None, None
    embedding = pool.submit(embedder.embed_queries, [query.text]) if query.mode != "keyword" else None
    terms = {locale: stems(query.text, locale) for locale in query.locales}
    use_keywords = query.mode != "semantic"
    by_keyword = _keyword_candidates(query, view, terms) if use_keywords else np.empty(0, np.int64)
    if embedding is not None:
        try:
            vector = embedding.result()[0]
        except Exception:  # whatever a model runtime raises: half an answer, said so, beats none
            degraded = "semantic"
            if not use_keywords:
                use_keywords, by_keyword = True, _keyword_candidates(query, view, terms)
    by_meaning = _semantic_candidates(query, snapshot, view, vector) if vector is not None else np.empty(0, np.int64)
    articles = np.union1d(by_keyword, by_meaning)
    cosine = _best_cosines(articles, snapshot, view, vector)
    bm25, share = _bm25(articles, snapshot, view, terms if use_keywords else {})
    semantic = np.zeros(len(articles))
    if vector is not None:
        semantic = fusion.semantic_evidence(cosine, *view.calibration.background(vector))
    return Candidates(articles, semantic, share, cosine, bm25, vector, terms, degraded)


def _keyword_candidates(query: Query, view: ViewSnapshot, terms: dict[str, list[str]]) -> Ordinals:
    found = [
        view.keywords[locale].search(terms[locale], DEPTH, query.allowed).ordinals
        for locale in query.locales
        if locale in view.keywords
    ]
    return np.concatenate([np.empty(0, np.int64), *found])


def _semantic_candidates(query: Query, snapshot: Snapshot, view: ViewSnapshot, vector: NDArray[np.float32]) -> Ordinals:
    """Look ever deeper until DEPTH articles are found or the view ends: long articles must not crowd out others."""
    chunk_article = snapshot.store.chunk_article
    allowed = None if query.allowed is None else query.allowed[chunk_article]
    depth = 2 * DEPTH
    while True:
        ranking = view.vectors.search(vector, depth, allowed)
        articles = np.unique(chunk_article[ranking.ordinals])
        if len(articles) >= DEPTH or len(ranking.ordinals) < depth:
            return articles
        depth *= 4


def _best_cosines(
    articles: Ordinals, snapshot: Snapshot, view: ViewSnapshot, vector: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    """Cosine of each article's nearest chunk."""
    if vector is None or not len(articles):
        return np.zeros(len(articles))
    chunks, starts = chunk_rows(articles, snapshot.store.first_chunk)
    best: NDArray[np.float32] = np.maximum.reduceat(view.vectors.similarity(vector, chunks), starts)
    return best.astype(np.float64)


def chunk_rows(articles: Ordinals, first_chunk: Ordinals) -> tuple[Ordinals, Ordinals]:
    """List the chunk ordinals of some articles, one after the other, and where each article's begin."""
    counts = first_chunk[articles + 1] - first_chunk[articles]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    rows = np.arange(int(counts.sum())) + np.repeat(first_chunk[articles] - starts, counts)
    return rows, starts


def _bm25(
    articles: Ordinals, snapshot: Snapshot, view: ViewSnapshot, terms: dict[str, list[str]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """BM25 of every candidate in its own locale, and its share of what was possible there."""
    bm25, share = np.zeros(len(articles)), np.zeros(len(articles))
    for locale, words in terms.items():
        store = view.keywords.get(locale)
        here = articles[snapshot.store.locales[articles] == locale]
        if store is None or not len(here) or not words:
            continue
        wanted = np.zeros(len(snapshot.store.ids), np.bool_)
        wanted[here] = True
        ranking = store.search(words, len(here), wanted)
        positions = np.searchsorted(articles, ranking.ordinals)
        bm25[positions] = ranking.scores
        ideal = fusion.ideal_bm25([store.document_frequency(word) for word in words], store.size)
        share[positions] = fusion.keyword_evidence(ranking.scores.astype(np.float64), ideal)
    return bm25, share


def best_chunks(article: int, candidates: Candidates, snapshot: Snapshot, view: ViewSnapshot) -> Sequence[int]:
    """Order the chunks of one article by how near they are to the query; without a vector, as they stand."""
    rows, _ = chunk_rows(np.array([article]), snapshot.store.first_chunk)
    if candidates.vector is None:
        return [int(row) for row in rows]
    scores = view.vectors.similarity(candidates.vector, rows)
    return [int(row) for row in rows[np.argsort(-scores, kind="stable")]]
