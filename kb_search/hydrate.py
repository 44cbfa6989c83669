"""Results → hits: texts are fetched last, and only for the articles that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kb_search.passages import NEAREST, Part, Wanted, best_passages, openings
from kb_search.ranking import fusion
from kb_search.ranking.rollup import Scored
from kb_search.ranking.wording import weigh
from kb_search.retrieval import Candidates, nearest_chunks
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import ArticleRecord, ChunkRecord
from kb_search.text.slots import Slot
from kb_search.types import Explanation, Hit, Mode, Translation


def hydrate(
    page: Sequence[Scored],
    candidates: Candidates,
    snapshot: Snapshot,
    view: ViewSnapshot,
    *,
    slots: Mapping[str, Sequence[Slot]],
    mode: Mode,
    url_template: str,
    explain: bool,
) -> tuple[Hit, ...]:
    """Turn one page of results into hits; `slots` is the query as each locale reads it."""
    records = snapshot.store.records({row for s in page for row in (s.shown, *s.translations)})
    # One more than are looked at: the summary is chosen to be left out.
    chunk_rows = nearest_chunks([s.shown for s in page], candidates, snapshot, view, NEAREST + 1)
    chunks = snapshot.store.chunks(row for rows in chunk_rows.values() for row in rows)
    wanted = {locale: _wanted(slots, locale, candidates, view) for locale in {records[s.shown].locale for s in page}}
    hits = []
    for scored in page:
        record = records[scored.shown]
        parts = [_part(chunks[row], nearness) for row, nearness in chunk_rows[scored.shown].items()]
        if any(slots.values()) or candidates.focus is not None:
            passages = best_passages(parts, wanted[record.locale], record.title)
        else:
            passages = openings(parts, record.locale)
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


def _part(chunk: ChunkRecord, nearness: float | None) -> Part:
    return Part(chunk.id, chunk.anchor, chunk.heading, chunk.text, nearness)


def _wanted(slots: Mapping[str, Sequence[Slot]], locale: str, candidates: Candidates, view: ViewSnapshot) -> Wanted:
    """Weigh the query's words in a locale by how few of its articles have them: common words say little."""
    wording = candidates.wordings.get(locale)
    if wording is None:  # by meaning alone, words were not searched for; they are marked all the same
        store = view.keywords[locale]
        wording = weigh(slots.get(locale, ()), store.document_frequency, store.size)
    return Wanted(wording.shares, locale)


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
