"""`kb-search golden`: what is written, what is said, and that `eval` reads it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from kb_search.cli.proposing import configure
from kb_search.evaluation.golden import AT_LEAST, SHARE
from tests.cli.conftest import Cli
from tests.fakes import article, write

LINES: list[dict[str, Any]] = [
    *({"type": "click", "query": "where is it", "article": "parcel", "locale": "en", "session": n} for n in range(3)),
    {"type": "link", "query": "Where is it", "article": "parcel", "locale": "en", "at": "2026-11-01T10:00:00Z"},
    *({"type": "click", "query": "limit?", "article": "limit", "locale": "en", "session": n} for n in range(3)),
    {"type": "search", "query": "where is it"},
]


def log(*more: str) -> str:
    write(Path(), {"events.jsonl": "\n".join([*(json.dumps(line) for line in LINES), *more])})
    return "events.jsonl"


def test_a_data_set_that_eval_reads(index: str, cli: Cli) -> None:
    out, err = cli("golden", log(), "--index", index, "--out", "proposed")
    assert out == ""
    assert err.splitlines() == [
        "1 events of other types are not used.",
        "1 articles are not in view public (any more): limit",
        "1 questions are left out: fewer than 3 sessions.",
        "1 questions are proposed in proposed (link 1).",
        "Look at each before you rely on it: what was shown first is clicked most, whether it answers or not.",
    ]
    (query,) = map(json.loads, Path("proposed/queries.jsonl").read_text("utf-8").splitlines())
    assert (query["text"], query["proposed"], query["evidence"]["sessions"]) == ("where is it", True, 4)
    assert Path("proposed/qrels.tsv").read_text("utf-8") == f"query-id\tcorpus-id\tscore\n{query['_id']}\tparcel\t3\n"
    report = cli.json("eval", "proposed", "--index", index, "--modes", "keyword")
    assert (report["proposed"], report["views"]["public"]["topics"]) == (1, 1)


def test_articles_of_the_view_count(index: str, cli: Cli) -> None:
    found = cli.json("golden", log(), "--index", index, "--out", "proposed", "--view", "agents")
    assert found == {
        "out": "proposed",
        "queries": 2,
        "judgments": 2,
        "kinds": {"click": 1, "link": 1},
        "events": {"used": 7, "other": 1, "bad": 0, "problems": []},
        "left_out": {"too_few": 0, "undecided": 0, "not_shown": 0, "not_in_view": {"count": 0, "examples": []}},
    }


def test_events_about_what_was_not_shown_are_counted(source: Path, cli: Cli) -> None:
    write(source, {"colis.md": article("Suivre un colis", "Le colis.", locale="fr", translation_of="parcel")})
    cli("index", str(source), "--index", "kb")
    line = {"type": "helpful", "query": "where is it", "locale": "en", "shown": ["parcel"]}
    lines = [{**line, "article": name, "session": n} for name in ("colis", "hours") for n in range(3)]
    path = log(*map(json.dumps, lines))
    found = cli.json("golden", path, "--index", "kb", "--out", "proposed")
    assert found["left_out"]["not_shown"] == 3
    assert "colis" in Path("proposed/qrels.tsv").read_text("utf-8")
    assert "hours" not in Path("proposed/qrels.tsv").read_text("utf-8")
    _, err = cli("golden", path, "--index", "kb", "--out", "again")
    assert "3 events are left out: their search did not show the article." in err.splitlines()


def test_bad_lines_are_named_one_by_one_and_the_rest_is_read(index: str, cli: Cli) -> None:
    path = log("{", "", '{"type": "click", "query": "x"}')
    _, err = cli("golden", path, "--index", index, "--out", "proposed", status=1)
    assert err.splitlines()[0].startswith("events.jsonl, line 9: Input data was truncated")
    assert err.splitlines()[1].startswith("events.jsonl, line 11: Object missing required field `article`")
    assert "1 questions are proposed in proposed" in err


def test_after_twenty_bad_lines_the_rest_is_counted(index: str, cli: Cli) -> None:
    _, err = cli("golden", log(*["{"] * 23), "--index", index, "--out", "proposed", status=1)
    assert err.count("Input data was truncated") == 20 and "events.jsonl: 3 more lines are left out." in err


def test_texts_of_links_between_articles(source: Path, cli: Cli) -> None:
    text = "If [the box never came](parcel.md), see [Track a parcel](parcel.md) or [limits](limit.md)."
    write(source, {"lost.md": article("Lost goods", text, locale="en")})
    cli("index", str(source), "--index", "kb")
    found = cli.json("golden", "--links", str(source), "--index", "kb", "--out", "proposed")
    assert (found["queries"], found["kinds"]) == (1, {"reference": 1})
    query = json.loads(Path("proposed/queries.jsonl").read_text("utf-8"))
    assert (query["text"], query["evidence"]["references"]) == ("the box never came", {"parcel": 1})


def test_nothing_is_written_where_nothing_is_proposed(index: str, cli: Cli) -> None:
    _, err = cli("golden", log(), "--index", index, "--out", "proposed", "--at-least", "9")
    assert "No question is proposed, and nothing was written." in err
    assert not Path("proposed").exists()


def test_work_of_a_person_is_not_overwritten(index: str, cli: Cli) -> None:
    write(Path("reviewed"), {"queries.jsonl": "kept"})
    _, err = cli("golden", log(), "--index", index, "--out", "reviewed", status=2)
    assert "reviewed/queries.jsonl exists" in err and "Choose another folder with --out" in err
    assert Path("reviewed/queries.jsonl").read_text("utf-8") == "kept"


def test_the_defaults_are_those_of_the_library(cli: Cli) -> None:
    parser = argparse.ArgumentParser()
    configure(parser, "golden")
    options = parser.parse_args(["events.jsonl", "--index", "kb", "--out", "proposed"])
    assert (options.at_least, options.share) == (AT_LEAST, SHARE)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to propose from"),
        (["none.jsonl"], "The log none.jsonl cannot be read"),
        (["events.jsonl", "--at-least", "0"], "--at-least is 0"),
        (["events.jsonl", "--share", "20"], "--share is 20.0. Give a number from 0 to 1"),
        (["events.jsonl", "--view", "bosses"], "no view 'bosses'"),
    ],
)
def test_what_cannot_be_done_is_said(index: str, cli: Cli, arguments: list[str], says: str) -> None:
    log()
    out, err = cli("golden", *arguments, "--index", index, "--out", "proposed", status=2)
    assert out == "" and says in err and not Path("proposed").exists()
