"""What is old goes, and popular queries are those of many hours, in one view, without anything personal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from kb_search.errors import StateError
from kb_search.events.database import Database
from kb_search.events.keeping import Keeper, delete_old
from kb_search.events.popular import Popular
from kb_search.events.records import FlagRecord, PopularQuery
from kb_search.events.state import State
from kb_search.events.tables import AGING, events, searches
from kb_search.events.writing import row_of, write
from tests.events.conftest import Opener, event, search


def make_older(state: State, days: float, *ids: str) -> None:
    assert state.flush()
    at = datetime.now(UTC) - timedelta(days=days)
    with state._database.writing() as connection:
        connection.execute(update(searches).where(searches.c.query_id.in_(ids)).values(at=at))


# ── Retention ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_old_is_deleted_and_what_refers_to_it_stays(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    state = opener(retention_days=36_500)  # so that what it deletes by itself, as soon as it is open, is nothing here
    monkeypatch.setattr("kb_search.events.keeping._ROWS", 2)
    for number in range(5):
        state.recorder.search(search(f"q{number}"))
    state.recorder.event(event("click", "q0"))
    state.recorder.event(event("click", "q4"))
    state.recorder.flag(FlagRecord("f1", "a", "wrong", "agents", query_id="q1"))
    make_older(state, 91, "q0", "q1", "q2", "q3")
    make_older(state, 89, "q4")
    assert delete_old(state._database, 90) == 4
    with state._database.reading() as connection:
        assert connection.scalars(select(searches.c.query_id)).all() == ["q4"]
        assert connection.scalars(select(events.c.query_id).order_by(events.c.at)).all() == [None, "q4"]
    assert delete_old(state._database, 90, datetime.now(UTC) + timedelta(days=91)) == 4
    with state._database.reading() as connection:
        assert [connection.scalar(select(func.count()).select_from(table)) for table in AGING] == [0, 0, 0]


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It did not happen.")


@pytest.mark.parametrize("record", [True, False])
def test_opening_deletes_what_is_too_old(record: bool, opener: Opener) -> None:
    state = opener()
    state.recorder.search(search("q1"))
    make_older(state, 8, "q1")
    state.close()
    state = opener(retention_days=7, record=record)

    def is_gone() -> bool:
        with state._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(searches)) == 0

    wait_for(is_gone)


def test_a_task_that_fails_is_said_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("kb_search.events.keeping._MINUTE", 0.001)
    calls: list[str] = []

    def fails() -> None:
        calls.append("fails")
        raise StateError("The database is away.")

    with caplog.at_level(logging.WARNING):
        keeper = Keeper(lambda: calls.append("daily"), (fails, lambda: calls.append("works")))
        wait_for(lambda: calls.count("works") >= 3)
        keeper.close()
    assert calls.count("daily") == 1
    assert calls.count("fails") >= 3
    assert [record.getMessage() for record in caplog.records] == ["The database is away."]


# ── Popular queries ──────────────────────────────────────────────────────────────────────────────────────


HOUR = timedelta(hours=1)


def ask(state: State, query: str, times: int, apart: timedelta = HOUR, click: bool = False, **changes: object) -> None:
    """Store searches as they would have been in the last hours, the last of them now."""
    rows, now = [], datetime.now(UTC)
    for number in range(times):
        made = search(f"{query} {changes} {click} {number}", query, **{"surface": "help-center", **changes})
        rows.append(row_of(now - number * apart, made))
        if click:
            rows.append(row_of(now - number * apart, event("click", made.query_id)))
    with state._database.writing() as connection:
        write(connection, rows)


@pytest.fixture
def popular(database: Database) -> Popular:
    return Popular(database, floor=3)


def test_queries_asked_in_many_hours_are_popular_in_their_commonest_spelling(state: State, popular: Popular) -> None:
    ask(state, "Reset password", 2)
    ask(state, "reset  PASSWORD", 5)
    ask(state, "reset-password", 1)
    ask(state, "invoice", 3)
    ask(state, "refund", 2)
    assert popular.queries("public", "en", 5) == ()  # from memory
    popular.refresh()
    assert popular.queries("public", "en", 5) == (PopularQuery("reset PASSWORD", 5), PopularQuery("invoice", 3))
    assert popular.queries("public", "en", 1) == (PopularQuery("reset PASSWORD", 5),)
    assert popular.queries("public", "en", 0) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"view": "agents"},
        {"outcome": "weak"},
        {"outcome": "none"},
        {"surface": "mcp"},
        {"query": "invoice for jane@example.com"},
        {"query": "call 0532 000 12 34"},
        {"query": "w" * 61},
        {"query": "one two three four five six seven eight nine"},
        {"surface": "widget"},
        {"surface": "api", "typing": True},
        {"typing": True},
        {"apart": timedelta(seconds=0)},
        {"query": "  "},
    ],
    ids=str,
)
def test_what_is_never_suggested_to_the_public(changes: dict[str, object], state: State, popular: Popular) -> None:
    others = {name: value for name, value in changes.items() if name != "query"}
    ask(state, str(changes.get("query", "secret project")), 5, **others)  # type: ignore[arg-type]
    popular.refresh()
    assert popular.queries("public", None, 5) == ()
    assert len(popular.queries("agents", "en", 5)) == ("view" in changes)


def test_nobody_makes_a_query_popular_in_a_minute(state: State, popular: Popular) -> None:
    ask(state, "buy at rival.example", 1_000, apart=timedelta(milliseconds=1))
    ask(state, "buy at rival.example", 1, view="public", click=True)
    popular.refresh()
    assert popular.queries("public", "en", 5) == ()


def test_what_is_typed_counts_where_an_answer_was_opened(state: State, popular: Popular) -> None:
    ask(state, "passw", 5, surface="widget")
    ask(state, "password", 3, surface="widget", click=True)
    ask(state, "password", 2, surface="widget")
    ask(state, "passwo", 5, surface="api", typing=True)
    ask(state, "lamp", 4, surface="api")
    popular.refresh()
    assert popular.queries("public", "en", 5) == (PopularQuery("lamp", 4), PopularQuery("password", 3))


def test_a_floor_of_a_million_turns_it_off(state: State, database: Database) -> None:
    ask(state, "password", 40)
    for floor, found in [(40, 1), (41, 0), (1_000_000, 0)]:
        popular = Popular(database, floor)
        popular.refresh()
        assert len(popular.queries("public", "en", 5)) == found


def test_the_order_is_made_once(state: State, popular: Popular, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(state, "password", 3)
    popular.refresh()

    def order(query: PopularQuery) -> tuple[int, str]:
        raise AssertionError("It was put in order again.")

    monkeypatch.setattr("kb_search.events.popular._order", order)
    assert [len(popular.queries("public", locale, 5)) for locale in ("en", "en-GB", None, "fr")] == [1, 1, 1, 0]


def test_what_was_popular_a_month_ago_is_not(state: State, popular: Popular) -> None:
    ask(state, "password", 3, apart=timedelta(days=16))
    popular.refresh()
    assert popular.queries("public", "en", 5) == ()


def test_the_readers_language_comes_first(state: State, popular: Popular) -> None:
    ask(state, "facture", 3, locale="fr")
    ask(state, "nonante", 4, locale="fr-BE")
    ask(state, "fatura", 5, locale="tr")
    ask(state, "1042", 6, locale=None)
    popular.refresh()

    def texts(locale: str | None) -> list[str]:
        return [one.text for one in popular.queries("public", locale, 5)]

    assert texts("fr") == ["facture", "nonante"]
    assert texts("fr-BE") == ["nonante", "facture"]
    assert texts("tr") == ["fatura"]
    assert texts("de") == []
    assert texts(None) == ["1042", "fatura", "nonante", "facture"]
