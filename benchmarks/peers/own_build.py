"""kb-search's own way from sources to an index, in a process of its own: from nothing, or with all vectors cached."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.indexing import BUILDER, Built
from benchmarks.process import run_child
from benchmarks.sources import copy_sources
from kb_search.index_format import IndexLayout


def build_cached(sources: Sequence[Path], index: Path, folder: Path, builder: Sequence[str] = BUILDER) -> Built | None:
    """Build an index of the same sources anew, with a copy of the index's cache of vectors; None if there is none.

    Nothing is embedded then, as with the peers; but articles are read and cut, which the peers are spared.
    """
    cache = IndexLayout(index).cache
    if not cache.is_file():
        return None
    fresh = IndexLayout(folder / "cached")
    fresh.root.mkdir(parents=True)
    shutil.copyfile(cache, fresh.cache)
    return _build(sources, fresh.root, builder)


def build_sample(
    sources: Sequence[Path], passages: int, per_article: float, folder: Path, builder: Sequence[str] = BUILDER
) -> Built:
    """Build an index of about so many passages from an empty cache, of articles evenly spread."""
    copies = copy_sources(sources, folder / "sample", max(1, round(passages / per_article)))
    return _build(copies, folder / "fresh", builder)


def _build(sources: Sequence[Path], index: Path, builder: Sequence[str]) -> Built:
    output = run_child([*builder, "--index", str(index), *map(str, sources)]).output
    return msgspec.json.decode(output, type=Built)
