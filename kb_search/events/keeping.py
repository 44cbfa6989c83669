"""What is done now and then, in a thread of its own: old rows deleted, popular queries counted, use of keys noted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from kb_search.errors import StateError
from kb_search.events.database import Database
from kb_search.events.tables import AGING

_log = logging.getLogger(__name__)

_ROWS = 5_000
"""Rows deleted at a time: others may write in between."""
_DAY = 86_400.0
_MINUTE = 60.0
_SHARE = 20
"""Counting takes at most one part in so many of the time, however much there is to count."""


def delete_old(database: Database, days: int, now: datetime | None = None) -> int:
    """Delete searches, events and flags older than so many days; how many rows went. Raises StateError.

    SQLite's log still has them: see `Retention`.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    deleted = 0
    for table in AGING:
        (key,) = table.primary_key.columns
        some = select(key).where(table.c.at < before).limit(_ROWS)
        while True:
            with database.writing() as connection:
                gone = connection.execute(delete(table).where(key.in_(some))).rowcount
            deleted += gone
            if gone < _ROWS:
                break
    return deleted


class Retention:
    """Deletes what is old, and takes it out of the database's log as soon as nobody reads that any more."""

    def __init__(self, database: Database, days: int) -> None:
        """Keep rows for so many days. The log may hold what a server deleted that was killed then."""
        self._database, self._days = database, days
        self._left = True

    def delete(self) -> None:
        """Delete what is old. Raises StateError, and what it deleted until then is deleted."""
        self._left = True
        delete_old(self._database, self._days)

    def forget(self) -> None:
        """Empty the log if that is still to be done; a reader may put it off to the next time. Raises StateError."""
        if self._left:
            self._left = not self._database.forget()


class Keeper:
    """Runs tasks at their times until it is closed. An error is logged, once per task until it works again."""

    def __init__(self, daily: Callable[[], object], every_minute: tuple[Callable[[], object], ...]) -> None:
        """All run once at the start too."""
        self._daily, self._every_minute = daily, every_minute
        self._stop = threading.Event()
        self._failing: set[int] = set()
        self._thread = threading.Thread(target=self._run, name="kb-search-keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the task that runs now."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        next_day = float("-inf")
        while not self._stop.is_set():
            started = time.monotonic()
            if started >= next_day and self._try(0, self._daily):
                next_day = started + _DAY
            for number, task in enumerate(self._every_minute, start=1):
                self._try(number, task)
            self._stop.wait(max(_MINUTE, _SHARE * (time.monotonic() - started)))

    def _try(self, number: int, task: Callable[[], object]) -> bool:
        try:
            task()
        except StateError as error:
            if number not in self._failing:
                _log.warning("%s", error)
            self._failing.add(number)
            return False
        self._failing.discard(number)
        return True
