"""`kb-search golden`: a log of events and links between articles → a data set for a person to look at."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kb_search.cli.common import (
    add_config,
    add_index,
    add_json,
    findings_said,
    say,
    say_findings,
    settings_of,
    show_json,
)
from kb_search.errors import ConfigError, MissingExtra, QueryError, StorageError

if TYPE_CHECKING:
    from kb_search.evaluation.events import Event
    from kb_search.evaluation.golden import Card, Proposals
    from kb_search.types import Reference

SHOWN = 20
"""Bad lines that are shown one by one; more are counted."""


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument("events", nargs="?", type=Path, metavar="EVENTS", help="log of events, one JSON object a line")
    add_index(parser)
    add_config(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write the data set")
    parser.add_argument("--view", default="public", metavar="V", help="whose articles count (default public)")
    parser.add_argument(
        "--at-least", type=int, default=3, metavar="N", help="sessions, or events without one (default 3)"
    )
    parser.add_argument(
        "--share", type=float, default=0.2, metavar="S", help="least share of them for an article (default 0.2)"
    )
    parser.add_argument(
        "--links",
        type=Path,
        nargs="+",
        default=[],
        metavar="SOURCE",
        help="articles whose links to each other are proposed too",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Propose, write, and say what was left out; 1 when a line of the log could not be read."""
    from kb_search.evaluation.dataset import QUERIES
    from kb_search.evaluation.golden import propose

    _check(options)
    if (options.out / QUERIES).exists():
        raise ConfigError(
            f"{options.out / QUERIES} exists, and somebody may have worked on it. Choose another folder with --out."
        )
    log = _Log(options.events)
    references = _references(options)
    proposals = propose(
        log.events() if options.events else (),
        _cards(options),
        references,
        at_least=options.at_least,
        share=options.share,
    )
    log.say_rest()
    if proposals.proposals:
        _write(options.out, proposals)
    if options.json:
        _show_json(options, log, proposals)
    else:
        _say(options, log, proposals)
    return int(log.bad > 0)


def _check(options: argparse.Namespace) -> None:
    if options.events is None and not options.links:
        raise QueryError("There is nothing to propose from. Give a log of EVENTS, or articles with --links, or both.")
    if options.at_least < 1:
        raise QueryError(f"--at-least is {options.at_least}. Give 1 or more.")
    if not 0 <= options.share <= 1:
        raise QueryError(f"--share is {options.share}. Give a number from 0 to 1.")


@dataclass(slots=True)
class _Log:
    """A log while it is read: one line at a time, since it may be large."""

    path: Path | None
    used: int = 0
    other: int = 0
    bad: int = 0
    problems: list[str] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        """Give the events, say what is wrong with a line that is none, and go on. Raises ConfigError."""
        from kb_search.evaluation.events import BadEvent, parse_event

        assert self.path is not None
        try:
            with self.path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if not line.strip():
                        continue
                    try:
                        event = parse_event(line)
                    except BadEvent as error:
                        self._say_bad(number, str(error))
                        continue
                    self.used += event is not None
                    self.other += event is None
                    if event is not None:
                        yield event
        except OSError as error:
            raise ConfigError(f"The log {self.path} cannot be read ({error.strerror}). Check its name.") from error

    def _say_bad(self, number: int, reason: str) -> None:
        self.bad += 1
        if self.bad <= SHOWN:
            self.problems.append(f"{self.path}, line {number}: {reason}. The line is left out.")
            say(self.problems[-1])

    def say_rest(self) -> None:
        """Count the bad lines that were not shown."""
        if self.bad > SHOWN:
            say(f"{self.path}: {self.bad - SHOWN} more lines are left out.")


def _cards(options: argparse.Namespace) -> dict[str, Card]:
    """Title, locale and family of every article of the view; no model is loaded."""
    from kb_search.evaluation.golden import Card
    from kb_search.snapshot import open_snapshot

    snapshot = open_snapshot(options.index)
    try:
        view = snapshot.view(options.view)
        records = snapshot.store.records(view.articles)
        return {one.id: Card(one.title, one.locale, int(view.families.of[row])) for row, one in records.items()}
    finally:
        snapshot.close()


def _references(options: argparse.Namespace) -> list[Reference]:
    if not options.links:
        return []
    try:
        from indexer.references import references
        from indexer.sources import read_sources
    except ModuleNotFoundError as error:  # markdown-it-py, PyYAML …
        raise MissingExtra("kb-search golden --links", "index") from error

    with findings_said():
        read = read_sources(options.links, settings_of(options))
    say_findings(finding for finding in read.findings if finding.severity == "error")
    return list(references(read))


def _write(folder: Path, proposals: Proposals) -> None:
    from kb_search.evaluation.dataset import QRELS, QUERIES
    from kb_search.evaluation.golden import qrels_lines

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / QRELS[0]).open("w", encoding="utf-8", newline="\n") as qrels:
            qrels.writelines(qrels_lines(proposals.proposals))
        with (folder / QUERIES).open("wb") as queries:
            queries.writelines(msgspec.json.encode(one.as_line()) + b"\n" for one in proposals.proposals)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written ({error.strerror}). Choose another folder with --out."
        ) from error


def _show_json(options: argparse.Namespace, log: _Log, proposals: Proposals) -> None:
    written = proposals.proposals
    show_json(
        {
            "out": str(options.out) if written else None,
            "queries": len(written),
            "judgments": sum(len(one.grades) for one in written),
            "kinds": _kinds(proposals),
            "events": {"used": log.used, "other": log.other, "bad": log.bad, "problems": log.problems},
            "left_out": {
                "too_few": proposals.too_few,
                "undecided": proposals.undecided,
                "not_shown": proposals.not_shown,
                "not_in_view": asdict(proposals.not_in_view),
            },
        }
    )


def _say(options: argparse.Namespace, log: _Log, proposals: Proposals) -> None:
    if log.other:
        say(f"{log.other} events of other types are not used.")
    if proposals.not_shown:
        say(f"{proposals.not_shown} events are left out: their search did not show the article.")
    gone = proposals.not_in_view
    if gone.count:
        more = " …" if gone.count > len(gone.examples) else ""
        say(f"{gone.count} articles are not in view {options.view} (any more): {', '.join(gone.examples)}{more}")
    if proposals.too_few:
        say(f"{proposals.too_few} questions are left out: fewer than {options.at_least} sessions.")
    if proposals.undecided:
        say(f"{proposals.undecided} questions are left out: no article has a share of {options.share:g}.")
    if not proposals.proposals:
        say("No question is proposed, and nothing was written.")
        return
    kinds = ", ".join(f"{kind} {count}" for kind, count in _kinds(proposals).items())
    say(f"{len(proposals.proposals)} questions are proposed in {options.out} ({kinds}).")
    say("Look at each before you rely on it: what was shown first is clicked most, whether it answers or not.")


def _kinds(proposals: Proposals) -> dict[str, int]:
    """Count the questions by their strongest evidence, in alphabetical order."""
    return dict(sorted(Counter(one.kind for one in proposals.proposals).items()))
