"""Opening the database: new, old, newer, foreign, damaged, busy, and by two processes at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text

import kb_search.events
from kb_search.config import State as StateSettings
from kb_search.errors import ConfigError, StateError
from kb_search.events.database import Database, state_url
from kb_search.events.keys import Keys
from kb_search.events.tables import HEAD, VERSION_TABLE, metadata, searches

ROOT = Path(__file__).parents[2]
FIRST = """
    'q1', '2026-03-01 12:00:00', 'Lost password', 'lost password', FALSE, NULL, 'en', 'public', 'widget', 'ok', 1,
    '["en/password"]', NULL, 3.5, NULL
"""
"""A search as revision 0001 has it."""


def file_of(index: Path) -> Path:
    return index.with_name(index.name + ".state") / "state.sqlite"


def opened(index: Path, *, url: str = "", busy_seconds: float = 5.0) -> Database:
    return Database(state_url(StateSettings(url=url), index), busy_seconds=busy_seconds)


def test_the_newest_revision_is_the_one_that_needs_no_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(kb_search.events.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_database_of_the_first_revision_is_brought_up_to_date(url: str, index: Path) -> None:
    file_of(index).parent.mkdir()
    engine = create_engine(state_url(StateSettings(url=url), index))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(kb_search.events.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(f"INSERT INTO kbsearch_searches VALUES ({FIRST})"))
    engine.dispose()
    database = opened(index, url=url)
    with database.reading() as connection:
        (row,) = connection.execute(select(searches.c.query_id, searches.c.hits, searches.c.typing))
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one() == HEAD
    assert tuple(row) == ("q1", ["en/password"], False)
    database.close()


def test_opening_again_keeps_everything(database: Database, url: str, index: Path) -> None:
    key = Keys(database).create("box", ["search"], "public").key
    again = opened(index, url=url)
    assert Keys(again).list() == (key,)
    again.close()


def test_sqlite_is_beside_the_index_and_nobody_elses_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    database = opened(Path("kb"))
    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": 2}
    path = tmp_path / "kb.state" / "state.sqlite"
    assert database.place == str(path)
    files = list(path.parent.iterdir())
    assert {file.stat().st_mode & 0o077 for file in (path.parent, *files)} == {0}
    database.close()


OPEN = """
import sys
from pathlib import Path
from kb_search.config import State
from kb_search.events.database import Database, state_url
from kb_search.events.keys import Keys
sys.stdin.readline()
database = Database(state_url(State(url=sys.argv[2]), Path(sys.argv[1])))
Keys(database).create(sys.argv[3], ["search"], "public")
"""


def test_processes_may_open_a_new_database_at_once(url: str, index: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(index), url]
    children = [subprocess.Popen([*command, str(n)], stdin=subprocess.PIPE, text=True, cwd=ROOT) for n in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.close()
    assert [child.wait(60) for child in children] == [0, 0, 0]
    database = opened(index, url=url)
    assert sorted(key.name for key in Keys(database).list()) == ["0", "1", "2"]
    database.close()


RECORD = """
import sys
from pathlib import Path
from kb_search.config import Settings, State
from kb_search.events.state import open_state
from tests.events.conftest import search
state = open_state(Settings(state=State(url=sys.argv[2])), Path(sys.argv[1]))
for number in range(1_000_000):
    state.recorder.search(search(f"q{number}"))
    if number % 100 == 0:
        state.flush()
        print(number, flush=True)
"""


def test_a_process_that_is_killed_leaves_a_whole_database(url: str, index: Path) -> None:
    command = [sys.executable, "-c", RECORD, str(index), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        last = 0
        while last < 1_000:
            last = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    database = opened(index, url=url)
    with database.reading() as connection:
        stored = set(connection.scalars(select(searches.c.query_id)))
        if not url:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert {f"q{number}" for number in range(last + 1)} <= stored
    database.close()


# ── What cannot be opened ────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_no_database(index: Path) -> None:
    path = file_of(index)
    path.parent.mkdir()
    path.write_bytes(b"no database, only text\n" * 100)
    with pytest.raises(StateError, match=r"state\.sqlite cannot be used \(file is not a database\)\. Restore it"):
        opened(index)
    assert path.read_bytes().startswith(b"no database")


def test_the_database_of_another_program(index: Path) -> None:
    path = file_of(index)
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE cats (name)")
    connection.close()
    with pytest.raises(StateError, match=r"database of another program \(it has the table 'cats'\)\. Name a file"):
        opened(index)


def test_a_folder_in_place_of_the_file(index: Path) -> None:
    file_of(index).mkdir(parents=True)
    with pytest.raises(StateError, match=r"state\.sqlite cannot be opened \(Is a directory\)\. Check that its folder"):
        opened(index)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(index: Path) -> None:
    file_of(index).parent.mkdir(mode=0)
    with pytest.raises(StateError, match="Permission denied"):
        opened(index)


def test_a_database_that_somebody_else_holds(index: Path) -> None:
    database = opened(index, busy_seconds=0.05)
    holder = sqlite3.connect(file_of(index))
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StateError, match=r"state\.sqlite cannot be used \(database is locked\)\. Another program"):
        Keys(database).create("box", ["search"], "public")
    holder.close()
    Keys(database).create("box", ["search"], "public")
    database.close()


def test_a_database_of_a_newer_version(database: Database, url: str, index: Path) -> None:
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StateError, match=r"is of revision '9999', which this version does not know\. Install"):
        opened(index, url=url)
    with database.reading() as connection:
        assert set(inspect(connection).get_table_names()) >= set(metadata.tables)


def test_a_server_that_is_away_is_named_without_its_password(index: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StateError) as caught:
        opened(index, url="postgresql://kb:secret@127.0.0.1:1/kb")
    assert "postgresql+psycopg://kb:***@127.0.0.1:1/kb" in str(caught.value)
    assert "Check state.url" in str(caught.value) and "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/kb", "'mysql'. Choose sqlite or postgresql"),
        ("kb.sqlite", "is no database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_urls_that_name_no_database_of_ours(url: str, says: str, index: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        opened(index, url=url)
