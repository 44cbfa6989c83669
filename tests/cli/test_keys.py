"""`kb-search keys` and `kb-search events export`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kb_search.config import Settings
from kb_search.events.records import FlagRecord
from kb_search.events.state import open_state
from tests.cli.conftest import Cli
from tests.events.conftest import event, search


def test_a_key_is_printed_once_and_opens_what_it_says(index: str, cli: Cli) -> None:
    out, err = cli("keys", "create", "--name", "help desk", "--index", index, "--view", "agents", "--scope", "search")
    assert re.fullmatch(r"kbs_[0-9a-f]{16}_[\w-]{43}\n", out)
    assert "(help desk): search in view agents." in err and out.strip() not in err
    with open_state(Settings(), Path(index)) as state:
        key = state.keys.authenticate(out.strip())
    assert key is not None and (key.view, key.scopes) == ("agents", ("search",))
    listed, _ = cli("keys", "list", "--index", index)
    assert "help desk: search in view agents, last used 20" in listed
    assert out.strip().rpartition("_")[2] not in listed


def test_keys_as_json(index: str, cli: Cli) -> None:
    origins = ["--origin", "https://a.example", "--origin", "https://b.example"]
    made = cli.json("keys", "create", "--name", "box", "--index", index, "--expires-days", "30", *origins)
    text = made.pop("key")
    assert text.startswith(f"kbs_{made['id']}_")
    assert made["origins"] == ["https://a.example", "https://b.example"]
    assert (made["scopes"], made["view"]) == (["search", "events"], "public")
    assert made["expires"] > made["created"]
    assert cli.json("keys", "list", "--index", index) == {"keys": [made]}
    revoked = cli.json("keys", "revoke", made["id"], "--index", index)
    assert revoked["revoked"] is not None
    assert cli.json("keys", "list", "--index", index) == {"keys": [revoked]}


def test_a_key_of_readers_with_more_rights_in_a_page_is_warned_about(index: str, cli: Cli) -> None:
    where = ["--view", "agents", "--origin", "https://desk.example"]
    _, err = cli("keys", "create", "--name", "desk", "--index", index, *where)
    assert "Whoever opens a page that holds this key can read it, and see the view agents." in err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["create", "--name", "a", "--view", "staff"], 2, "has no view 'staff'. Choose from agents, internal,"),
        (["create", "--name", "a", "--scope", "search,all"], 2, "There is no scope 'all'. Choose from search, events"),
        (["create", "--name", "a", "--origin", "example.com"], 2, "'example.com' is no origin"),
        (["create", "--name", "a", "--expires-days", "0"], 2, "--expires-days is 0"),
        (["list"], 1, "There are no keys"),
        (["revoke", "a1"], 1, "There are no keys"),
    ],
)
def test_errors(arguments: list[str], status: int, says: str, index: str, cli: Cli) -> None:
    out, err = cli("keys", *arguments, "--index", index, status=status)
    assert out == "" and says in err


def test_a_key_needs_an_index(cli: Cli) -> None:
    _, err = cli("keys", "create", "--name", "a", "--index", "nowhere", status=2)
    assert "nowhere holds no index" in err
    assert not Path("nowhere.state").exists()


def test_what_was_recorded_proposes_judged_queries(index: str, cli: Cli) -> None:
    with open_state(Settings(), Path(index)) as state:
        for number in range(3):
            state.recorder.search(search(f"q{number}", "lost my password", hits=("password",)))
            state.recorder.event(event("click", f"q{number}", "password"))
        state.recorder.search(search("q9", "vault", view="agents"))
    out, err = cli("events", "export", "--index", index, "--view", "public")
    lines = [json.loads(line) for line in out.splitlines()]
    assert ([line["type"] for line in lines], err) == (["search"] * 3 + ["click"] * 3, "")
    assert cli("events", "export", "--index", index, "--since", "2999-01-01") == ("", "")
    Path("log").write_text(out, "utf-8")
    proposed = cli.json("golden", "log", "--index", index, "--out", "golden")
    assert (proposed["queries"], proposed["events"]["used"], proposed["events"]["bad"]) == (1, 3, 0)


def test_there_is_nothing_to_export(index: str, cli: Cli) -> None:
    _, err = cli("events", "export", "--index", index, status=1)
    assert "Nothing was recorded" in err
    _, err = cli("events", "export", "--index", index, "--since", "today", status=2)
    assert "--since is 'today'" in err


def test_what_was_flagged(index: str, cli: Cli) -> None:
    with open_state(Settings(), Path(index)) as state:
        state.recorder.search(search("q1", "Reset password"))
        state.recorder.flag(FlagRecord("f1", "en/password", "outdated", "public", "Renamed", query_id="q1"))
        state.recorder.flag(FlagRecord("f2", "en/vault", "wrong", "agents"))
        assert state.flush()
    listed = [json.loads(line) for line in cli("events", "flags", "--index", index)[0].splitlines()]
    assert [
        (flag["id"], flag["article"], flag["reason"], flag.get("comment"), flag.get("query")) for flag in listed
    ] == [
        ("f1", "en/password", "outdated", "Renamed", "Reset password"),
        ("f2", "en/vault", "wrong", None, None),
    ]
    assert len(cli("events", "flags", "--index", index, "--view", "agents")[0].splitlines()) == 1
