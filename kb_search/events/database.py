"""The database of the state: SQLite in a folder beside the index, or PostgreSQL by URL. It knows no table of it.

Every error of the engine leaves here as StateError, in a sentence that names the database and never a value in it.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from kb_search.config import State as StateSettings
from kb_search.errors import ConfigError, MissingExtra, StateError
from kb_search.events.tables import HEAD, VERSION_TABLE

_FOLDER, _FILE = ".state", "state.sqlite"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6B625F7365617263
"""What PostgreSQL's advisory lock is called while somebody migrates: any number, but always this."""
_MIGRATION_SECONDS = 60.0
_BEGIN = "kb_search_begin"
"""The option of a connection that says how its transactions begin in SQLite; None: they do not."""
_CONNECT = {"connect_timeout": "3", "tcp_user_timeout": "5000"}
"""For PostgreSQL, unless the URL says otherwise: seconds to connect, milliseconds until a dead line is given up."""


def state_url(settings: StateSettings, index: Path) -> URL:
    """Name the database of an index; without `state.url`, SQLite in `INDEX.state`. Raises ConfigError."""
    if not settings.url:
        index = Path(os.path.abspath(index))  # "." has a name too; a symbolic link keeps its own
        return URL.create("sqlite", database=str(index.with_name(index.name + _FOLDER) / _FILE))
    try:
        url = make_url(settings.url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(
            "state.url is no database URL. Write one as in postgresql+psycopg://user@host/name, or leave it out for "
            "SQLite beside the index."
        ) from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ConfigError(f"state.url names the database {url.drivername!r}. Choose sqlite or postgresql+psycopg.")
    if not url.database or url.database == ":memory:" or url.query:
        raise ConfigError("state.url names no file. Write sqlite:////var/lib/kb-search/state.sqlite.")
    return url


class Database:
    """An open database, of the newest revision. Safe to use from several threads and processes."""

    def __init__(self, url: URL, *, busy_seconds: float = 5.0) -> None:
        """Open it, make it if it is not there, migrate it. Raises StateError, and MissingExtra without psycopg."""
        self._sqlite = url.get_backend_name() == "sqlite"
        self.place = str(url.database) if self._sqlite else url.render_as_string(hide_password=True)
        self._engine = _engine(url, busy_seconds)
        try:
            with self._opening():
                self._migrate()
        except BaseException:
            self._engine.dispose()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that reads. Raises StateError."""
        with self._said(), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that writes, committed at its end and undone by an error. Raises StateError."""
        with (
            self._said(),
            self._engine.connect().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}) as connection,
            connection.begin(),
        ):
            yield connection

    def forget(self) -> bool:
        """Take what was deleted out of SQLite's write-ahead log too; PostgreSQL looks after its own. Raises StateError.

        False where somebody still reads or writes it, so that it must be tried again: SQLite says so in a row, and
        raises nothing.
        """
        if not self._sqlite:
            return True
        busy, *_ = self._pragma("wal_checkpoint(TRUNCATE)")
        return not busy

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _pragma(self, pragma: str) -> Sequence[Any]:
        """Run what SQLite does outside a transaction only; its row."""
        with self._said(), self._engine.connect().execution_options(**{_BEGIN: None}) as connection:
            return connection.exec_driver_sql(f"PRAGMA {pragma}").one()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._error(error) from error

    def _error(self, error: SQLAlchemyError) -> StateError:
        reason = _reason(error)
        return StateError(f"The state in {self.place} cannot be used ({reason}). {self._remedy(reason)}")

    def _remedy(self, reason: str) -> str:
        if not self._sqlite:
            return "Check state.url, and that the server runs and lets this user in."
        if "locked" in reason:
            return "Another program is writing to it: wait, or end that program."
        if "not a database" in reason or "malformed" in reason:
            return "Restore it from a backup, or move it away: a new one is made, with new keys."
        if "full" in reason:
            return "Free space on its disk."
        return "Check that its folder may be written to, or choose another file with state.url."

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        """For SQLite, keep other processes out until the file is there, in WAL mode, and migrated."""
        if not self._sqlite:
            yield
            return
        path = Path(self.place)
        try:
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", timeout=_MIGRATION_SECONDS, mode=0o600):
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # nobody else's to read; its log is as it is
                self._pragma("journal_mode = WAL")
                yield
        except Timeout:
            raise StateError(
                f"The state in {path} is being opened by another process for {_MIGRATION_SECONDS:.0f} s. End that one."
            ) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise StateError(f"The state in {path} cannot be opened ({reason}). {self._remedy(reason)}") from error

    def _migrate(self) -> None:
        with self.reading() as connection:
            if self._revision(connection) == HEAD:
                return
        with self.writing() as connection:
            if not self._sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _MIGRATION_LOCK})
            revision = self._revision(connection)  # somebody may have been faster
            if revision != HEAD:
                _upgrade(connection, revision, self.place)

    def _revision(self, connection: Connection) -> str | None:
        tables = inspect(connection).get_table_names()
        if VERSION_TABLE in tables:
            return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
        if tables and self._sqlite:
            raise StateError(
                f"{self.place} is the database of another program (it has the table {sorted(tables)[0]!r}). "
                "Name a file of its own with state.url."
            )
        return None


def _upgrade(connection: Connection, revision: str | None, place: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    logging.getLogger("alembic").setLevel(logging.WARNING)  # otherwise it tells which dialect it speaks, every time
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StateError(
            f"The state in {place} is of revision {revision!r}, which this version does not know. Install the newer "
            "kb-search that made it, or restore an older backup."
        ) from error


def _engine(url: URL, busy_seconds: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        url = url.update_query_dict({key: value for key, value in _CONNECT.items() if key not in url.query})
        try:
            return create_engine(url, hide_parameters=True, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise MissingExtra("state.url = postgresql…", "postgres") from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, DDL included: see `begin`
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that writes waits for its turn at its beginning; later it could only fail.
        if statement := connection.get_execution_options().get(_BEGIN, "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


def _reason(error: SQLAlchemyError) -> str:
    """Say what the engine said, without the values that further lines may hold."""
    if isinstance(error, DBAPIError):
        return next(iter(str(error.orig).splitlines()), "") or type(error.orig).__name__
    return type(error).__name__
