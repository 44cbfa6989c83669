"""Does the search know when it has no answer? Half of the articles are taken away, and every query is asked.

Each seed takes away another half, builds an index of the rest with the settings as they are, and asks as a reader would
(see kb_search.evaluation.abstention). A query is answerable while an article of the grade that answers is left, and
unanswerable when no relevant one is, or when the data set says so.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.halves import asked, choose_half, copy_kept, threads, topics
from benchmarks.results import Measured, Value
from indexer.build import build_index
from indexer.sources import SourceRead, read_sources
from indexer.visibility import visible
from kb_search.config import Settings, View, load_settings
from kb_search.embedding.base import Embedder
from kb_search.embedding.loading import load_for_indexing
from kb_search.errors import UnknownView
from kb_search.evaluation.dataset import Query, read_dataset
from kb_search.evaluation.precomputed import PrecomputedQueries
from kb_search.evaluation.protocol import ask_openly
from kb_search.index_format import IndexLayout
from kb_search.searcher import Searcher, open_searcher
from kb_search.types import Mode

Load = Callable[[Settings], Embedder]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="folder with queries.jsonl and qrels.tsv")
    parser.add_argument("--source", type=Path, metavar="DIR", help="its articles (default: the same folder)")
    parser.add_argument("--by", choices=("thread", "topic"), default="thread", help="what is taken away as a whole")
    parser.add_argument("--grade", type=int, default=1, metavar="N", help="lowest grade that answers (default 1)")
    parser.add_argument("--split", metavar="NAME", help="only the queries of one split, such as dev or test")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="halves taken away, one after the other")
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.add_argument("--view", default="public", help="also the audience of articles that name none")
    parser.add_argument("--embeddings", type=Path, metavar="FILE", help="embeddings.sqlite of an index of all articles")
    parser.set_defaults(needs=("dataset",))


def run(options: argparse.Namespace) -> Measured:
    """Measure."""
    return measure(options)


def measure(options: argparse.Namespace, load: Load = load_for_indexing) -> Measured:
    """Build, ask and note the best score of every query; `load` makes the embedder. Raises KbSearchError."""
    settings = load_settings()
    view = _view(settings, options.view)
    settings = load_settings(overrides={"sources.default_audience": view.audiences[0]})
    dataset = read_dataset(options.dataset, split=options.split)
    source = options.source or options.dataset
    read = read_sources([source], settings)
    ids = [article.id for article in read.articles]
    shown = {article.id for article in read.articles if visible(article, view)}
    groups = topics(read.articles) if options.by == "topic" else threads(ids, dataset.grades)
    embedder = PrecomputedQueries(load(settings), [query.text for query in dataset.queries])
    samples: dict[str, list[float]] = {}
    left_out = 0
    for seed in range(options.seeds):
        kept = choose_half(groups, seed)
        queries = asked(dataset, kept & shown, options.grade)
        left_out += queries.left_out
        with tempfile.TemporaryDirectory(prefix="kb-search-benchmark-") as folder:
            index = build_half(source, read, kept, settings, embedder, options.embeddings, Path(folder))
            with open_searcher(index, settings=settings, embedder=embedder) as searcher:
                for name, some in (("answerable", queries.answerable), ("unanswerable", queries.unanswerable)):
                    samples[f"{name}_{seed}"] = best_scores(searcher, some, options.mode, options.view)
    arguments: dict[str, Value] = {"by": options.by, "grade": options.grade, "seeds": options.seeds}
    arguments |= {"mode": options.mode, "view": options.view, "split": options.split or "all"}
    facts: dict[str, Value] = {"dataset": dataset.name, "articles": len(ids), f"{options.by}s": len(groups)}
    facts |= {"queries": len(dataset.queries), "left_out_of_all_seeds": left_out, "model": embedder.spec.name}
    return Measured(arguments, facts, samples)


def _view(settings: Settings, name: str) -> View:
    try:
        return settings.views[name]
    except KeyError:
        raise UnknownView(f"There is no view {name!r}. Choose from {', '.join(sorted(settings.views))}.") from None


def build_half(
    source: Path,
    read: SourceRead,
    kept: set[str],
    settings: Settings,
    embedder: Embedder,
    embeddings: Path | None,
    folder: Path,
) -> Path:
    """Copy and index the articles that stay, below `folder`; return the index."""
    copy_kept(source, read, kept, folder / "source")
    index = folder / "index"
    index.mkdir()
    if embeddings is not None:
        shutil.copyfile(embeddings, IndexLayout(index).cache)
    build_index([folder / "source"], index, settings, embedder)
    return index


def best_scores(searcher: Searcher, queries: Sequence[Query], mode: Mode, view: str) -> list[float]:
    """Ask, and give the best score of each answer: 0 without a hit."""
    return [ask_openly(searcher, query, mode, view)[0] for query in queries]
