"""Records what happens without anybody waiting for it: a bounded queue, and one thread that redacts and writes.

What was accepted is written, late if the database is away, and at the latest by `close`. What does not fit into the
queue is not accepted: it is counted and said once a minute. No record is ever in a log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from kb_search.errors import StateError
from kb_search.events.database import Database
from kb_search.events.records import EventRecord, FlagRecord, SearchRecord
from kb_search.events.waiting import Waiting
from kb_search.events.writing import Record, Row, row_of, write

_log = logging.getLogger(__name__)

CAPACITY = 10_000
"""Records that may wait to be written."""
_BATCH = 500
_LINGER_SECONDS = 0.2
"""How long the first record of a batch waits for others."""
_PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds between attempts while the database is away; the last from then on."""
_SAID_SECONDS = 60.0
_TYPED, _TYPED_SECONDS = 5_000, 600.0
_Accepted = tuple[datetime, Record]


class Recorder:
    """See the module. Every method may be called from any thread; recording never raises and never waits for a disk."""

    def __init__(
        self, database: Database, *, record: bool = True, capacity: int = CAPACITY, closing_seconds: float = 10.0
    ) -> None:
        """With `record=False` nothing is ever written. `close` goes on for `closing_seconds`, then drops the rest."""
        self.recording = record
        self._database = database
        self._capacity = capacity
        self._closing_seconds = closing_seconds
        self._changed = threading.Condition()
        self._queue: deque[_Accepted] = deque()
        self._waiting = Waiting(_TYPED, _TYPED_SECONDS)
        self._accepted = self._settled = self._flushing = 0
        self._lost = self._lost_said = 0
        self._said = float("-inf")
        self._closed = not record
        self._deadline = float("inf")
        self._thread = threading.Thread(target=self._run, name="kb-search-recorder", daemon=True)
        if record:
            self._thread.start()

    @property
    def lost(self) -> int:
        """How many records were not stored: the queue was full, or the database refused them."""
        return self._lost

    def search(self, record: SearchRecord, *, client: str = "") -> None:
        """Record a search. One asked while typing is kept in memory for minutes and stored only if an event names it.

        `client` is whoever asks, by any name: nobody can push out of memory what all others typed.
        """
        at = datetime.now(UTC)
        with self._changed:
            if record.typing and not self._closed:
                self._waiting.keep(at, record, client)
            else:
                self._accept((at, record))

    def event(self, record: EventRecord) -> None:
        """Record what somebody did; a search that they typed and that it names is stored with it."""
        self._named(record, record.query_id)

    def flag(self, record: FlagRecord) -> None:
        """Record that something is wrong with an article."""
        self._named(record, record.query_id)

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until everything accepted so far is written; False if it is not by then."""
        with self._changed:
            wanted = self._accepted
            self._flushing += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: self._settled >= wanted, seconds)
            finally:
                self._flushing -= 1

    def close(self) -> None:
        """Write what was accepted and stop. What is not written when the time is over is lost, and said."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._deadline = time.monotonic() + self._closing_seconds
            self._changed.notify_all()
        self._thread.join()

    def _named(self, record: EventRecord | FlagRecord, query_id: str | None) -> None:
        at = datetime.now(UTC)
        with self._changed:
            search = None if query_id is None else self._waiting.take(query_id)
            self._accept(*([] if search is None else [search]), (at, record))

    def _accept(self, *records: _Accepted) -> None:
        if not self.recording:
            return
        if self._closed or len(self._queue) + len(records) > self._capacity:
            self._lost += len(records)
            return
        self._queue.extend(records)
        self._accepted += len(records)
        self._changed.notify_all()

    # ── The thread ───────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while batch := self._next():
            rows = self._rows(batch)
            self._store(rows)
            with self._changed:
                for _ in batch:
                    self._queue.popleft()
                self._settled += len(batch)
                self._changed.notify_all()
            self._say_lost()
        self._say_lost(last=True)

    def _next(self) -> list[_Accepted]:
        """Wait for records; none once it is closed and all are written."""
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait(_SAID_SECONDS)
                self._waiting.forget()
            if len(self._queue) < _BATCH and not self._closed and not self._flushing:
                self._changed.wait_for(
                    lambda: self._closed or self._flushing or len(self._queue) >= _BATCH, _LINGER_SECONDS
                )
            return list(islice(self._queue, _BATCH))

    def _rows(self, batch: Sequence[_Accepted]) -> list[Row]:
        rows = []
        for number, (at, record) in enumerate(batch):
            if time.monotonic() >= self._deadline:
                with self._changed:
                    self._lost += len(batch) - number
                break
            try:
                rows.append(row_of(at, record))
            except Exception as error:  # whatever it is, the text must not be stored as it is, and the next may be fine
                self._refused(error)
        return rows

    def _store(self, rows: Sequence[Row]) -> None:
        """Write rows, as often as it takes; rows that the database refuses for what they are, are left out."""
        attempt = 0
        while rows:
            try:
                with self._database.writing() as connection:
                    write(connection, rows)
                return
            except StateError as error:
                if not _is_refusal(error.__cause__):
                    if not self._pause(attempt, error, len(rows)):
                        return
                    attempt += 1
                    continue
                refusal: Exception = error
            except Exception as error:  # what an engine says of a value it cannot store has many names
                refusal = error
            if len(rows) == 1:
                self._refused(refusal)
                return
            for row in rows:
                self._store([row])
            return

    def _pause(self, attempt: int, error: StateError, rows: int) -> bool:
        """Wait before the next attempt; False where there is none, since it is closed and the time is over."""
        if time.monotonic() >= self._deadline:
            with self._changed:
                self._lost += rows
            return False
        if attempt == 0:
            _log.warning("Searches and events wait to be stored. %s", error)
        with self._changed:
            pause = min(_PAUSES[min(attempt, len(_PAUSES) - 1)], max(self._deadline - time.monotonic(), 0))
            already = self._closed
            self._changed.wait_for(lambda: self._closed and not already, pause)
        self._say_lost()
        return True

    def _refused(self, error: Exception) -> None:
        with self._changed:
            self._lost += 1
        _log.warning("A record could not be stored (%s). It is left out.", type(error).__name__)

    def _say_lost(self, *, last: bool = False) -> None:
        now = time.monotonic()
        if self._lost > self._lost_said and (last or now - self._said >= _SAID_SECONDS):
            more = self._lost - self._lost_said
            _log.warning("%d searches and events were not stored: more came than could be written in time.", more)
            self._said, self._lost_said = now, self._lost


def _is_refusal(cause: BaseException | None) -> bool:
    """Tell whether a value was at fault, and not the database."""
    if isinstance(cause, DBAPIError):
        return isinstance(cause, (DataError, IntegrityError))
    return isinstance(cause, StatementError)  # it did not come as far as the database
