"""One article by id, and the articles nearest to it, as a reader of one view sees them.

The view is asked before anything is fetched: an article that it does not show is answered exactly as one that
does not exist.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search.answers import ArticleAnswer, ArticleSection, Heading, SimilarAnswer
from kb_search.article_html import resolved
from kb_search.errors import ArticleNotFound, QueryError
from kb_search.hydrate import article_url, hydrate, translations
from kb_search.ranking import fusion
from kb_search.ranking.rollup import WINDOW, Window, fold, order_articles
from kb_search.retrieval import Candidates, Meant, nearest_and_first
from kb_search.searcher import Searcher
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import ChunkRecord
from kb_search.stores.base import Ordinals
from kb_search.stores.pages import paragraphs
from kb_search.types import SUMMARY_SUFFIX


def read_article(searcher: Searcher, article_id: str, view: str) -> ArticleAnswer:
    """Fetch an article. Raises ArticleNotFound when the view does not show it, UnknownView."""
    snapshot, view_snapshot = searcher.snapshot, searcher.snapshot.view(view)
    row = _visible(snapshot, view_snapshot, article_id)
    relatives = view_snapshot.families.others(row)
    records = snapshot.store.records([row, *relatives])
    record, template = records[row], _url_template(searcher)
    sections, page = _sections(snapshot.store.chunks_of(row)), snapshot.store.page(row)
    if page.page is None:
        html = "\n".join(paragraphs(section.text) for section in sections)
    else:
        html = resolved(page, page.page, snapshot, view_snapshot, template)
    return ArticleAnswer(
        id=record.id,
        title=record.title,
        url=article_url(template, record),
        locale=record.locale,
        status=record.status,
        confidence=record.meta.confidence,
        owner=record.meta.owner,
        area=record.meta.area,
        category=record.meta.category,
        tags=record.meta.tags,
        summary=record.meta.summary,
        created=record.meta.created,
        updated=record.meta.updated,
        review_by=record.meta.review_by,
        translations=translations(relatives, records, template),
        sections=sections,
        contents=tuple(Heading(*heading) for heading in page.contents),
        html=html,
    )


def similar(searcher: Searcher, article_id: str, view: str, limit: int = 5, locale: str | None = None) -> SimilarAnswer:
    """Find the articles nearest to an article, itself and its translations left out.

    `locale` is the reader's language, by default the article's. Raises ArticleNotFound, UnknownView, QueryError.
    """
    started = time.perf_counter()
    if not 0 <= limit <= WINDOW:
        raise QueryError(f"limit={limit} is out of range. Choose a value from 0 to {WINDOW}.")
    snapshot, view_snapshot = searcher.snapshot, searcher.snapshot.view(view)
    row = _visible(snapshot, view_snapshot, article_id)
    own = str(snapshot.store.locales[row])
    candidates, ranked = _nearest(snapshot, view_snapshot, row, limit, (locale or own, own))
    hits = hydrate(
        ranked.page(0, limit),
        candidates,
        snapshot,
        view_snapshot,
        slots={},
        mode="semantic",
        url_template=_url_template(searcher),
        explain=False,
    )
    took = round((time.perf_counter() - started) * 1000, 3)
    return SimilarAnswer(article_id, locale or own, took, searcher.generation, hits)


def check_visible(searcher: Searcher, article_id: str, view: str) -> None:
    """Raise ArticleNotFound unless the view shows an article of this id, UnknownView where there is no such view."""
    _visible(searcher.snapshot, searcher.snapshot.view(view), article_id)


def canonical_of(searcher: Searcher, article_id: str, view: str) -> str | None:
    """Give the address that an article's author wants it to be known by, None if any will do.

    Raises ArticleNotFound, UnknownView.
    """
    row = _visible(searcher.snapshot, searcher.snapshot.view(view), article_id)
    return searcher.snapshot.store.records([row])[row].meta.canonical


def _visible(snapshot: Snapshot, view: ViewSnapshot, article_id: str) -> int:
    row = snapshot.store.ordinal(article_id)
    if row is None or not view.members[row]:
        raise ArticleNotFound(f"There is no article {article_id!r} here. Check the id, or search for the article.")
    return row


def _url_template(searcher: Searcher) -> str:
    return searcher.settings.service.article_url


def _sections(chunks: Sequence[ChunkRecord]) -> tuple[ArticleSection, ...]:
    """Put the chunks of a section together again."""
    found: list[ArticleSection] = []
    for chunk in chunks:
        if chunk.id.endswith(SUMMARY_SUFFIX) or not chunk.text:
            continue
        if found and (found[-1].heading, found[-1].anchor) == (chunk.heading, chunk.anchor):
            found[-1] = ArticleSection(chunk.heading, chunk.anchor, found[-1].text + (chunk.joint + chunk.text))
        else:
            found.append(ArticleSection(chunk.heading, chunk.anchor, chunk.text))
    return tuple(found)


def _nearest(
    snapshot: Snapshot, view: ViewSnapshot, row: int, limit: int, languages: tuple[str, str]
) -> tuple[Candidates, Window]:
    """Look ever deeper for chunks near the article's middle, until they make `limit` results or the view ends."""
    store = snapshot.store
    vector = _middle(snapshot, row)
    others = (view.families.of != view.families.of[row])[store.chunk_article]
    depth = max(64, 8 * limit)
    while True:
        ranking = view.vectors.search(vector, depth, others)
        articles = np.unique(store.chunk_article[ranking.ordinals])
        cosine = nearest_and_first(articles, snapshot, view, vector)[0]
        candidates = _candidates(articles, cosine, view, vector, exhausted=len(ranking.ordinals) < depth)
        folded = _fold(candidates, view, languages, limit)
        if len(folded) >= limit or candidates.exhausted:
            return candidates, folded
        depth *= 4


def _middle(snapshot: Snapshot, row: int) -> NDArray[np.float32]:
    chunks = snapshot.matrix[int(snapshot.store.first_chunk[row]) : int(snapshot.store.first_chunk[row + 1])]
    middle: NDArray[np.float64] = chunks.mean(axis=0, dtype=np.float64)
    unit: NDArray[np.float64] = middle / max(float(np.linalg.norm(middle)), 1e-12)
    return unit.astype(np.float32)


def _candidates(
    articles: Ordinals, cosine: NDArray[np.float64], view: ViewSnapshot, vector: NDArray[np.float32], *, exhausted: bool
) -> Candidates:
    nothing, focus = np.zeros(len(articles)), view.calibration.unfocused(vector)
    return Candidates(
        articles=articles,
        semantic=focus.evidence(cosine),
        keyword=nothing,
        similarity=cosine,
        bm25=nothing,
        share=nothing,
        named=nothing,
        called=nothing,
        asked=fusion.Asked(len(view.articles)),
        meant=Meant(vector, focus, None),
        wordings={},
        degraded=None,
        exhausted=exhausted,
    )


def _fold(candidates: Candidates, view: ViewSnapshot, languages: tuple[str, str], limit: int) -> Window:
    ranked = order_articles(candidates.articles, candidates.log_odds("semantic"))
    return fold(ranked, view.families, languages, limit)
