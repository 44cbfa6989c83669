"""What the commands share: options, settings, and where output goes."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from kb_search.config import Settings, load_settings
from kb_search.types import Finding


def add_index(parser: argparse.ArgumentParser) -> None:
    """Add `--index`."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="folder of the index")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: ./kb-search.toml if there)"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def settings_of(options: argparse.Namespace, **overrides: Any) -> Settings:
    """Read the settings with the flags on top; dotted keys are written with two underscores."""
    return load_settings(options.config, overrides={key.replace("__", "."): value for key, value in overrides.items()})


def progress_bar(label: str, unit: str) -> Callable[[int, int], None]:
    """Return a callback (done, total) that shows a bar with an estimate on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    from tqdm import tqdm

    bar: tqdm[Any] | None = None

    def update(done: int, total: int) -> None:
        nonlocal bar
        if bar is None and total:
            bar = tqdm(total=total, desc=label, unit=unit, file=sys.stderr)
        if bar is not None:
            bar.update(done - bar.n)
            if done >= total:
                bar.close()
                bar = None

    return update


def say(text: str = "") -> None:
    """Print one line for people, on stderr."""
    sys.stderr.write(text + "\n")


def show(text: str = "") -> None:
    """Print one line of the answer, on stdout."""
    sys.stdout.write(text + "\n")


def show_json(value: Any) -> None:
    """Print one JSON document, on stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def say_findings(findings: Iterable[Finding]) -> None:
    """Print findings file by file: place, what, remedy."""
    for finding in findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        say(f"{finding.severity} {finding.code}: {place}: {finding.message} {finding.remedy}")


@contextlib.contextmanager
def findings_said() -> Iterator[None]:
    """Where not one article could be used, say what is wrong with each file before the error itself."""
    from indexer.sources import NoArticles

    try:
        yield
    except NoArticles as error:
        say_findings(error.findings)
        raise


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether anything was left out."""
    return any(finding.severity == "error" for finding in findings)


def to_correct(findings: Iterable[Finding]) -> int:
    """Count the findings that ask for something: all but notes."""
    return sum(finding.severity != "note" for finding in findings)
