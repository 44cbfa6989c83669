"""What was recorded, as the log that proposes judged queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from kb_search.evaluation.events import parse_event
from kb_search.events.export import event_lines
from kb_search.events.state import State
from tests.events.conftest import event, search


def record(state: State) -> None:
    state.recorder.search(search("q1", "Reset password"))
    state.recorder.search(search("q2", "vault", view="agents", locale=None))
    state.recorder.event(event("click", "q1", position=2))
    state.recorder.event(event("helpful", "q1", helpful=True))
    state.recorder.event(event("helpful", "q2", "en/vault", helpful=False))
    state.recorder.event(event("link", "q2", "en/vault", ticket="#17"))
    state.recorder.event(event("click", "unknown"))
    state.recorder.event(event("helpful", "q1", None, helpful=True))
    assert state.flush()


def test_searches_and_what_followed_them(state: State) -> None:
    record(state)
    lines = list(event_lines(state._database))
    assert [(line["type"], line["query"], line.get("article"), line["session"]) for line in lines] == [
        ("search", "Reset password", None, "q1"),
        ("search", "vault", None, "q2"),
        ("click", "Reset password", "en/password", "q1"),
        ("helpful", "Reset password", "en/password", "q1"),
        ("not-helpful", "vault", "en/vault", "q2"),
        ("link", "vault", "en/vault", "q2"),
    ]
    assert [line.get("shown") for line in lines] == [None] * 2 + [["en/password", "en/error"]] * 4
    assert (lines[2]["position"], lines[5]["ticket"], lines[0]["outcome"]) == (2, "#17", "ok")


def test_the_log_is_one_that_golden_reads(state: State) -> None:
    record(state)
    read = [parse_event(msgspec.json.encode(line)) for line in event_lines(state._database)]
    shown = ("en/password", "en/error")
    assert [(one.kind, one.query, one.article, one.locale, one.shown) for one in read if one] == [
        ("click", "Reset password", "en/password", "en", shown),
        ("helpful", "Reset password", "en/password", "en", shown),
        ("link", "vault", "en/vault", None, shown),
    ]


def test_one_view_and_some_days(state: State) -> None:
    record(state)
    assert {line["session"] for line in event_lines(state._database, view="public")} == {"q1"}
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert list(event_lines(state._database, since=tomorrow)) == []
