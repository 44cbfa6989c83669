"""Keys: who may ask for what. Made, listed, revoked, and recognised many times a second.

A key is `kbs_<id>_<secret>`. The secret is 256 random bits and is stored as its SHA-256: nobody can try that many, so
the slow hashes that passwords need would only make every request slow.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from kb_search.config import is_origin
from kb_search.errors import ConfigError, KeyNotFound, StateError
from kb_search.events.database import Database
from kb_search.events.records import SCOPES, Key, NewKey, Scope
from kb_search.events.tables import keys as table

_PREFIX = "kbs"
_ID_BYTES, _SECRET_BYTES = 8, 32
_FRESH_SECONDS = 2.0
"""How old what is known of the keys may be: a key revoked by another process opens nothing after that."""
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class _Known:
    """All keys as they were read. `failure` is what reading them met instead."""

    read: float
    keys: Mapping[str, tuple[Key, str]]
    failure: StateError | None = None

    def is_fresh(self) -> bool:
        """Tell whether it may still be believed."""
        return time.monotonic() - self.read <= _FRESH_SECONDS


class Keys:
    """The keys of a state. Safe to use from several threads."""

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Use a database; `now` is the clock, for tests."""
        self._database = database
        self._now = now
        self._reading, self._lock = threading.Lock(), threading.Lock()  # the second is never held for long
        self._known: _Known | None = None
        self._changes = 0
        self._seen: Mapping[str, Key] = {}
        self._used: dict[str, date] = {}
        # Compared with where an id is unknown, so that this takes as long as a wrong secret.
        self._nobody = _digest(secrets.token_urlsafe(_SECRET_BYTES))

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        view: str,
        origins: Sequence[str] = (),
        expires: datetime | None = None,
    ) -> NewKey:
        """Make a key; its text is in the answer and nowhere else. Whether there is such a view is not checked.

        Raises ConfigError for an empty or long name, an unknown scope, a text that is no origin, `admin` together
        with origins, or a time that is over; StateError.
        """
        checked = _scopes(scopes)
        sites = tuple(dict.fromkeys(_origin(one) for one in origins))
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise ConfigError(f"A key needs a name of 1 to {_LONGEST_NAME} characters, which says what it is for.")
        if sites and "admin" in checked:
            raise ConfigError(
                "A key with the scope 'admin' cannot have origins: a page shows its key to every visitor."
            )
        if expires is not None and expires <= self._now():
            raise ConfigError(f"The key would expire at {expires.isoformat()}, which is over. Choose a later time.")
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        key = Key(secrets.token_hex(_ID_BYTES), name.strip(), checked, view, sites, self._now(), expires)
        row = {"id": key.id, "hash": _digest(secret), "name": key.name, "scopes": list(key.scopes), "view": view}
        with self._database.writing() as connection:
            connection.execute(
                insert(table).values(**row, origins=list(sites), created=key.created, expires=key.expires)
            )
        self._forget(key)
        return NewKey(key, f"{_PREFIX}_{key.id}_{secret}")

    def list(self) -> tuple[Key, ...]:
        """List all keys, the oldest first, with those that open nothing any more. Raises StateError."""
        return tuple(key for key, _ in self._read().values())

    def revoke(self, id: str) -> Key:
        """Take a key back, at once here and within seconds elsewhere. Raises KeyNotFound, StateError."""
        try:
            with self._database.writing() as connection:
                still = table.c.id == id, table.c.revoked.is_(None)
                connection.execute(update(table).where(*still).values(revoked=self._now()))
                row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
        finally:
            self._forget()  # also after an error: it may have been written all the same
        if row is None:
            raise KeyNotFound(f"There is no key {id!r}. See the ids with: kb-search keys list")
        key = _key(row)
        self._forget(key)
        return key

    def authenticate(self, text: str) -> Key | None:
        """Recognise a live key by its whole text; None for any other text.

        From memory: the database is read at most every two seconds. Raises StateError if it cannot be.
        """
        prefix, _, rest = text.partition("_")
        id, _, secret = rest.partition("_")
        key, expected = self._current().get(id, (None, self._nobody))
        right = hmac.compare_digest(_digest(secret), expected)
        now = self._now()
        if key is None or not right or prefix != _PREFIX or not key.is_live(now):
            return None
        if key.last_used != now.date():
            self._used[id] = now.date()
        return key

    def origins(self) -> frozenset[str]:
        """Give the origins of the live keys that were last seen. Never raises and never reads the database.

        Seen is what `refresh` or `authenticate` read, and what was made or revoked here since then.
        """
        now = self._now()
        return frozenset(one for key in self._seen.values() if key.is_live(now) for one in key.origins)

    def refresh(self) -> None:
        """Read the keys if what is known of them is old. Raises StateError."""
        self._current()

    def note_use(self) -> None:
        """Write down the day on which keys were used, for those used since the last call. Raises StateError."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            with self._database.writing() as connection:
                for id, day in list(used.items()):  # a request may still hold the old one
                    connection.execute(update(table).where(table.c.id == id).values(last_used=day))
        except StateError:
            self._used = {**used, **self._used}
            raise

    def _current(self) -> Mapping[str, tuple[Key, str]]:
        known = self._known
        if known is None or not known.is_fresh():
            with self._reading:
                known = self._known
                if known is None or not known.is_fresh():
                    while (known := self._look()) is None:
                        pass  # a key changed here in the meantime
        if known.failure is not None:  # remembered too: a database that is away is not asked at every request
            raise StateError(str(known.failure))
        return known.keys

    def _look(self) -> _Known | None:
        """Read the keys; None where one of them changed here meanwhile, so that what was read cannot be believed."""
        changes, started = self._changes, time.monotonic()  # what is revoked elsewhere while we read counts from here
        try:
            known = _Known(started, self._read())
        except StateError as error:
            known = _Known(time.monotonic(), {}, error)
        with self._lock:
            if changes != self._changes:
                return None
            self._known = known
            if known.failure is None:
                self._seen = {id: key for id, (key, _) in known.keys.items()}
            return known

    def _forget(self, changed: Key | None = None) -> None:
        with self._lock:
            self._changes += 1
            self._known = None
            if changed is not None:
                self._seen = {**self._seen, changed.id: changed}

    def _read(self) -> dict[str, tuple[Key, str]]:
        with self._database.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.created, table.c.id)).all()
        return {row.id: (_key(row), row.hash) for row in rows}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        scopes=_scopes(row.scopes),
        view=row.view,
        origins=tuple(row.origins),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        last_used=row.last_used,
    )


def _scopes(names: Sequence[str]) -> tuple[Scope, ...]:
    unknown = sorted(set(names).difference(SCOPES))
    if unknown or not names:
        what = f"There is no scope {unknown[0]!r}." if unknown else "A key needs a scope."
        raise ConfigError(f"{what} Choose from {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in names)


def _origin(text: str) -> str:
    origin = text.strip().removesuffix("/").lower()
    if not is_origin(origin) or not origin.isascii():
        raise ConfigError(
            f"{text!r} is no origin. Write scheme and host as browsers do: https://www.example.com, or xn--… for "
            "names with other letters."
        )
    return origin
