"""Keys: made once, recognised at once, gone when they are revoked."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kb_search.config import State as StateSettings
from kb_search.errors import ConfigError, KeyNotFound, StateError
from kb_search.events.database import Database, state_url
from kb_search.events.keys import Keys

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, clock: Clock) -> Keys:
    return Keys(database, clock)


def test_a_new_key_opens_what_it_was_made_for(keys: Keys) -> None:
    new = keys.create(" box ", ["events", "search"], "public", ["https://www.Example.com/"])
    assert re.fullmatch(r"kbs_[0-9a-f]{16}_[\w-]{43}", new.secret)
    key = keys.authenticate(new.secret)
    assert key == new.key
    assert key is not None
    assert (key.name, key.scopes, key.view) == ("box", ("search", "events"), "public")
    assert (key.origins, key.created) == (("https://www.example.com",), NOW)
    assert keys.list() == (key,)
    assert keys.origins() == {"https://www.example.com"}


def test_any_other_text_opens_nothing(keys: Keys) -> None:
    new = keys.create("box", ["search"], "public")
    prefix, id, secret = new.secret.split("_", 2)
    wrong = [
        f"{prefix}_{id}_{secret[:-1]}",
        f"{prefix}_{id}_{secret}A",
        f"{prefix}_{id}_",
        f"{prefix}_{id}",
        f"abc_{id}_{secret}",
        f"{prefix}_0000000000000000_{secret}",
        new.secret.upper(),
        f" {new.secret}",
        secret,
        id,
        "",
        "kbs__",
        "\ud800_é_\x00",
    ]
    assert [keys.authenticate(one) for one in wrong] == [None] * len(wrong)


def test_neither_the_text_nor_its_repr_shows_the_secret(keys: Keys, database: Database) -> None:
    new = keys.create("box", ["search"], "public")
    secret = new.secret.rpartition("_")[2] if new.secret.count("_") == 2 else new.secret.split("_", 2)[2]
    assert secret not in repr(new) and secret not in repr(keys.list())
    with database.reading() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM kbsearch_keys")).all())


def test_a_revoked_key_opens_nothing_and_is_still_listed(keys: Keys, clock: Clock) -> None:
    new = keys.create("box", ["search"], "public", ["https://www.example.com"])
    clock.now += timedelta(hours=1)
    revoked = keys.revoke(new.key.id)
    assert revoked.revoked == clock.now
    assert keys.authenticate(new.secret) is None
    assert keys.list() == (revoked,)
    assert keys.origins() == frozenset()
    clock.now += timedelta(hours=1)
    assert keys.revoke(new.key.id) == revoked  # the first time counts


def test_a_key_that_another_process_revoked_stops_within_five_seconds(
    database: Database, url: str, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, moment = Keys(database), [100.0]
    monkeypatch.setattr("kb_search.events.keys.time.monotonic", lambda: moment[0])
    new = ours.create("box", ["search"], "public")
    assert ours.authenticate(new.secret) is not None
    other = Database(state_url(StateSettings(url=url), index))
    Keys(other).revoke(new.key.id)
    other.close()
    moment[0] += 1
    assert ours.authenticate(new.secret) is not None  # from memory
    moment[0] += 4
    assert ours.authenticate(new.secret) is None


def test_a_key_expires(keys: Keys, clock: Clock) -> None:
    new = keys.create("box", ["search"], "public", ["https://a.example"], expires=NOW + timedelta(days=1))
    assert keys.authenticate(new.secret) is not None
    clock.now += timedelta(days=1)
    assert keys.authenticate(new.secret) is None
    assert keys.origins() == frozenset()


def test_the_day_of_the_last_use_is_noted(keys: Keys, clock: Clock) -> None:
    used, unused = keys.create("a", ["search"], "public"), keys.create("b", ["search"], "public")
    keys.authenticate(used.secret)
    keys.authenticate(unused.secret + "x")
    keys.note_use()
    assert {key.name: key.last_used for key in keys.list()} == {"a": date(2026, 3, 1), "b": None}


def test_an_id_that_is_not_there_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(KeyNotFound, match="There is no key 'nothing'"):
        keys.revoke("nothing")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scopes": ["search", "everything"]}, "There is no scope 'everything'"),
        ({"scopes": []}, "A key needs a scope"),
        ({"name": " "}, "A key needs a name"),
        ({"name": "n" * 101}, "A key needs a name"),
        ({"origins": ["www.example.com"]}, "'www.example.com' is no origin"),
        ({"origins": ["https://www.example.com/help"]}, "is no origin"),
        ({"origins": ["*"]}, "is no origin"),
        ({"origins": ["https://bücher.example"]}, "xn--"),
        ({"origins": ["https://a.example"], "scopes": ["admin"]}, "cannot have origins"),
        ({"expires": NOW}, "which is over"),
    ],
)
def test_what_makes_no_key(changes: dict[str, object], says: str, keys: Keys) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        keys.create(**{"name": "box", "scopes": ["search"], "view": "public", **changes})  # type: ignore[arg-type]
    assert keys.list() == ()


def test_without_its_database_no_key_opens_anything(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    new = keys.create("box", ["search"], "public")
    asked = 0

    def away() -> None:
        nonlocal asked
        asked += 1
        raise StateError("It is away.")

    monkeypatch.setattr(keys, "_read", away)
    for _ in range(3):
        with pytest.raises(StateError, match="It is away"):
            keys.authenticate(new.secret)
    assert asked == 1  # it is not asked again at every request
