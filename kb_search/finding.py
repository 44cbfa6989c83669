"""A query → the window of results: what may be found, candidates, scores, translations folded, pins first.

No text is read here, and nothing is decided that a page of the answer would change: offset and limit come later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from kb_search.curation import pin_key
from kb_search.embedding.base import Embedder, common_words
from kb_search.expansion import Expansion, expand
from kb_search.filter_notices import filter_notices
from kb_search.filters import Condition
from kb_search.ranking import fusion
from kb_search.ranking.rollup import WINDOW, Ordered, Window, fold, order_articles, put_pins_first, unfolded
from kb_search.retrieval import DEPTH, Candidates, Query, deepen, retrieve
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stages import Stages
from kb_search.stores.base import Mask
from kb_search.text.locales import matches, primary
from kb_search.text.normalize import calm, normalize, uncapitalised
from kb_search.text.sentences import truncate
from kb_search.text.slots import Slot
from kb_search.types import Mode, Notice

MAX_QUERY = 2_000
"""Characters; a longer query is cut at a sentence, and the answer says so."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, checked: `reader` is the reader's locale, canonical."""

    query: str
    view: str
    mode: Mode
    conditions: tuple[Condition, ...] = ()
    reader: str | None = None
    fold_translations: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found.

    `text` is the query as it was used, `mode` as it was possible, `locale` the reader's or the query's; `corrected` is
    what was asked of the model where words were unknown, `slots` is the query as each locale reads it; `best`
    is the highest score, pins or not; `more` says that there are fitting articles outside the window.
    """

    text: str
    corrected: str | None
    slots: Mapping[str, Sequence[Slot]]
    notices: tuple[Notice, ...]
    view: ViewSnapshot
    mode: Mode
    locale: str | None
    candidates: Candidates
    best: float | None
    window: Window
    more: bool


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be found, by article ordinal (`allowed` is None without a filter), and how translations fold.

    Of a family, the member in the first of `languages` that it has is shown; None: translations are not folded.
    `pinned` maps the articles that come first to their places: see ViewSnapshot.
    """

    view: ViewSnapshot
    allowed: Mask | None
    languages: tuple[str, ...] | None
    pinned: Mapping[int, int]

    @property
    def members(self) -> Mask:
        return self.view.members if self.allowed is None else self.allowed


def find(
    request: Request, snapshot: Snapshot, embedder: Embedder, pool: ThreadPoolExecutor, stages: Stages | None = None
) -> Found:
    """Fill the window for a request; `stages` is told where the time goes. Raises UnknownView."""
    view, stages = snapshot.view(request.view), stages or Stages()
    text, notices = _prepare(request.query, request.reader)
    matching = snapshot.store.matching(request.conditions)
    allowed = None if matching is None else matching & view.members
    notices += filter_notices(request.conditions, allowed, snapshot.store, view)
    with stages("expand"):
        detected = view.detect(text)
        typed = calm(text, detected.locale or "")
        expansion = expand(typed, view, common_words(embedder))
        if expansion.text != text:
            detected = view.detect(expansion.text)
    corrected = expansion.text if expansion.text != typed else None
    expansion = expansion._replace(text=uncapitalised(expansion.text, detected.locale or ""))
    languages = _preferred(request.reader, detected.locale) if request.fold_translations else None
    members = view.members if allowed is None else allowed
    # A query of signs that are compared as nothing is not the blank query, which has all pins.
    keys = [key for key in map(pin_key, (text, expansion.text)) if key or not text]
    pins = next((view.pins[key] for key in keys if key in view.pins), {})
    pinned = {row: place for row, place in pins.items() if members[row]}
    scope = _Scope(view, allowed, languages, pinned)
    if text:
        candidates, mode, ranked = _by_evidence(
            expansion, detected.probabilities, request, scope, snapshot, embedder, pool, stages
        )
    else:
        candidates, mode, ranked = _nothing_asked(), request.mode, _by_date(scope, snapshot)
    ordered = put_pins_first(ranked, scope.pinned)
    outside = ordered.log_odds[WINDOW:]  # a pin that is not among the best takes the place of one that is
    return Found(
        text=text,
        corrected=corrected,
        slots=expansion.slots,
        notices=notices,
        view=view,
        mode=mode,
        locale=request.reader or detected.locale,
        candidates=candidates,
        best=fusion.sigmoid(float(ranked.log_odds[0])) if len(ranked) else None,
        window=ordered.first(WINDOW),
        more=bool(len(outside)) and (not text or bool((outside >= fusion.WEAK_LOG_ODDS).any())),
    )


def _by_evidence(
    expansion: Expansion,
    languages: Mapping[str, float],
    request: Request,
    scope: _Scope,
    snapshot: Snapshot,
    embedder: Embedder,
    pool: ThreadPoolExecutor,
    stages: Stages,
) -> tuple[Candidates, Mode, Window]:
    """Ask deeper while the window is not full and there is more, since translations fold into one."""
    view = scope.view
    wanted = next((c.values for c in request.conditions if c.field == "locale"), None)
    slots = {
        locale: expansion.slots[locale]
        for locale in view.keywords
        if wanted is None or any(matches(locale, one) for one in wanted)
    }
    query = Query(expansion.text, request.mode, scope.allowed, slots, languages, tuple(scope.pinned))
    candidates = retrieve(query, snapshot, view, embedder, pool, stages)
    mode: Mode = "keyword" if candidates.degraded == "semantic" else request.mode
    depth = DEPTH
    while True:
        with stages("fuse"):
            odds = candidates.log_odds(mode)
            ranked = _fold(order_articles(candidates.articles, odds), scope, snapshot)
        if len(ranked) > WINDOW or candidates.exhausted:
            return candidates, mode, ranked
        depth *= 4
        candidates = deepen(query, snapshot, view, candidates, depth)


def _by_date(scope: _Scope, snapshot: Snapshot) -> Window:
    """Fill the window for a blank query: latest update first."""
    members = np.flatnonzero(scope.members)
    depth = 4 * WINDOW
    while True:
        rows = snapshot.store.latest(members, depth)
        listed = np.array(list(dict.fromkeys((*rows, *scope.pinned))), np.int64)
        ranked = _fold(Ordered(listed, np.zeros(len(listed))), scope, snapshot)
        if len(ranked) > WINDOW or len(rows) < depth:
            return ranked
        depth *= 4


def _fold(ranked: Ordered, scope: _Scope, snapshot: Snapshot) -> Window:
    if scope.languages is None:
        return unfolded(ranked, WINDOW + 1, scope.pinned)
    return fold(
        ranked,
        scope.view.families,
        scope.languages,
        WINDOW + 1,
        members=scope.allowed,
        locales=snapshot.store.locales,
        pinned=scope.pinned,
    )


def _preferred(reader: str | None, language: str | None) -> tuple[str, ...]:
    """Languages to show translations in: the reader's, that without its region, then the query's."""
    tags = (reader, primary(reader) if reader else None, language)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _prepare(query: str, locale: str | None) -> tuple[str, tuple[Notice, ...]]:
    text = normalize(query)
    if len(text) <= MAX_QUERY:
        return text, ()
    shorter = truncate(text, MAX_QUERY, locale or "en")
    said = f"The query has {len(text)} characters; the first {len(shorter)} were used."
    return shorter, (Notice("query-cut", said, numbers=(len(text), len(shorter))),)


def _nothing_asked() -> Candidates:
    empty = np.empty(0)
    return Candidates(
        np.empty(0, np.int64),
        *(empty,) * 7,
        asked=fusion.Asked(0),
        meant=None,
        wordings={},
        degraded=None,
        exhausted=True,
    )
