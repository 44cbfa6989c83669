"""`python -m benchmarks COMMAND …`: measure, keep the raw times in a file, show what they say.

A command without the index or the sources it needs says so and ends well: nothing to measure is no failure.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results, summary
from benchmarks.machine import describe_machine
from benchmarks.peers import tables
from kb_search.errors import KbSearchError

RESULTS = Path(__file__).parent / "results"
COMMANDS = {
    "latency": "time of one search, and the model's share of it",
    "suggest": "time of suggestions at every letter typed, and after how many the right article is among them",
    "vectors": "the vector stage alone: time and recall, with filters",
    "growth": "time of one search from a thousand passages up",
    "http": "queries a second and latencies of the HTTP service under a load generator",
    "typing": "from the last key to the answer on the screen, in a real browser",
    "pages": "first paint, blocking time and size of the help center's pages in a browser",
    "update": "seconds until a changed article is found",
    "indexing": "a fresh build, one with nothing changed, one with an article touched",
    "cold-start": "time of `kb-search search` from the shell",
    "memory": "resident memory of a process that answers queries",
    "abstention": "whether answers are told from none where half of the articles is taken away",
    "robustness": "what misspelt queries and queries without diacritics lose",
    "passages": "whether the passage that answers is the one that is shown",
    "gemm": "matrix products a second: what the CPU can do",
    "peers": "kb-search beside its alternatives",
}
PREPARATIONS = {
    "debian": "a corpus of about 85,000 articles from Debian's package descriptions",
    "resample": "an index of any size from the vectors and texts of another",
    "ratio": "two versions compared, by several runs of each",
    "pictures": "the documentation's pictures of the help center",
    "chart": "a drawing of what `growth` measured",
}
"""Commands that measure nothing: they write what others measure with, and say so in a sentence."""
MODULES = {"peers": "benchmarks.peers.command", "typing": "benchmarks.as_you_type"}
"""Where a command is not in the module of its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 measured or skipped, else that of the error."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(next((word for word in arguments if word in COMMANDS | PREPARATIONS), None)).parse_args(arguments)
    missing = [f"--{name}" for name in options.needs if not getattr(options, name)]
    if missing:
        print(f"skipped: {options.command} needs {' and '.join(missing)}", file=sys.stderr)
        return 0
    machine = describe_machine()  # before the run: its load average is that of the others
    try:
        if options.command == "show":
            print("\n\n".join(_said(results.load(path)) for path in options.files))
            return 0
        measured = options.run(options)
    except KbSearchError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(measured, str):  # a preparation says what it wrote, a benchmark why it is skipped
        print(measured)
        return 0
    record = results.Record(options.command, options.label, machine, measured)
    path = results.save(record, options.results)
    print(path.read_text("utf-8") if options.json else _said(record))
    print(f"raw values: {path}", file=sys.stderr)
    return 0


def _said(record: results.Record) -> str:
    """Render a run; one of several engines is a table of its own kind."""
    return tables.report(record) if record.benchmark == "peers" else summary.describe(record)


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """Build the parser; only the chosen benchmark is imported, so that the parent of a measured process stays small."""
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure kb-search on this machine.")
    parser.set_defaults(needs=())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in (COMMANDS | PREPARATIONS).items():
        command = commands.add_parser(name, help=what)
        if name == chosen:
            module = importlib.import_module(MODULES.get(name, f"benchmarks.{name.replace('-', '_')}"))
            module.configure(command)
            command.set_defaults(run=module.run)
        if name == chosen and name in COMMANDS:
            command.add_argument("--label", default="", help="what is special about this run")
            command.add_argument("--json", action="store_true", help="the raw values, not what they say")
            command.add_argument(
                "--results", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results"
            )
    show = commands.add_parser("show", help="what files of raw times say")
    show.add_argument("files", type=Path, nargs="+", metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
