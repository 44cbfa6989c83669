"""Nothing that people type about themselves is on the disk, in any file, at any time; nor is a key."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kb_search.config import Settings
from kb_search.events.database import Database, state_url
from kb_search.events.keeping import Retention, delete_old
from kb_search.events.records import FlagRecord
from kb_search.events.state import State, open_state
from kb_search.events.tables import searches
from kb_search.events.writing import row_of, write
from tests.events.conftest import event, search
from tests.events.redaction_examples import TUNED
from tests.events.redaction_table import Example

KEY = "kbs_0123456789abcdef_AbCdEfGh-jKlMnOpQrStUvWxYz_123456789abcdefghijkl"
SECRETS = (
    "jane.doe+billing@example.com",
    "0532 000 12 34",
    "4111 1111 1111 1111",
    "TR33 0006 1005 1978 6457 8413 26",
    "10000000146",
    KEY,
)
TEXT = "please help, " + ", ".join(SECRETS)
PARTS = ("jane.doe", "532 000", "5320001234", "1111 1111", "6457 8413", "10000000146", "AbCdEfGh", "456789abcdef")


def record(state: State) -> None:
    """Put personal data wherever a text goes."""
    recorder = state.recorder
    recorder.search(search("q1", TEXT, corrected=TEXT, filters={"owner": TEXT, "tags": [TEXT, "login"]}))
    recorder.search(search("q2", TEXT, typing=True))
    recorder.search(search("q3", "typed and forgotten by jane.doe@example.com", typing=True))
    recorder.event(event("comment", "q2", comment=TEXT))
    recorder.event(event("comment", "q2", comment=f"{TEXT}, once more"))
    for secret in SECRETS:
        recorder.event(event("link", "q1", ticket=secret))
    recorder.event(event("click", TEXT[:60], article="jane.doe@example.com"))
    recorder.flag(FlagRecord("f1", "en/password", "wrong", "agents", TEXT, f"{TEXT} " * 20, "q1"))
    recorder.search(search("q4", TEXT, took_ms="no number"))  # refused: what is said of it must not tell it
    for number, one in enumerate(Example.parse(marked) for marked in TUNED):
        if one.personal:
            recorder.search(search(f"t{number}", one.text))


def grep(folder: Path, *parts: str) -> list[str]:
    """Search every byte of every file below a folder, in the encodings that a database may use."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [
                f"{path.name}: {part}"
                for part in parts
                for written in (part.encode(), part.encode("utf-16-le"))
                if written.lower() in data.lower()
            ]
    return found


@pytest.mark.parametrize("closes", [True, False])
def test_nothing_personal_is_in_any_file(closes: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = [
        one
        for marked in TUNED
        for one in Example.parse(marked).personal
        if one != "jane doe at example dot com"  # of which "jane" stays: see the table
    ]
    with caplog.at_level(logging.DEBUG):
        state = open_state(Settings(), tmp_path / "kb")
        try:
            record(state)
            assert state.flush()
            if closes:
                state.close()
            files = {path.name for path in (tmp_path / "kb.state").iterdir()}
            assert files >= ({"state.sqlite"} if closes else {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"})
            assert grep(tmp_path, "please help, [email], [phone], [card], [iban], [number], [key]") != []
            assert grep(tmp_path, *PARTS, *whole) == []
        finally:
            state.close()
    assert [part for part in (*PARTS, "please help") if part in caplog.text] == []


def test_no_key_is_in_any_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), open_state(Settings(), tmp_path / "kb") as state:
        new = state.keys.create("box", ["search"], "public")
        assert state.keys.authenticate(new.secret) == new.key
        secret = new.secret.split("_", 2)[2]
        assert grep(tmp_path, new.key.id) != []
        assert grep(tmp_path, secret) == []
    assert secret not in caplog.text


def test_what_is_deleted_is_gone_from_every_file(tmp_path: Path) -> None:
    with open_state(Settings(), tmp_path / "kb") as state:
        for number in range(200):
            state.recorder.search(search(f"q{number}", f"to be forgotten {number}"))
        assert state.flush()
        database: Database = state._database
        assert grep(tmp_path, "to be forgotten") != []
        assert delete_old(database, -1) == 200
        assert database.forget()
        assert grep(tmp_path, "to be forgotten") == []


def test_a_reader_puts_off_that_what_is_deleted_is_gone(tmp_path: Path) -> None:
    database = Database(state_url(Settings().state, tmp_path / "kb"), busy_seconds=0.05)
    retention = Retention(database, 30)
    at = datetime.now(UTC) - timedelta(days=31)
    with database.writing() as connection:
        write(connection, [row_of(at, search(f"q{number}", "to be forgotten")) for number in range(200)])
    with database.reading() as reader:
        reader.execute(select(searches.c.at)).first()
        retention.delete()
        retention.forget()  # in vain
        assert grep(tmp_path, "to be forgotten") != []
    retention.forget()
    assert grep(tmp_path, "to be forgotten") == []
    database.close()
