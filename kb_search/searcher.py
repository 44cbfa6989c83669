"""The search itself: query → candidates → scores → folded window → page of hits. Thread-safe, over one snapshot."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from kb_search.config import Settings, load_settings
from kb_search.embedding.base import Embedder
from kb_search.errors import QueryError
from kb_search.filters import Condition, parse_filters
from kb_search.hydrate import hydrate
from kb_search.ranking import fusion
from kb_search.ranking.rollup import WINDOW, Scored, fold, order_articles, put_pins_first
from kb_search.retrieval import Candidates, Query, retrieve
from kb_search.snapshot import Snapshot, ViewSnapshot, open_snapshot
from kb_search.stores.base import Mask
from kb_search.text.locales import canonical, matches
from kb_search.text.normalize import normalize
from kb_search.text.sentences import truncate
from kb_search.types import Mode, SearchResult

MAX_QUERY = 2_000
"""Characters; a longer query is cut at a sentence, and the answer says so."""

_MODES = ("hybrid", "keyword", "semantic")


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
        reader = canonical(locale) if locale else None
        view_snapshot = self.snapshot.view(view)
        text, notices = _prepare(query, reader)
        allowed = self._allowed(view_snapshot, conditions)
        language = reader
        if text:
            language = reader or view_snapshot.languages.identify(text)
            candidates, mode = self._retrieve(text, mode, view_snapshot, allowed, conditions)
            ranked = order_articles(candidates.articles, fusion.log_odds(mode, candidates.semantic, candidates.keyword))
        else:
            candidates, ranked = _nothing_asked(), self._by_date(view_snapshot, allowed)
        if fold_translations:
            ranked = self._fold(ranked, view_snapshot, allowed, reader, text)
        best = max((fusion.sigmoid(s.log_odds) for s in ranked), default=None) if text else None
        ranked = put_pins_first(ranked, self._pins(text, view_snapshot, allowed))
        window = ranked[:WINDOW]
        fitting = [s for s in window if not text or fusion.sigmoid(s.log_odds) >= fusion.WEAK]
        hits = hydrate(
            window[offset : offset + limit],
            candidates,
            self.snapshot,
            view_snapshot,
            query=text,
            mode=mode,
            url_template=self._settings.service.article_url,
            explain=explain,
        )
        return SearchResult(
            query_id=uuid.uuid4().hex,
            query=query,
            locale=language,
            outcome=fusion.outcome_of(best) if text else "ok",
            degraded=candidates.degraded,
            total=len(fitting),
            total_is_lower_bound=len(ranked) > WINDOW and len(fitting) == len(window),
            took_ms=round((time.perf_counter() - started) * 1000, 3),
            generation=self.generation,
            hits=hits,
            facets=self.snapshot.store.facets(s.shown for s in fitting),
            notices=notices,
        )

    def _allowed(self, view: ViewSnapshot, conditions: tuple[Condition, ...]) -> Mask | None:
        matching = self.snapshot.store.matching(conditions)
        return None if matching is None else matching & view.members

    def _retrieve(
        self, text: str, mode: Mode, view: ViewSnapshot, allowed: Mask | None, conditions: tuple[Condition, ...]
    ) -> tuple[Candidates, Mode]:
        wanted = next((c.values for c in conditions if c.field == "locale"), None)
        locales = tuple(
            found for found in view.keywords if wanted is None or any(matches(found, value) for value in wanted)
        )
        candidates = retrieve(Query(text, mode, allowed, locales), self.snapshot, view, self._embedder, self._pool)
        return candidates, "keyword" if candidates.degraded == "semantic" else mode

    def _by_date(self, view: ViewSnapshot, allowed: Mask | None) -> list[Scored]:
        """Order articles for a blank query: latest update first."""
        members = view.members if allowed is None else allowed
        rows = self.snapshot.store.latest(np.flatnonzero(members), 4 * WINDOW)
        return [Scored(row, row, 0.0) for row in rows]

    def _fold(
        self, ranked: list[Scored], view: ViewSnapshot, allowed: Mask | None, reader: str | None, text: str
    ) -> list[Scored]:
        store = self.snapshot.store
        members = view.members if allowed is None else allowed
        # The query's language matters only where a family has no member in the reader's.
        language = view.languages.identify(text) if text else None

        def prefer(row: int) -> int:
            locale = str(store.locales[row])
            return 0 if reader and matches(locale, reader) else 1 if language and matches(locale, language) else 2

        def visible(family: int) -> list[int]:
            return [int(row) for row in store.family(family) if members[row]]

        return fold(ranked, store.families, visible, prefer)

    def _pins(self, text: str, view: ViewSnapshot, allowed: Mask | None) -> list[int]:
        members = view.members if allowed is None else allowed
        wanted = text.casefold()
        return [row for query, row in self.snapshot.pins if members[row] and (not wanted or query == wanted)]


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


def _prepare(query: str, locale: str | None) -> tuple[str, tuple[str, ...]]:
    text = normalize(query)
    if len(text) <= MAX_QUERY:
        return text, ()
    shorter = truncate(text, MAX_QUERY, locale or "en")
    return shorter, (f"The query has {len(text)} characters; the first {len(shorter)} were used.",)


def _nothing_asked() -> Candidates:
    empty = np.empty(0)
    return Candidates(np.empty(0, np.int64), empty, empty, empty, empty, None, {}, None)
