"""The one searcher that requests use, and its replacement when a new generation is published.

A request leases the searcher; a reload swaps the reference, and the old searcher is closed when its last lease
ends. A generation that cannot be opened is logged, and the old one keeps serving.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb_search.config import Settings
from kb_search.embedding.base import Embedder
from kb_search.errors import IndexNotFound, KbSearchError
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from kb_search.searcher import Searcher, open_searcher

_log = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
"""How long a generation that could not be opened is left alone."""


@dataclass(frozen=True, slots=True)
class _Published:
    """Which generation CURRENT names. The manifest's identity tells a rebuilt index whose names began anew."""

    name: str
    inode: int
    written: int


@dataclass(slots=True)
class _Lease:
    """A searcher, how many requests use it, and whether it is to be closed after the last of them."""

    searcher: Searcher
    published: _Published
    users: int = 0
    retired: bool = False


class SearcherHolder:
    """Holds the searcher of the live generation. Thread-safe.

    `embedder` is used for the first generation, and for every later one that was made with the same model; without
    it, or for another model, the index's own model is loaded.
    """

    def __init__(
        self, index: Path, settings: Settings, embedder: Embedder | None = None, *, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.settings = settings
        self._index = index
        self._layout = IndexLayout(index)
        self._embedder = embedder
        self._retry_seconds = retry_seconds
        self._current: _Lease | None = None
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._refused: tuple[_Published, float] | None = None
        self._complaint = ""

    def open(self) -> None:
        """Open the live generation, or do nothing when it is open. Raises what `open_searcher` raises."""
        with self._opening:
            published = self._published()
            if self._current is None or self._current.published != published:
                self._replace(_Lease(self._open(), published))

    def refresh(self) -> bool:
        """Serve the live generation if it is another one than before; True when it was opened. Never raises."""
        published = None
        try:
            published = self._published()
            if not self._is_new(published):
                return False
            self.open()
        except Exception as error:  # whatever an engine raises on damaged files: the old generation keeps serving
            self._complain(error, published)
            return False
        self._refused, self._complaint = None, ""
        return True

    @contextlib.contextmanager
    def lease(self) -> Iterator[Searcher]:
        """Lend the searcher for one request. Raises IndexNotFound while none is open."""
        with self._lock:
            current = self._current
            if current is None:
                raise IndexNotFound(f"No generation of {self._index} is open. {self._complaint}")
            current.users += 1
        try:
            yield current.searcher
        finally:
            with self._lock:
                current.users -= 1
                close = current.retired and not current.users
            if close:
                current.searcher.close()

    def close(self) -> None:
        """Stop serving; the searcher is closed at once, or by the last request that uses it."""
        self._replace(None)

    def _replace(self, new: _Lease | None) -> None:
        with self._lock:
            old, self._current = self._current, new
            if old is not None:
                old.retired = True
            idle = old is not None and not old.users
        if old is not None and idle:
            old.searcher.close()
        if new is not None:
            _log.info("Serving generation %s of %s.", new.searcher.generation, self._index)

    def _open(self) -> Searcher:
        embedder = self._embedder
        if self._current is not None:
            embedder = self._current.searcher.embedder
            manifest = read_manifest(self._layout.generation(self._layout.current_name()))
            if manifest.model.fingerprint != embedder.spec.fingerprint:
                embedder = None
        return open_searcher(self._index, settings=self.settings, embedder=embedder)

    def _published(self) -> _Published:
        name = self._layout.current_name()
        with contextlib.suppress(OSError):  # a missing manifest is refused, and said so, when it is opened
            status = self._layout.generation(name).manifest.stat()
            return _Published(name, status.st_ino, status.st_mtime_ns)
        return _Published(name, 0, 0)

    def _is_new(self, published: _Published) -> bool:
        if self._current is not None and self._current.published == published:
            self._refused, self._complaint = None, ""
            return False
        resting = self._refused is not None and self._refused[0] == published and time.monotonic() < self._refused[1]
        return not resting

    def _complain(self, error: Exception, published: _Published | None) -> None:
        """Log once per fault, not once per poll."""
        if published is not None:
            self._refused = (published, time.monotonic() + self._retry_seconds)
        if str(error) == self._complaint:
            return
        self._complaint = str(error)
        serving = self._current.searcher.generation if self._current else None
        kept = f"Generation {serving} keeps serving." if serving else "Nothing is served until that is mended."
        trace = None if isinstance(error, KbSearchError) else error
        _log.error("The published generation cannot be opened: %s %s", error, kept, exc_info=trace)
