"""The same tests on SQLite and, with `pytest --postgres URL`, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb_search.config import Settings
from kb_search.config import State as StateSettings
from kb_search.events.database import Database, state_url
from kb_search.events.records import EventRecord, SearchRecord
from kb_search.events.state import State, open_state
from kb_search.events.tables import VERSION_TABLE, metadata

Opener = Callable[..., State]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Name an empty database; "" is SQLite beside the index."""
    if request.param == "sqlite":
        return ""
    given = request.config.getoption("--postgres")
    if not given:
        pytest.skip("needs pytest --postgres URL")
    engine = create_engine(state_url(StateSettings(url=given), Path()))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
    engine.dispose()
    return str(given)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where an index would be."""
    return tmp_path / "kb"


@pytest.fixture
def database(url: str, index: Path) -> Iterator[Database]:
    opened = Database(state_url(StateSettings(url=url), index))
    yield opened
    opened.close()


@pytest.fixture
def opener(url: str, index: Path) -> Iterator[Opener]:
    """Open states with these settings of [state]; all are closed in the end."""
    states: list[State] = []

    def make(**settings: object) -> State:
        states.append(open_state(Settings(state=StateSettings(url=url, **settings)), index))  # type: ignore[arg-type]
        return states[-1]

    yield make
    for state in states:
        state.close()


@pytest.fixture
def state(opener: Opener) -> State:
    return opener()


def search(query_id: str, query: str = "reset password", **changes: object) -> SearchRecord:
    """Make a search that had an answer."""
    values: dict[str, object] = {
        "query_id": query_id,
        "query": query,
        "locale": "en",
        "view": "public",
        "surface": "widget",
        "outcome": "ok",
        "total": 2,
        "hits": ("en/password", "en/error"),
        "took_ms": 3.5,
    }
    return SearchRecord(**{**values, **changes})  # type: ignore[arg-type]


def event(type: str, query_id: str | None = None, article: str | None = "en/password", **more: object) -> EventRecord:
    """Make an event of the widget."""
    return EventRecord(type, "public", "widget", query_id, article, **more)  # type: ignore[arg-type]
