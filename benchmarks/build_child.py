"""One build in a process of its own, so that its peak memory is its own: prints `Built` as JSON. See indexing.py."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from benchmarks.indexing import Built
from benchmarks.process import peak_mb
from indexer.build import build_index
from indexer.chunking import chunk_articles
from indexer.sources import read_sources
from kb_search.config import Settings, load_settings
from kb_search.embedding.base import Embedder
from kb_search.embedding.loading import load_for_indexing


def main(arguments: Sequence[str] | None = None, load: Callable[[Settings], Embedder] = load_for_indexing) -> None:
    """Load the model, build, count; `load` makes the embedder."""
    parser = argparse.ArgumentParser("python -m benchmarks.build_child")
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--index", type=Path, required=True)
    options = parser.parse_args(arguments)
    settings = load_settings()
    fresh = not options.index.exists()
    started = time.perf_counter()
    embedder = load(settings)
    loaded = time.perf_counter()
    report = build_index(options.sources, options.index, settings, embedder)
    done = time.perf_counter()
    # Before the counting below, which reads the sources a second time.
    peak = peak_mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    texts = _texts(options.sources, settings, embedder) if fresh else []
    built = Built(
        model=embedder.spec.name,
        articles=report.articles,
        passages=report.chunks,
        embedded=report.embedded,
        texts=len(texts),
        tokens=sum(embedder.count_tokens(texts)),
        load_s=loaded - started,
        build_s=done - loaded,
        embedding_s=report.embedding_seconds,
        peak_mb=peak,
    )
    sys.stdout.buffer.write(msgspec.json.encode(built))


def _texts(sources: Sequence[Path], settings: Settings, embedder: Embedder) -> list[str]:
    """The different texts that a fresh build embeds; made again after the clock has stopped."""
    articles = read_sources(sources, settings).articles
    chunks = chunk_articles(articles, embedder.count_tokens, settings.chunking.max_tokens)
    return list(dict.fromkeys(chunk.embedding_text for listed in chunks for chunk in listed))


if __name__ == "__main__":
    main()
