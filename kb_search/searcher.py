"""The search itself: query → candidates → scores → folded window → page of hits. Thread-safe, over one snapshot."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from kb_search.config import Settings, load_settings
from kb_search.embedding.base import Embedder
from kb_search.errors import ConfigError, QueryError
from kb_search.filters import Condition, parse_filters
from kb_search.hydrate import hydrate
from kb_search.ranking import fusion
from kb_search.ranking.rollup import WINDOW, Scored, fold, order_articles, put_pins_first
from kb_search.retrieval import DEPTH, Candidates, Query, deepen, retrieve
from kb_search.snapshot import Snapshot, ViewSnapshot, open_snapshot, pin_key
from kb_search.stores.base import Mask
from kb_search.text.locales import canonical, matches, primary
from kb_search.text.normalize import normalize
from kb_search.text.sentences import truncate
from kb_search.types import Mode, SearchResult

MAX_QUERY = 2_000
"""Characters; a longer query is cut at a sentence, and the answer says so."""

_MODES = ("hybrid", "keyword", "semantic")


class Ranked(NamedTuple):
    """Ids and scores, best first, and the branch that was not available, if any."""

    hits: tuple[tuple[str, float], ...]
    degraded: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query found, before any text is read. `more`: the window does not hold all of it."""

    text: str
    notices: tuple[str, ...]
    view: ViewSnapshot
    mode: Mode
    locale: str | None
    candidates: Candidates
    best: float | None
    window: list[Scored]
    more: bool


