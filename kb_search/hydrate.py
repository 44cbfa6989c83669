"""Results → hits: texts are fetched last, and only for the articles that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kb_search.passages import best_passage
from kb_search.ranking import fusion
from kb_search.ranking.rollup import Scored
from kb_search.retrieval import Candidates, best_chunks
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import ArticleRecord, ChunkRecord
from kb_search.text.analyzer import stems
from kb_search.types import Explanation, Hit, Mode, Passage, Translation

PASSAGES = 3
"""Passages of one hit: the best one and the further ones."""


def hydrate(
    page: Sequence[Scored],
    candidates: Candidates,
    snapshot: Snapshot,
    view: ViewSnapshot,
    *,
    terms: Mapping[str, frozenset[str]],
    mode: Mode,
    url_template: str,
    explain: bool,
) -> tuple[Hit, ...]:
    """Turn one page of results into hits; `terms` is locale → stems that the query asks for, or stands for."""
    records = snapshot.store.records({row for s in page for row in (s.shown, *s.translations)})
    by_words = candidates.focus is None and any(terms.values())
    chunk_rows = best_chunks([s.shown for s in page], candidates, snapshot, view)
    if not by_words:
        chunk_rows = {row: rows[:PASSAGES] for row, rows in chunk_rows.items()}
    chunks = snapshot.store.chunks(row for rows in chunk_rows.values() for row in rows)
    hits = []
    for scored in page:
        record = records[scored.shown]
        wanted = terms.get(record.locale, frozenset())
        found = [chunks[row] for row in chunk_rows[scored.shown]]
        passages = _passages(_by_words(found, wanted, record.locale) if by_words else found, wanted, record.locale)
        hits.append(
            Hit(
                id=record.id,
                title=record.title,
                url=article_url(url_template, record),
                locale=record.locale,
                score=fusion.sigmoid(scored.log_odds),
                status=record.status,
                confidence=record.meta.confidence,
                updated=record.meta.updated,
                owner=record.meta.owner,
                passage=passages[0],
                passages=passages[1:],
                translations=translations(scored.translations, records, url_template),
                explanation=_explain(scored, candidates, mode) if explain else None,
            )
        )
    return tuple(hits)


def translations(ordinals: Sequence[int], records: dict[int, ArticleRecord], template: str) -> tuple[Translation, ...]:
    """List other language versions, by locale."""
    listed = sorted((records[row] for row in ordinals), key=lambda record: (record.locale, record.id))
    return tuple(Translation(r.id, r.title, r.locale, article_url(template, r)) for r in listed)


def article_url(template: str, record: ArticleRecord) -> str:
    """Fill the configured template; ids keep their slashes, all else is quoted."""
    values: dict[str, Any] = {
        "id": quote(record.id, safe="/"),
        "slug": quote(record.meta.slug or record.id.rsplit("/", 1)[-1], safe=""),
        "locale": quote(record.locale, safe=""),
    }
    return template.format_map(values)


def _by_words(chunks: Sequence[ChunkRecord], terms: frozenset[str], locale: str) -> Sequence[ChunkRecord]:
    """Choose the chunks that hold most of the query's words, the first of equals first."""
    held = [len(terms.intersection(stems(f"{chunk.heading}\n{chunk.text}", locale))) for chunk in chunks]
    order = sorted(range(len(chunks)), key=lambda row: -held[row])
    return [chunks[row] for row in order[:PASSAGES]]


def _passages(chunks: Sequence[ChunkRecord], terms: frozenset[str], locale: str) -> tuple[Passage, ...]:
    """Best passage of each chunk; a passage that repeats one above it is left out."""
    found: dict[str, Passage] = {}
    for chunk in chunks:
        passage = best_passage(chunk.text, chunk.heading, chunk.anchor, terms, locale)
        found.setdefault(" ".join(passage.text.split()).lower(), passage)
    return tuple(found.values())


def _explain(scored: Scored, candidates: Candidates, mode: Mode) -> Explanation:
    row = int((candidates.articles == scored.matched).argmax()) if len(candidates.articles) else -1
    if row < 0 or candidates.articles[row] != scored.matched:
        return Explanation({"pinned" if scored.pinned else "not_asked": scored.log_odds}, {})
    semantic = float(candidates.semantic[row]) if candidates.focus is not None else None
    keyword = float(candidates.keyword[row]) if mode != "semantic" else None
    signals = {
        "similarity": float(candidates.similarity[row]) if candidates.focus is not None else None,
        "deviations_above_ordinary": semantic,
        "bm25": float(candidates.bm25[row]) if keyword is not None else None,
        "share_of_ideal_bm25": float(candidates.share[row]) if keyword is not None else None,
        "deviations_above_chance": keyword,
    }
    return Explanation(fusion.ledger(mode, candidates.asked, semantic, keyword), signals)
