"""Recording: nobody waits for it, what was accepted is stored, and what somebody typed half-way is not."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from kb_search.errors import StateError
from kb_search.events.database import Database
from kb_search.events.recorder import Recorder
from kb_search.events.records import FlagRecord, SearchRecord
from kb_search.events.state import State
from kb_search.events.tables import events, flags, searches
from kb_search.events.waiting import Waiting
from kb_search.events.writing import Row, row_of
from tests.events.conftest import Opener, event, search


def rows(state: State, table: Table) -> list[dict[str, Any]]:
    assert state.flush()
    with state._database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(table.c.at))]


def test_a_search_is_stored_as_it_was(state: State) -> None:
    state.recorder.search(
        search("q1", "  Şifremi  UNUTTUM ", locale="tr", filters={"tags": ["login"], "updated": {"gte": "2026-01-01"}})
    )
    (row,) = rows(state, searches)
    assert row.pop("at").tzinfo is not None
    assert row == {
        "query_id": "q1",
        "query": "Şifremi UNUTTUM",
        "folded": "sifremi unuttum",
        "redacted": False,
        "corrected": None,
        "locale": "tr",
        "view": "public",
        "surface": "widget",
        "outcome": "ok",
        "total": 2,
        "hits": ["en/password", "en/error"],
        "filters": {"tags": ["login"], "updated": {"gte": "2026-01-01"}},
        "took_ms": 3.5,
        "key_id": None,
        "typing": False,
    }


def test_events_are_tied_to_their_search(state: State) -> None:
    state.recorder.search(search("q1"))
    state.recorder.event(event("click", "q1", position=1))
    state.recorder.event(event("link", "q1", ticket="#20391"))
    state.recorder.event(event("click", "of nobody", position=2))
    state.recorder.event(event("helpful", helpful=True))
    found = rows(state, events)
    assert [(row["type"], row["query_id"], row["position"]) for row in found] == [
        ("click", "q1", 1),
        ("link", "q1", None),
        ("click", None, 2),
        ("helpful", None, None),
    ]
    assert found[1]["ticket"] == "#20391"


def test_a_later_vote_takes_the_place_of_an_earlier_one(state: State) -> None:
    for id in ("q1", "q2"):
        state.recorder.search(search(id))
    for id, article, helpful in [
        ("q1", "a", True),
        ("q1", "b", True),
        ("q2", "a", True),
        ("q1", "a", False),
        ("q1", None, True),
        ("q1", None, False),
    ]:
        state.recorder.event(event("helpful", id, article, helpful=helpful))
    state.recorder.event(event("comment", "q1", "a", comment="first"))
    assert state.flush()  # in a transaction of its own
    state.recorder.event(event("comment", "q1", "a", comment="second"))
    found = rows(state, events)
    votes = {(row["query_id"], row["article_id"]): row["helpful"] for row in found if row["type"] == "helpful"}
    assert votes == {("q1", "a"): False, ("q1", "b"): True, ("q2", "a"): True, ("q1", None): False}
    assert [row["comment"] for row in found if row["type"] == "comment"] == ["second"]
    assert len(found) == 5


def test_what_is_typed_is_stored_only_when_something_comes_of_it(state: State) -> None:
    for id, text in [("q1", "res"), ("q2", "reset p"), ("q3", "reset password")]:
        state.recorder.search(search(id, text, typing=True))
    assert rows(state, searches) == []
    state.recorder.event(event("click", "q3", position=1))
    assert [row["query"] for row in rows(state, searches)] == ["reset password"]
    assert [row["query_id"] for row in rows(state, events)] == ["q3"]


def test_a_flag_is_stored_and_names_its_search(state: State) -> None:
    state.recorder.search(search("q1", typing=True))
    state.recorder.flag(FlagRecord("f1", "en/password", "outdated", "agents", "old", "new text", "q1", "k1"))
    (row,) = rows(state, flags)
    del row["at"]
    assert row == {
        "id": "f1",
        "article_id": "en/password",
        "reason": "outdated",
        "comment": "old",
        "proposal": "new text",
        "query_id": "q1",
        "view": "agents",
        "key_id": "k1",
    }


def test_nothing_is_stored_when_recording_is_off(opener: Opener) -> None:
    state = opener(record=False)
    state.recorder.search(search("q1"))
    state.recorder.search(search("q2", typing=True))
    state.recorder.event(event("click", "q2"))
    state.recorder.flag(FlagRecord("f1", "a", "wrong", "agents"))
    assert not state.recorder.recording
    assert [rows(state, table) for table in (searches, events, flags)] == [[], [], []]


def test_closing_stores_what_was_accepted(opener: Opener) -> None:
    state = opener()
    for number in range(1_200):
        state.recorder.search(search(f"q{number}"))
    state.close()
    assert len(rows(opener(), searches)) == 1_200
    state.recorder.search(search("late"))  # says nothing, and is not stored
    assert state.recorder.lost == 1


def test_a_value_that_no_database_takes_costs_only_itself(state: State) -> None:
    state.recorder.search(search("q1"))
    state.recorder.search(search("q2", took_ms="no number"))
    state.recorder.search(search("q3", hits=(object(),)))
    state.recorder.search(search("q4", "a\x00b\ud800c", total=2**80))
    assert [row["query_id"] for row in rows(state, searches) if row["took_ms"] == 3.5] == ["q1", "q4"]
    assert state.recorder.lost >= 1


class Away:
    """A database that can be away."""

    def __init__(self, database: Database) -> None:
        self.there = threading.Event()
        self._database = database

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        if not self.there.is_set():
            raise StateError("The database is away.")
        with self._database.writing() as connection:
            yield connection


def test_while_the_database_is_away_records_wait_and_too_many_are_dropped(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("kb_search.events.recorder._PAUSES", (0.01,))
    away = Away(database)
    recorder = Recorder(away, capacity=10)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        started = time.monotonic()
        for number in range(25):
            recorder.search(search(f"q{number}", "jane@example.com"))
        assert time.monotonic() - started < 1  # nobody waited
        assert not recorder.flush(0.2)
        away.there.set()
        assert recorder.flush()
        recorder.close()
    with database.reading() as connection:
        stored = set(connection.scalars(select(searches.c.query_id)))
    assert stored == {f"q{number}" for number in range(10)}
    assert recorder.lost == 15
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "Searches and events wait to be stored. The database is away.",
        "15 searches and events were not stored: more came than could be written in time.",
    ]


def test_closing_does_not_wait_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb_search.events.recorder._PAUSES", (0.01,))
    recorder = Recorder(Away(database), closing_seconds=0.1)  # type: ignore[arg-type]
    recorder.search(search("q1"))
    recorder.close()
    assert recorder.lost == 1


def test_closing_does_not_wait_for_slow_redaction(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    redacted: list[str] = []

    def slow(at: datetime, record: SearchRecord) -> Row:
        threading.Event().wait(0.05)
        redacted.append(record.query_id)
        return row_of(at, record)

    monkeypatch.setattr("kb_search.events.recorder.row_of", slow)
    recorder = Recorder(database, closing_seconds=0.3)
    for number in range(1_000):
        recorder.search(search(f"q{number}"))
    with caplog.at_level(logging.WARNING):
        recorder.close()
    with database.reading() as connection:
        stored = connection.scalars(select(searches.c.query_id)).all()
    assert 0 < len(stored) == len(redacted) < 100
    assert recorder.lost == 1_000 - len(stored)
    said = [re.match(r"(\d+) searches and events were not stored", record.getMessage()) for record in caplog.records]
    assert sum(int(found[1]) for found in said if found) == recorder.lost


@pytest.mark.parametrize("before", range(1_930, 2_001, 7))
def test_a_number_at_the_end_of_what_is_kept_is_not_stored_by_half(before: int) -> None:
    at, text = datetime(2026, 3, 1), "a" * before + " 4111 1111 1111 1111 please " + "b" * 5_000
    values = row_of(at, search("q1", text, corrected=text, filters={"tags": text})).values
    proposal = row_of(at, FlagRecord("f1", "a", "wrong", "agents", proposal="c " * 9_000 + text)).values["proposal"]
    for stored in (values["query"], values["corrected"], values["filters"]["tags"], proposal):
        assert "1" not in stored
        assert 1_900 < len(stored) <= 20_000
    assert values["redacted"] is (before < 1_999)


def test_what_waits_is_bounded_in_number_and_in_time() -> None:
    moment = [0.0]
    waiting = Waiting(2, 60, clock=lambda: moment[0])
    at = datetime(2026, 3, 1)
    for id in ("q1", "q2", "q3"):
        waiting.keep(at, search(id))
    assert waiting.take("q1") is None
    assert waiting.take("q2") == (at, search("q2"))
    assert waiting.take("q2") is None
    moment[0] = 61
    assert waiting.take("q3") is None
    assert len(waiting) == 0


def test_nobody_pushes_out_what_others_typed() -> None:
    waiting, at = Waiting(4, 60), datetime(2026, 3, 1)
    for id in ("a1", "a2"):
        waiting.keep(at, search(id), "ada")
    for number in range(100):
        waiting.keep(at, search(f"b{number}"), "bob")
    assert [waiting.take(id) is not None for id in ("b97", "b98", "b99", "a1", "a2")] == [False, True, True, True, True]
    assert len(waiting) == 0
    for number in range(100):  # alone, one may have all of it
        waiting.keep(at, search(f"c{number}"), "cem")
    assert [waiting.take(f"c{number}") is not None for number in (95, 96, 99)] == [False, True, True]