class Searcher:
    """Answers queries over one generation. Close it, or use it as a context manager."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, settings: Settings) -> None:
        self.snapshot = snapshot
        self._embedder = embedder
        self._settings = settings
        self._pool = ThreadPoolExecutor(4, "kb-search-embed")

    @property
    def generation(self) -> str:
        """Name of the generation this searcher answers from."""
        return self.snapshot.manifest.generation

    @property
    def embedder(self) -> Embedder:
        """The embedder, for reuse by the searcher of the next generation."""
        return self._embedder

    def close(self) -> None:
        """Release files and threads; a search in flight must have ended."""
        self._pool.shutdown()
        self.snapshot.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        locale: str | None = None,
        view: str = "public",
        filters: Mapping[str, Any] | None = None,
        mode: Mode = "hybrid",
        explain: bool = False,
        fold_translations: bool = True,
    ) -> SearchResult:
        """Find articles.

        `locale` is the reader's language: preferred among translations, never a filter. `filters` restricts (see
        kb_search.filters). Returns min(limit, matching) distinct articles from `offset` on; `limit` 0 counts only.
        Raises QueryError for a bad argument, UnknownView for a view the index was not built with.
        """
        started = time.perf_counter()
        conditions = _check(query, limit, offset, mode, filters)
        found = self._find(query, conditions, _reader(locale), view, mode, fold_translations)
        fitting = [s for s in found.window if not found.text or s.log_odds >= fusion.WEAK_LOG_ODDS]
        hits = hydrate(
            found.window[offset : offset + limit],
            found.candidates,
            self.snapshot,
            found.view,
            query=found.text,
            mode=found.mode,
            url_template=self._settings.service.article_url,
            explain=explain,
        )
        return SearchResult(
            query_id=uuid.uuid4().hex,
            query=query.encode("utf-8", "replace").decode(),  # half a surrogate pair could not be written as JSON
            locale=found.locale,
            outcome=fusion.outcome_of(found.best) if found.text else "ok",
            degraded=found.candidates.degraded,
            total=len(fitting),
            total_is_lower_bound=found.more and len(fitting) == len(found.window),
            took_ms=round((time.perf_counter() - started) * 1000, 3),
            generation=self.generation,
            hits=hits,
            facets=self.snapshot.store.facets(s.shown for s in fitting),
            notices=found.notices + _about(found.view),
        )

    def rank(
        self,
        query: str,
        *,
        limit: int = 10,
        locale: str | None = None,
        view: str = "public",
        filters: Mapping[str, Any] | None = None,
        mode: Mode = "hybrid",
        fold_translations: bool = True,
    ) -> Ranked:
        """Give the articles that `search` would show, without reading a text: for evaluation and measuring."""
        conditions = _check(query, limit, 0, mode, filters)
        found = self._find(query, conditions, _reader(locale), view, mode, fold_translations)
        ids = self.snapshot.store.ids
        hits = tuple((ids[scored.shown], fusion.sigmoid(scored.log_odds)) for scored in found.window[:limit])
        return Ranked(hits, found.candidates.degraded)

    def with_embedder(self, embedder: Embedder) -> Searcher:
        """Return a searcher over the same open snapshot with another embedder of the same model; close only one."""
        return Searcher(self.snapshot, embedder, self._settings)

    def _find(
        self,
        query: str,
        conditions: tuple[Condition, ...],
        reader: str | None,
        view_name: str,
        mode: Mode,
        fold_translations: bool,
    ) -> _Found:
        view = self.snapshot.view(view_name)
        text, notices = _prepare(query, reader)
        allowed = self._allowed(view, conditions)
        pinned = self._pins(text, view, allowed)
        language = view.language_of(text) if text else None
        languages = _preferred(reader, language) if fold_translations else None
        if text:
            candidates, mode, ranked = self._ranked(text, mode, view, allowed, conditions, languages, pinned)
        else:
            candidates, ranked = _nothing_asked(), self._by_date(view, allowed, languages, pinned)
        return _Found(
            text=text,
            notices=notices,
            view=view,
            mode=mode,
            locale=reader or language,
            candidates=candidates,
            best=fusion.sigmoid(max(scored.log_odds for scored in ranked)) if ranked else None,
            window=put_pins_first(ranked, pinned)[:WINDOW],
            more=len(ranked) > WINDOW,
        )

    def _allowed(self, view: ViewSnapshot, conditions: tuple[Condition, ...]) -> Mask | None:
        matching = self.snapshot.store.matching(conditions)
        return None if matching is None else matching & view.members

    def _ranked(
        self,
        text: str,
        mode: Mode,
        view: ViewSnapshot,
        allowed: Mask | None,
        conditions: tuple[Condition, ...],
        languages: tuple[str, ...] | None,
        pinned: tuple[int, ...],
    ) -> tuple[Candidates, Mode, list[Scored]]:
        """Fill the window: ask deeper while it is not full and there is more, since translations fold into one."""
        wanted = next((c.values for c in conditions if c.field == "locale"), None)
        locales = tuple(
            found for found in view.keywords if wanted is None or any(matches(found, value) for value in wanted)
        )
        query = Query(text, mode, allowed, locales, pinned)
        candidates = retrieve(query, self.snapshot, view, self._embedder, self._pool)
        mode = "keyword" if candidates.degraded == "semantic" else mode
        depth = DEPTH
        while True:
            odds = fusion.log_odds(mode, len(view.articles), candidates.semantic, candidates.keyword)
            ranked = order_articles(candidates.articles, odds)
            if languages is not None:
                ranked = self._fold(ranked, view, allowed, languages, pinned)
            if len(ranked) > WINDOW or candidates.exhausted:
                return candidates, mode, ranked
            depth *= 4
            candidates = deepen(query, self.snapshot, view, candidates, depth)

    def _by_date(
        self, view: ViewSnapshot, allowed: Mask | None, languages: tuple[str, ...] | None, pinned: tuple[int, ...]
    ) -> list[Scored]:
        """Fill the window for a blank query: latest update first."""
        members = np.flatnonzero(view.members if allowed is None else allowed)
        depth = 4 * WINDOW
        while True:
            rows = self.snapshot.store.latest(members, depth)
            ranked = [Scored(row, row, 0.0) for row in dict.fromkeys((*rows, *pinned))]
            if languages is not None:
                ranked = self._fold(ranked, view, allowed, languages, pinned)
            if len(ranked) > WINDOW or len(rows) < depth:
                return ranked
            depth *= 4

    def _fold(
        self,
        ranked: list[Scored],
        view: ViewSnapshot,
        allowed: Mask | None,
        languages: tuple[str, ...],
        pinned: tuple[int, ...],
    ) -> list[Scored]:
        """Fold translations; of each family the member in the first of `languages` that it has is shown."""
        members, locales = view.members if allowed is None else allowed, self.snapshot.store.locales

        def prefer(row: int) -> int:
            locale = str(locales[row])
            return next((rank for rank, wanted in enumerate(languages) if matches(locale, wanted)), len(languages))

        def visible(family: int) -> list[int]:
            return [row for row in view.family(family) if members[row]]

        return fold(ranked, view.families, visible, prefer, WINDOW + 1, pinned)

    def _pins(self, text: str, view: ViewSnapshot, allowed: Mask | None) -> tuple[int, ...]:
        members = view.members if allowed is None else allowed
        wanted = pin_key(text)
        return tuple(row for query, row in self.snapshot.pins if members[row] and (not wanted or query == wanted))


def open_searcher(index: str | Path, *, settings: Settings | None = None, embedder: Embedder | None = None) -> Searcher:
    """Open the live generation of an index. Thread-safe.

    Without `embedder`, the model that the index was made with is loaded (never torch). Raises IndexNotFound,
    IndexCorrupt, IndexIncompatible, ModelError.
    """
    from kb_search.embedding.loading import check_same_model, load_for_serving

    settings = settings or load_settings()
    snapshot = open_snapshot(Path(index))
    try:
        if embedder is None:
            embedder = load_for_serving(settings, snapshot.manifest.model)
        else:
            check_same_model(embedder.spec, snapshot.manifest.model)
    except BaseException:
        snapshot.close()
        raise
    return Searcher(snapshot, embedder, settings)


def _check(query: str, limit: int, offset: int, mode: str, filters: Mapping[str, Any] | None) -> tuple[Condition, ...]:
    if not isinstance(query, str):
        raise QueryError(f"The query is {type(query).__name__}, not text. Give a str.")
    if mode not in _MODES:
        raise QueryError(f"Unknown mode {mode!r}. Choose from {', '.join(_MODES)}.")
    if limit < 0 or offset < 0:
        raise QueryError(f"limit={limit} and offset={offset}: neither may be negative.")
    if offset + limit > WINDOW:
        raise QueryError(
            f"offset {offset} + limit {limit} reaches past the window of {WINDOW} results. "
            "Narrow the query or add a filter."
        )
    return parse_filters(filters)


def _reader(locale: str | None) -> str | None:
    try:
        return canonical(locale) if locale else None
    except ConfigError as error:
        raise QueryError(str(error)) from None


def _preferred(reader: str | None, language: str | None) -> tuple[str, ...]:
    """Languages to show translations in: the reader's, that without its region, then the query's."""
    tags = (reader, primary(reader) if reader else None, language)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _prepare(query: str, locale: str | None) -> tuple[str, tuple[str, ...]]:
    text = normalize(query)
    if len(text) <= MAX_QUERY:
        return text, ()
    shorter = truncate(text, MAX_QUERY, locale or "en")
    return shorter, (f"The query has {len(text)} characters; the first {len(shorter)} were used.",)


def _about(view: ViewSnapshot) -> tuple[str, ...]:
    """Say so when a view has nothing to find: the audience of the articles was forgotten, most likely."""
    if len(view.articles):
        return ()
    return (f"The view {view.name!r} has no article. Give articles an audience that it shows, then index again.",)


def _nothing_asked() -> Candidates:
    empty = np.empty(0)
    return Candidates(np.empty(0, np.int64), empty, empty, empty, empty, None, {}, None, True)
