"""Help, wrong command lines, errors and pipes: what goes to stdout, what to stderr, and the exit status."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kb_search.cli import COMMANDS
from tests.cli.conftest import Cli
from tests.fakes import article, write

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command(cli: Cli) -> None:
    status, out, _ = cli.usage(*["--help"])
    assert status == 0
    for command in COMMANDS:
        assert re.search(rf"^ +{command} ", out, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, cli: Cli) -> None:
    status, out, _ = cli.usage(*[command, "--help"])
    assert (status, out.startswith(f"usage: kb-search {command}")) == (0, True)


def test_version(cli: Cli) -> None:
    status, out, _ = cli.usage(*["--version"])
    assert status == 0 and re.fullmatch(r"kb-search \d+\.\d+\.\d+\S*\n", out)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["serach"],
        ["search"],
        ["search", "parcel"],
        ["search", "--index", "kb"],
        ["search", "parcel", "--index", "kb", "--mode", "magic"],
        ["search", "parcel", "--index", "kb", "-n", "many"],
        ["index", "--index", "kb"],
        ["index", "articles"],
        ["rollback"],
        ["status", "--index", "kb", "--unknown"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_2_and_shows_the_usage(arguments: list[str], cli: Cli) -> None:
    status, out, err = cli.usage(*arguments)
    assert (status, out, "usage: kb-search" in err) == (2, "", True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["search", "parcel", "--index", "nowhere"], "nowhere holds no index"),
        (["status", "--index", "nowhere"], "Create one: kb-search index SOURCE --index nowhere"),
        (["verify", "--index", "nowhere"], "holds no index"),
        (["rollback", "--index", "nowhere"], "holds no generation"),
        (["search", "parcel", "--index", "nowhere", "--config", "none.toml"], "none.toml cannot be read"),
        (["search", "parcel", "--index", "nowhere", "--filter", "tags"], "--filter 'tags' has no value"),
    ],
)
def test_an_error_is_one_sentence_without_a_traceback(arguments: list[str], says: str, cli: Cli) -> None:
    out, err = cli(*arguments, status=2)
    assert out == "" and says in err
    assert err.startswith("kb-search: ") and err.count("\n") == 1
    assert not Path("nowhere").exists()


def test_a_command_whose_extra_is_missing_names_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "indexer.build", None)
    monkeypatch.delitem(sys.modules, "kb_search.cli.indexing", raising=False)
    _, err = cli("index", "articles", "--index", "kb", status=2)
    assert "pip install 'kb-search[index]'" in err


def test_a_command_that_is_interrupted_ends_with_130(index: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kb_search.searcher.open_searcher", interrupt)
    _, err = cli("search", "parcel", "--index", index, status=130)
    assert err == "kb-search: interrupted\n"


# ── Pipes ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pipe_gets_the_report_and_no_progress_bar(source: Path) -> None:
    command = [sys.executable, "-m", "tests.cli.fake", "index", str(source.resolve()), "--index"]
    done = subprocess.run([*command, str(Path("kb").resolve())], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout == b""
    assert b"\r" not in done.stderr and b"%" not in done.stderr
    assert done.stderr.decode().splitlines()[0].startswith("Generation 000001 published")


def test_a_reader_that_leaves_early_is_no_error(index: str) -> None:
    program = "from tests.cli.fake import run; import sys; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "search", "parcel", "--index", str(Path(index).resolve())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_without_a_letter_gets_its_number(index: str, source: Path, cli: Cli) -> None:
    write(source, {"ek.md": article("İade süresi", "Beş gün sürer.", locale="tr")})
    cli("index", str(source), "--index", index)
    command = [
        sys.executable,
        "-m",
        "tests.cli.fake",
        "search",
        "iade",
        "--index",
        str(Path(index).resolve()),
        "-n",
        "1",
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=True, env=environment)
    assert b"1. \\u0130ade s\\xfcresi  [tr]" in done.stdout
