"""Makes an index of any size from the vectors and texts of another, without a model (resampling.py says what of).

It is a real index: written by the indexer's own writers, published, opened by `open_searcher`. One view only.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.resampling import Base, make, read_base
from indexer.build_cache import BuildCache
from indexer.generation import Made, write_generation
from indexer.known_words import KnownWords
from indexer.publish import building, publish, writer_lock
from indexer.views import Parts
from kb_search.config import load_settings
from kb_search.embedding.base import ModelSpec
from kb_search.errors import ConfigError, KbSearchError
from kb_search.index_format import IndexLayout
from kb_search.snapshot import open_snapshot
from kb_search.stages import Stages
from kb_search.stores.matrix import open_matrix


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="the index that vectors and texts come from")
    parser.add_argument("--chunks", type=int, metavar="N", help="passages of the new index, or a few more")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a folder that is empty or not there yet")
    parser.add_argument("--view", default="public", help="the one view that the new index has")
    parser.set_defaults(needs=("index", "chunks", "out"))


def run(options: argparse.Namespace) -> str:
    """Make the index; say in a sentence what it is. Raises KbSearchError."""
    started = time.perf_counter()
    with base_of(options.index, options.view) as (base, model):
        articles, passages = build_resampled(base, model, options.chunks, options.out, options.view)
    seconds = time.perf_counter() - started
    return f"{passages:,} passages of {articles:,} articles are in {options.out}, written in {seconds:.0f} s."


@contextlib.contextmanager
def base_of(index: Path, view: str) -> Iterator[tuple[Base, ModelSpec]]:
    """Open an index to take its articles from; the texts are read at once, the vectors stay mapped."""
    with contextlib.closing(open_snapshot(index)) as snapshot:
        manifest = snapshot.manifest
        layout = IndexLayout(index).generation(manifest.generation)
        names = open_matrix(layout.names, manifest.model.dimension, manifest.names)
        yield read_base(snapshot, names, view), manifest.model


def build_resampled(base: Base, model: ModelSpec, chunks: int, out: Path, view: str) -> tuple[int, int]:
    """Write and publish an index of so many chunks; return the numbers of its articles and chunks."""
    if out.exists() and any(out.iterdir()):
        raise ConfigError(f"{out} is not empty. Give a folder that is empty or not there yet.")
    settings = load_settings()
    if view not in settings.views:
        raise ConfigError(f"There is no view {view!r}. Choose from {', '.join(sorted(settings.views))}.")
    settings = msgspec.structs.replace(settings, views={view: settings.views[view]})
    layout, watch = IndexLayout(out), Stages()
    out.mkdir(parents=True, exist_ok=True)
    with writer_lock(layout), contextlib.closing(BuildCache(layout.build_cache)) as cache:
        read, prepared, plans = make(base, chunks)
        made = Made(read, prepared, plans, KnownWords(cache, None))
        with building(layout) as (name, target):
            parts = Parts({}, watch)
            manifest = write_generation(
                target, name, read.digest, settings, _NoModel(model), made, parts, watch, None, None
            )
            publish(layout, target, manifest)
    return manifest.articles, manifest.chunks


class _NoModel:
    """Stands for a model whose vectors are known; asked for others, it refuses."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise KbSearchError(f"{len(texts)} texts have no vector: this index is made of vectors that are known.")

    embed_passages = embed_queries

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        raise KbSearchError(f"{len(texts)} texts cannot be counted: this index is made without its model.")
