"""The state of an installation: keys, searches and what followed them. The front door of this room."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from kb_search.config import Settings
from kb_search.errors import StateError
from kb_search.events.database import Database, state_url
from kb_search.events.keeping import Keeper, Retention
from kb_search.events.keys import Keys
from kb_search.events.popular import Popular
from kb_search.events.recorder import Recorder


class State:
    """Everything that is kept outside the index. Safe to use from several threads; close it in the end."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Start recording and tidying up over an open database, which `close` closes."""
        retention = Retention(database, settings.state.retention_days)
        self._database = database
        self.keys = Keys(database)
        with contextlib.suppress(StateError):  # the keeper tries again
            self.keys.refresh()
        self.recorder = Recorder(database, record=settings.state.record)
        self.popular = Popular(database, settings.state.popular_floor)
        tasks = (retention.forget, self.keys.refresh, self.popular.refresh, self.keys.note_use)
        self._keeper = Keeper(retention.delete, tasks)

    @property
    def place(self) -> str:
        """Where it is: a file, or a URL without its password."""
        return self._database.place

    def flush(self) -> bool:
        """Wait until what was recorded so far is stored; False if it is not after ten seconds."""
        return self.recorder.flush()

    def close(self) -> None:
        """Store what was recorded, and close. Closing twice does nothing more."""
        self.recorder.close()
        self._keeper.close()
        with contextlib.suppress(StateError):  # only the day on which a key was used
            self.keys.note_use()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_state(settings: Settings, index: Path) -> State:
    """Open the state of an index, make it if it is not there, bring it up to date, and start recording.

    Without `state.url` it is SQLite in the folder `INDEX.state` beside the index. The index itself need not exist.
    Raises StateError when the database cannot be opened or is not ours, ConfigError for a bad `state.url`, and
    MissingExtra for PostgreSQL without its driver.
    """
    return State(Database(state_url(settings.state, index)), settings)
