"""`kb-search index`: build, dry run, watch; progress and report for people on stderr, JSON on stdout."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kb_search.cli.common import (
    add_config,
    add_json,
    findings_said,
    has_errors,
    progress_bar,
    say,
    say_findings,
    settings_of,
    show_json,
)
from kb_search.config import Settings
from kb_search.errors import KbSearchError, MissingExtra

try:
    from indexer.build import build_index, plan_build
    from indexer.report import BuildReport, DryRun
except ModuleNotFoundError as error:  # markdown-it-py, PyYAML …
    raise MissingExtra("kb-search index", "index") from error


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folder of articles, file, or BEIR folder"
    )
    parser.add_argument(
        "--index", type=Path, required=True, metavar="DIR", help="folder of the index (made if missing)"
    )
    parser.add_argument(
        "--default-audience", metavar="A", help="audience of articles that name none (default: internal)"
    )
    parser.add_argument("--full", action="store_true", help="embed and build everything again")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and what it would cost")
    parser.add_argument("--watch", action="store_true", help="go on, and index again whenever a source changes")
    add_json(parser)
    add_config(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Index; 1 when anything was left out."""
    from kb_search.embedding.loading import load_for_indexing

    settings = settings_of(options, sources__default_audience=options.default_audience)
    embedder = load_for_indexing(settings)
    progress = progress_bar("embedding", "passage")
    with findings_said():
        if options.dry_run:
            plan = plan_build(options.sources, options.index, settings, embedder, full=options.full)
            _report_plan(plan, options.json)
            return int(has_errors(plan.findings))
        report = build_index(options.sources, options.index, settings, embedder, full=options.full, progress=progress)
    _report(report, options.json)
    if options.watch:
        _watch(options, settings, embedder)
    return int(has_errors(report.findings))


def _watch(options: argparse.Namespace, settings: Settings, embedder: Any) -> None:
    from watchfiles import watch

    say("Watching the sources; stop with Ctrl-C.")
    sources = [source.resolve() for source in options.sources]
    with _interrupts_noted() as stop, contextlib.suppress(KeyboardInterrupt):
        # A second of quiet first: an editor's save, or a checkout, is many changes.
        changes_of_a_second = watch(
            *{source if source.is_dir() else source.parent for source in sources},  # a saved file is often another file
            watch_filter=_of_sources(sources, options.index.resolve()),
            debounce=1_000,
            step=200,
            rust_timeout=1_000,
            yield_on_timeout=True,
            raise_interrupt=True,
            stop_event=stop,
        )
        first = True
        for changes in changes_of_a_second:
            if changes or first:  # first: what changed while the first build ran
                _build_again(options, settings, embedder, quiet=not changes)
                first = False
    say("Stopped watching.")


@contextlib.contextmanager
def _interrupts_noted() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets, besides raising: raised while Python frees an object, it would be lost."""
    noted = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        noted.set()
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # in the background of a shell, Ctrl-C is for somebody else
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _of_sources(sources: Sequence[Path], index: Path) -> Callable[[Any, str], bool]:
    """Choose the changes that count: those of the sources, but not those of the index, which may be inside."""
    from watchfiles import DefaultFilter

    from indexer.picture_kinds import SUFFIXES

    is_wanted = DefaultFilter(ignore_paths=[f"{index}/"])
    beside = [source.parent for source in sources if not source.is_dir()]  # an article shows what lies beside it

    def counts(change: Any, path: str) -> bool:
        file = Path(path)
        roots = [*sources, *beside] if file.suffix.lower() in SUFFIXES else sources
        return is_wanted(change, path) and any(file.is_relative_to(root) for root in roots)

    return counts


def _build_again(options: argparse.Namespace, settings: Settings, embedder: Any, quiet: bool) -> None:
    progress = progress_bar("embedding", "passage")
    try:
        with findings_said():
            report = build_index(options.sources, options.index, settings, embedder, progress=progress)
    except KbSearchError as error:
        say(f"kb-search: {error}")
    else:
        if report.published or not quiet:
            _report(report, options.json)


def _report(report: BuildReport, as_json: bool) -> None:
    say_findings(report.findings)
    if as_json:
        show_json(report)
        return
    state = "published" if report.published else "is up to date"
    say(
        f"Generation {report.generation} {state}: {report.articles} articles, {report.chunks} passages "
        f"from {report.files} files."
    )
    say(f"{report.reused} reused, {report.embedded} embedded; {report.seconds:.1f} s in all{_rate(report)}.")
    for view, locales in report.views.items():
        listed = ", ".join(f"{locale} {count}" for locale, count in locales.items()) or "none"
        fewer = f", {report.fewer[view]} FEWER than before" if view in report.fewer else ""
        say(f"  view {view}: {sum(locales.values())} articles ({listed}){fewer}")
    for audience, count in report.audiences.items():
        say(f"  audience {audience}: {count} articles")
    if report.synonyms or report.pins:
        say(f"  curation: synonyms {report.synonyms}, pins {report.pins}")
    if report.findings:
        counts = Counter(finding.severity for finding in report.findings)
        notes = f", {counts['note']} notes" if counts["note"] else ""
        say(f"{counts['error']} left out, {counts['warning']} warnings{notes}; see above.")


def _rate(report: BuildReport) -> str:
    if not report.embedded or report.embedding_seconds <= 0:
        return ""
    return f", {report.embedded / report.embedding_seconds:.0f} passages/s"


def _report_plan(plan: DryRun, as_json: bool) -> None:
    say_findings(plan.findings)
    if as_json:
        show_json(msgspec.to_builtins(plan))
        return
    say(f"Would index {plan.articles} articles as {plan.chunks} passages from {plan.files} files.")
    say(
        f"{plan.reused} would be reused; {plan.to_embed} ({plan.tokens_to_embed} tokens) embedded in about "
        f"{plan.estimated_seconds:.0f} s on this machine."
    )
