"""`kb-search …`: arguments in, exit status out. Machine-readable output on stdout, everything else on stderr.

Exit status: 0 ok, 1 findings or a gate that failed, 2 usage. Each command is a module of its own, imported when it
is called, so that `search` starts without what indexing needs.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence

from kb_search.errors import KbSearchError

COMMANDS = {
    "index": ("indexing", "make an index from folders of Markdown articles, or bring it up to date"),
    "search": ("searching", "ask an index"),
    "serve": ("serving", "answer queries over HTTP"),
    "keys": ("keys", "make, list and revoke keys"),
    "events": ("exporting", "print what was searched and what followed"),
    "eval": ("evaluating", "measure an index against judged queries"),
    "golden": ("proposing", "propose judged queries from what people clicked and linked"),
    "lint": ("linting", "check articles without indexing them"),
    "status": ("maintenance", "say what an index holds"),
    "verify": ("maintenance", "check every file of every generation of an index"),
    "rollback": ("maintenance", "go back to an earlier generation"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a letter gets its number, not a traceback
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        options = _parser(next((word for word in arguments if word in COMMANDS), None)).parse_args(arguments)
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except KbSearchError as error:
        sys.stderr.write(f"kb-search: {error}\n")
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        # What is still in the buffer goes nowhere, instead of failing again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("kb-search: interrupted\n")
        return 130


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """Build the parser; only the chosen command's module is imported."""
    parser = argparse.ArgumentParser("kb-search", description="Semantic knowledge search for support teams.")
    from importlib.metadata import version

    parser.add_argument("--version", action="version", version=f"kb-search {version('kb-search')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            importlib.import_module(f"kb_search.cli.{module}").configure(command, name)
    return parser


if __name__ == "__main__":
    sys.exit(main())
