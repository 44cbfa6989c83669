"""How long an index takes: a fresh build, one with nothing changed, one with an article touched.

Works on a copy of the sources in a temporary folder, each build in a process of its own (build_child.py). The clock
covers `build_index`; loading the model is timed apart.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.process import run_child
from benchmarks.results import Measured, Value
from benchmarks.sources import copy_sources, touch_one

BUILDER = (sys.executable, "-m", "benchmarks.build_child")
STEPS = ("fresh", "unchanged", "touched")


class Built(msgspec.Struct, frozen=True):
    """What build_child.py prints. `texts` counts the different passages: equal ones are embedded once."""

    model: str
    articles: int
    passages: int
    embedded: int
    texts: int
    tokens: int
    load_s: float
    build_s: float
    embedding_s: float
    peak_mb: float


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--source", type=Path, nargs="+", metavar="DIR", help="folders of articles, or BEIR folders")
    parser.add_argument("--sample", type=int, metavar="N", help="N articles, evenly spread (default: all)")
    parser.set_defaults(needs=("source",))


def run(options: argparse.Namespace) -> Measured:
    """Measure."""
    return measure(options.source, options.sample)


def measure(sources: Sequence[Path], sample: int | None, builder: Sequence[str] = BUILDER) -> Measured:
    """Copy, and build three times; `builder` is the command that builds."""
    with tempfile.TemporaryDirectory(prefix="kb-search-benchmark-") as folder:
        copies = copy_sources(sources, Path(folder), sample)
        command = [*builder, "--index", str(Path(folder) / "index"), *map(str, copies)]
        built: dict[str, Built] = {}
        for step in STEPS:
            if step == "touched":
                touch_one(copies)
            built[step] = msgspec.json.decode(run_child(command).output, type=Built)
    fresh = built["fresh"]
    facts: dict[str, Value] = {
        "model": fresh.model,
        "articles": fresh.articles,
        "passages": fresh.passages,
        "embedded_passages": fresh.texts,
        "embedded_tokens": fresh.tokens,
        "unchanged_embedded": built["unchanged"].embedded,
        "touched_embedded": built["touched"].embedded,
    }
    samples = {f"{step}_s": [one.build_s] for step, one in built.items()}
    samples |= {"embedding_s": [fresh.embedding_s], "model_load_s": [one.load_s for one in built.values()]}
    samples |= {f"{step}_peak_mb": [one.peak_mb] for step, one in built.items()}
    return Measured({"sources": len(sources), "sample": sample or "all"}, facts, samples)
