"""`open_searcher(index).search(query)`: arguments checked, window found, one page of it shown. Thread-safe."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from kb_search.config import Settings, load_settings
from kb_search.embedding.base import Embedder
from kb_search.errors import ConfigError, QueryError
from kb_search.filters import parse_filters
from kb_search.finding import Request, find
from kb_search.hydrate import hydrate
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from kb_search.ranking import fusion
from kb_search.ranking.rollup import WINDOW
from kb_search.snapshot import Snapshot, ViewSnapshot, open_snapshot
from kb_search.stages import Stages
from kb_search.text.locales import canonical
from kb_search.types import Mode, Notice, SearchResult

_SIDE_BY_SIDE = 16
"""Semantic branches under way at once: so many queries may share a run of the model, see embedding/coalescing.py."""

_MODES = ("hybrid", "keyword", "semantic")


class Ranked(NamedTuple):
    """Ids and scores, best first, and the branch that was not available, if any."""

    hits: tuple[tuple[str, float], ...]
    degraded: str | None


class Searcher:
    """Answers queries over one generation. Close it, or use it as a context manager."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, settings: Settings) -> None:
        self.snapshot = snapshot
        self._embedder = embedder
        self.settings = settings
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE, "kb-search-meaning")

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
        _check(query, limit, offset, mode)
        request = Request(query, view, mode, parse_filters(filters), reader_locale(locale), fold_translations)
        stages = Stages()
        found = find(request, self.snapshot, self._embedder, self._pool, stages)
        window = found.window
        fitting = window.shown[window.log_odds >= fusion.WEAK_LOG_ODDS] if found.text else window.shown
        hits = hydrate(
            window.page(offset, offset + limit),
            found.candidates,
            self.snapshot,
            found.view,
            slots=found.slots,
            mode=found.mode,
            url_template=self.settings.service.article_url,
            explain=explain,
            stages=stages,
        )
        remarks = found.notices + _about(found.view)
        with stages("facets"):
            facets = self.snapshot.store.facets(fitting.tolist())
        return SearchResult(
            query_id=uuid.uuid4().hex,
            query=query.encode("utf-8", "replace").decode(),  # half a surrogate pair could not be written as JSON
            corrected=found.corrected,
            locale=found.locale,
            outcome=fusion.outcome_of(found.best) if found.text else "ok",
            degraded=found.candidates.degraded,
            total=len(fitting),
            total_is_lower_bound=found.more,
            took_ms=round((time.perf_counter() - started) * 1000, 3),
            generation=self.generation,
            hits=hits,
            facets=facets,
            notices=tuple(remark.text for remark in remarks),
            remarks=remarks,
            stages=stages.milliseconds(),
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
        _check(query, limit, 0, mode)
        request = Request(query, view, mode, parse_filters(filters), reader_locale(locale), fold_translations)
        found = find(request, self.snapshot, self._embedder, self._pool)
        ids = self.snapshot.store.ids
        shown = zip(found.window.shown[:limit].tolist(), found.window.log_odds[:limit].tolist(), strict=True)
        hits = tuple((ids[row], fusion.sigmoid(odds)) for row, odds in shown)
        return Ranked(hits, found.candidates.degraded)

    def with_embedder(self, embedder: Embedder) -> Searcher:
        """Return a searcher over the same open snapshot with another embedder of the same model; close only one."""
        return Searcher(self.snapshot, embedder, self.settings)


def open_searcher(index: str | Path, *, settings: Settings | None = None, embedder: Embedder | None = None) -> Searcher:
    """Open the live generation of an index. Thread-safe.

    Without `embedder`, the model that the index was made with is loaded, without torch unless nothing else runs it.
    Raises IndexNotFound, IndexCorrupt, IndexIncompatible, ModelError.
    """
    from kb_search.embedding.loading import check_same_model, load_for_serving

    settings = settings or load_settings()
    if embedder is not None:
        snapshot = open_snapshot(Path(index))
        with _closing_on_error(snapshot):
            check_same_model(embedder.spec, snapshot.manifest.model)
        return Searcher(snapshot, embedder, settings)
    layout = IndexLayout(Path(index))
    wanted = read_manifest(layout.generation(layout.current_name())).model
    # Side by side: the files are verified while the model loads.
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_for_serving, settings, wanted)
        snapshot = open_snapshot(Path(index))  # what is wrong with an index is said before what is wrong with a model
        with _closing_on_error(snapshot):
            embedder = loading.result()
            if snapshot.manifest.model != wanted:  # another generation was published in between
                embedder = load_for_serving(settings, snapshot.manifest.model)
    return Searcher(snapshot, embedder, settings)


@contextlib.contextmanager
def _closing_on_error(snapshot: Snapshot) -> Iterator[None]:
    try:
        yield
    except BaseException:
        snapshot.close()
        raise


def _check(query: str, limit: int, offset: int, mode: str) -> None:
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


def reader_locale(locale: str | None) -> str | None:
    """Write a reader's locale the one way. Raises QueryError."""
    try:
        return canonical(locale) if locale else None
    except ConfigError as error:
        raise QueryError(str(error)) from None


def _about(view: ViewSnapshot) -> tuple[Notice, ...]:
    """Say so when a view has nothing to find: the audience of the articles was forgotten, most likely."""
    if len(view.articles):
        return ()
    text = f"The view {view.name!r} has no article. Give articles an audience that it shows, then index again."
    return (Notice("view-empty", text),)
