"""Results → hits: passages are chosen without reading a text, and only the texts that are shown are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from kb_search.cutting import cut, distinct
from kb_search.emphasis import Emphasis, emphasis
from kb_search.passages import NEAREST, Wanted, Window, best_windows, nearest, openings
from kb_search.ranking import fusion
from kb_search.ranking.rollup import Scored
from kb_search.ranking.wording import weigh
from kb_search.retrieval import Candidates, chunk_nearness
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stages import Stages
from kb_search.stores.articles import ArticleRecord
from kb_search.text.slots import Slot
from kb_search.types import Explanation, Hit, Mode, Translation

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
"""Characters that stand for themselves in any part of an address (RFC 3986)."""


class Chosen(NamedTuple):
    """The windows to show of each article of a page, likeliest first; `chunks` are the ordinals that they number.

    `marks` tells by locale which words to mark in them.
    """

    windows: list[list[Window]]
    chunks: list[int]
    marks: Mapping[str, Emphasis]


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
    stages: Stages | None = None,
) -> tuple[Hit, ...]:
    """Turn one page of results into hits; `slots` is the query as each locale reads it."""
    stages = stages or Stages()
    with stages("passage"):
        chosen = choose(page, candidates, snapshot, view, slots)
    with stages("hydrate"):
        return read(page, chosen, candidates, snapshot, mode=mode, url_template=url_template, explain=explain)


def choose(
    page: Sequence[Scored],
    candidates: Candidates,
    snapshot: Snapshot,
    view: ViewSnapshot,
    slots: Mapping[str, Sequence[Slot]],
) -> Chosen:
    """Choose what to show of each article of a page."""
    if not page:
        return Chosen([], [], {})
    chunks, articles, nearness = chunk_nearness([s.shown for s in page], candidates, snapshot, view)
    if nearness is not None:
        kept = nearest(articles, nearness, NEAREST + 1)  # the summary may be among them, to be left out
        chunks, articles, nearness = chunks[kept], articles[kept], nearness[kept]
    analysed = snapshot.sentences.read(chunks)
    if not any(slots.values()) and nearness is None:
        return Chosen(openings(analysed, articles), chunks.tolist(), {})
    locales = {str(snapshot.store.locales[s.shown]) for s in page}
    shares = {locale: _shares(slots, locale, candidates, view) for locale in locales}
    marks = {locale: _marks(slots, shares[locale], locale, view) for locale in locales}
    return Chosen(best_windows(analysed, articles, nearness, Wanted(shares)), chunks.tolist(), marks)


def read(
    page: Sequence[Scored],
    chosen: Chosen,
    candidates: Candidates,
    snapshot: Snapshot,
    *,
    mode: Mode,
    url_template: str,
    explain: bool,
) -> tuple[Hit, ...]:
    """Fetch the articles of a page and what was chosen of their texts."""
    records = snapshot.store.records({row for s in page for row in (s.shown, *s.translations)})
    texts = snapshot.store.chunks({chosen.chunks[w.chunk] for windows in chosen.windows for w in windows})
    hits = []
    for scored, windows in zip(page, chosen.windows, strict=True):
        record = records[scored.shown]
        parts = [(window, texts[chosen.chunks[window.chunk]]) for window in windows]
        marks = chosen.marks.get(record.locale)
        passages = distinct(cut(window, part.text, part.heading, part.anchor, marks) for window, part in parts)
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
    return _url(template, record.id, record.meta.slug, record.locale)


@lru_cache(maxsize=8_192)
def _url(template: str, article_id: str, slug: str | None, locale: str) -> str:
    values: dict[str, Any] = {
        "id": _quoted(article_id, "/"),
        "slug": _quoted(slug or article_id.rsplit("/", 1)[-1], ""),
        "locale": _quoted(locale, ""),
    }
    return template.format_map(values)


def _quoted(text: str, safe: str) -> str:
    """Quote a text; quickly where there is nothing to quote, since a site map has tens of thousands."""
    return text if (_UNRESERVED | set(safe)).issuperset(text) else quote(text, safe=safe)


def _shares(
    slots: Mapping[str, Sequence[Slot]], locale: str, candidates: Candidates, view: ViewSnapshot
) -> Mapping[str, float]:
    """Weigh the query's words in a locale by how few of its articles have them: common words say little."""
    wording = candidates.wordings.get(locale)
    if wording is None:  # by meaning alone, words were not searched for; they are marked all the same
        store = view.keywords[locale]
        wording = weigh(slots.get(locale, ()), store.document_frequency, store.size)
    return wording.shares


def _marks(
    slots: Mapping[str, Sequence[Slot]], shares: Mapping[str, float], locale: str, view: ViewSnapshot
) -> Emphasis:
    store = view.keywords[locale]
    return emphasis(slots.get(locale, ()), shares, store.document_frequency, store.size)


def _explain(scored: Scored, candidates: Candidates, mode: Mode) -> Explanation:
    row = int((candidates.articles == scored.matched).argmax()) if len(candidates.articles) else -1
    if row < 0 or candidates.articles[row] != scored.matched:
        return Explanation({"pinned" if scored.pinned else "not_asked": scored.log_odds}, {})
    semantic = float(candidates.semantic[row]) if candidates.meant is not None else None
    keyword = float(candidates.keyword[row]) if mode != "semantic" else None
    named, called = float(candidates.named[row]), float(candidates.called[row])
    signals = {
        "similarity": float(candidates.similarity[row]) if candidates.meant is not None else None,
        "deviations_above_ordinary": semantic,
        "name_deviations_above_ordinary": named if candidates.meant is not None else None,
        "bm25": float(candidates.bm25[row]) if keyword is not None else None,
        "share_of_ideal_bm25": float(candidates.share[row]) if keyword is not None else None,
        "deviations_above_chance": keyword,
        "called": called if keyword is not None else None,
    }
    return Explanation(fusion.ledger(mode, candidates.asked, semantic, keyword, named, called), signals)
