"""How long until a changed article is found: from the start of the build to the answer of a service that was running.

Works on copies of the sources and of their index. Each time one article gets a sentence with a word of its own; the
clock covers `build_index` with the model loaded, the opening of the new generation beside the old one, as the service
does it when it notices (`service.reload_seconds` come on top), and the first search, which must find the word.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.results import Measured, Value
from benchmarks.sources import copy_sources, touch_one
from indexer.build import build_index
from kb_search.config import Settings, load_settings
from kb_search.embedding.base import Embedder
from kb_search.embedding.loading import load_for_indexing
from kb_search.errors import KbSearchError
from kb_search.service.holder import SearcherHolder

Load = Callable[[Settings], Embedder]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--source", type=Path, nargs="+", metavar="DIR", help="folders of articles, or BEIR folders")
    parser.add_argument("--index", type=Path, metavar="DIR", help="their index (default: one is built, untimed)")
    parser.add_argument("--runs", type=int, default=5, help="changes, one after the other (default 5)")
    parser.add_argument("--view", default="public", help="the view in which the changed article is looked for")
    parser.set_defaults(needs=("source",))


def run(options: argparse.Namespace) -> Measured:
    """Measure."""
    return measure(options)


def measure(options: argparse.Namespace, load: Load = load_for_indexing) -> Measured:
    """Copy, build once untimed, then change and build; `load` makes the embedder. Raises KbSearchError."""
    settings = load_settings()
    embedder = load(settings)
    samples: dict[str, list[float]] = {"build_s": [], "open_s": [], "first_search_s": [], "searchable_s": []}
    with tempfile.TemporaryDirectory(prefix="kb-search-benchmark-") as folder:
        copies = copy_sources(options.source, Path(folder) / "sources", None)
        index = Path(folder) / "index"
        if options.index is not None:
            shutil.copytree(options.index, index)
        # The copies are other files than those the index was made of: a build after which nothing has changed.
        report = build_index(copies, index, settings, embedder)
        first_embedded = report.embedded
        searchers = SearcherHolder(index, settings, embedder)
        try:
            searchers.open()
            for number in range(options.runs):
                word = f"zyx{number:04d}wvu"
                touch_one(copies, f"The word is {word}.")
                started = time.perf_counter()
                report = build_index(copies, index, settings, embedder)
                built = time.perf_counter()
                if not searchers.refresh():
                    raise KbSearchError("The new generation was not opened; the reason is in the log.")
                opened = time.perf_counter()
                _expect(searchers, word, options.view)
                found = time.perf_counter()
                for name, seconds in zip(
                    samples, (built - started, opened - built, found - opened, found - started), strict=True
                ):
                    samples[name].append(seconds)
        finally:
            searchers.close()
    facts: dict[str, Value] = {"articles": report.articles, "passages": report.chunks, "model": embedder.spec.name}
    facts |= {"embedded_at_first": first_embedded, "embedded_at_last": report.embedded}
    return Measured({"runs": options.runs, "view": options.view}, facts, samples)


def _expect(searchers: SearcherHolder, word: str, view: str) -> None:
    with searchers.lease() as searcher:
        answer = searcher.search(word, view=view, limit=1)
    if not answer.hits or word not in answer.hits[0].passage.text:
        raise KbSearchError(f"The changed article was not found by {word!r} in the view {view!r}. Choose its --view.")
