"""`python -m benchmarks peers EXPERIMENT …`: kb-search and its alternatives, one after the other, each in a process.

A peer that cannot be installed, crashes or takes too long is reported as such; the others go on.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe_index
from benchmarks.peers import own_build
from benchmarks.peers.catalogue import OURS, REQUIREMENTS, Peer, chosen
from benchmarks.peers.children import Outcome, run_peer
from benchmarks.peers.environments import python_of
from benchmarks.peers.material import Material, gather
from benchmarks.peers.measures import by_article, exact_neighbours, ndcg, neighbour_recall, relevant_recall
from benchmarks.peers.protocol import Job
from benchmarks.results import Measured, Value
from kb_search.config import load_settings
from kb_search.embedding.packaged import model_folder
from kb_search.errors import ConfigError, KbSearchError
from kb_search.searcher import open_searcher

RETRIEVAL, END_TO_END, SERVER = "retrieval", "end-to-end", "server"
EXPERIMENTS = {
    RETRIEVAL: "the search alone: vectors of passages and queries are given",
    END_TO_END: "from the text of a query to the ids of articles",
    SERVER: "many clients of one HTTP server",
}
SHALLOW, DEEP = 10, 100
PASSAGES_FOR_ARTICLES = 30
"""So many passages are asked of a peer where 10 articles are wanted: several passages may be of one article."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("experiment", choices=EXPERIMENTS, help="; ".join(f"{k}: {v}" for k, v in EXPERIMENTS.items()))
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index: passages and vectors for all")
    parser.add_argument("--environments", type=Path, metavar="DIR", help="where the peers are (or get) installed")
    parser.add_argument("--peers", default="", metavar="A,B", help="only these, such as kb-search,lancedb")
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="judged queries: queries.jsonl and qrels")
    parser.add_argument(
        "--queries", type=Path, metavar="FILE", help="queries.jsonl without judgments (default: titles)"
    )
    parser.add_argument(
        "--source", type=Path, nargs="+", metavar="DIR", help="what the index was made of: times builds"
    )
    parser.add_argument("--n", type=int, default=300, help="queries that are timed (default 300)")
    parser.add_argument("--warm-up", type=int, default=30, help="queries before them (default 30)")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="of one loop (default 60)")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="S", help="of one peer in all (default 600)")
    parser.add_argument(
        "--ingest", type=int, default=500, help="end-to-end: passages taken in from texts (default 500)"
    )
    parser.add_argument("--clients", type=int, default=8, help="server: clients at the same time (default 8)")
    parser.add_argument("--seconds", type=float, default=10.0, help="server: how long they ask (default 10)")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index", "environments"))


def run(options: argparse.Namespace) -> Measured:
    """Gather what all get, then ask each peer."""
    if options.experiment == END_TO_END and not options.dataset:
        raise ConfigError("end-to-end needs judged queries. Name their folder with --dataset.")
    peers = [peer for peer in chosen(options.peers) if _takes_part(peer, options.experiment)]
    with open_searcher(options.index) as searcher:
        material = gather(searcher, options.view, options.n, options.dataset, options.queries)
    return measure(peers, material, options)


def _takes_part(peer: Peer, experiment: str) -> bool:
    if experiment == SERVER:
        return bool(peer.server)
    return experiment == RETRIEVAL or not peer.retrieval_only


def measure(peers: list[Peer], material: Material, options: argparse.Namespace) -> Measured:
    """Ask each peer and score what it answers. A name in the result is "<peer> | <setting> | <series>"."""
    arguments: dict[str, Value] = {
        "experiment": options.experiment,
        "queries": len(material.queries),
        "judged": len(material.grades),
        "time_limit_s": options.time_limit,
    }
    if options.experiment == SERVER:
        arguments |= {"clients": options.clients, "seconds": options.seconds}
    facts: dict[str, Value] = dict(describe_index(options.index, options.view))
    samples: dict[str, list[float]] = {}
    exact = exact_neighbours(material.query_vectors[: len(material.queries)], material.vectors, DEEP)[1]
    with tempfile.TemporaryDirectory(prefix="kb-search-peers-") as folder:
        per_article = len(material.texts) / len(np.unique(material.article))
        job = _job(options, material.write(Path(folder) / "material"), Path(folder) / "work", bool(material.grades))
        for peer in peers:
            print(f"{peer.name} …", file=sys.stderr, flush=True)
            outcome = _ask(peer, job, options, Path(folder), per_article)
            facts |= {f"{peer.name} | {name}": value for name, value in outcome.facts.items()}
            if outcome.failure:
                facts[f"{peer.name} | failure"] = without_folders(outcome.failure)
                print(f"{peer.name}: {outcome.failure}", file=sys.stderr)
            for name, values in (outcome.samples | score(outcome, material, exact)).items():
                setting, _, series = name.partition(": ")
                samples[f"{peer.name} | {setting} | {series}"] = values
    return Measured(arguments, facts, samples)


def without_folders(text: str) -> str:
    """Cut absolute paths down to the name of the file: results are published."""
    return re.sub(r"(?<![\w.])/(?:[^\s/'\":]+/)+", "…/", text)


def score(outcome: Outcome, material: Material, exact: NDArray[np.float32]) -> dict[str, list[float]]:
    """Turn answers into one figure a query: recall of the exact neighbours; nDCG@10 and recall@10 of judged ones.

    `exact` are the similarities of the nearest passages, of shape (queries, DEEP), best first.
    """
    scored: dict[str, list[float]] = {}
    of_articles = outcome.facts.get("unit") == "article"
    for name, answers in outcome.answers.items():
        setting, _, series = name.partition(": ")
        if k := {"dense": SHALLOW, "dense deep": DEEP}.get(series):
            scored[f"{setting}: recall_at_{k}"] = [
                neighbour_recall(rows, material.query_vectors[number], material.vectors, exact[number], k)
                for number, rows in enumerate(answers)
            ]
        if series in ("judged", "whole"):
            found = [rows[:10] if of_articles else by_article(rows, material.article, 10) for rows in answers]
            pairs = [(rows, material.grades[number]) for number, rows in enumerate(found) if number in material.grades]
            scored[f"{setting}: ndcg_at_10"] = [ndcg(rows, grades) for rows, grades in pairs]
            scored[f"{setting}: judged_recall_at_10"] = [relevant_recall(rows, grades) for rows, grades in pairs]
    return scored


def _job(options: argparse.Namespace, material: Path, work: Path, judged: bool) -> Job:
    whole = options.experiment == END_TO_END
    return Job(
        material=str(material.absolute()),
        work=str(work.absolute()),
        settings=[],
        model=str(model_folder(load_settings().cache)) if options.experiment != RETRIEVAL else None,
        index=str(options.index.absolute()),
        view=options.view,
        shallow=SHALLOW,
        deep=DEEP,
        limit=PASSAGES_FOR_ARTICLES if whole else SHALLOW,
        judged_limit=PASSAGES_FOR_ARTICLES if judged else 0,
        warm_up=options.warm_up,
        time_limit_s=options.time_limit,
        ingest=options.ingest if whole else 0,
        clients=options.clients if options.experiment == SERVER else 0,
        seconds=options.seconds,
    )


def _ask(peer: Peer, job: Job, options: argparse.Namespace, folder: Path, per_article: float) -> Outcome:
    """Install, build and ask one peer. What goes wrong on the way is in the outcome."""
    module = peer.server if options.experiment == SERVER else peer.module
    # End to end, only the setting that finds the neighbours.
    settings = list(peer.settings) if options.experiment == RETRIEVAL else [peer.settings[-1]]
    try:
        python = python_of(peer.environment, REQUIREMENTS, options.environments)
        facts = _own_build(options, job, folder, per_article) if peer.name == OURS else {}
    except KbSearchError as error:
        return Outcome({}, {}, {}, str(error))
    outcome = run_peer(python, module, dataclasses.replace(job, settings=settings), options.timeout)
    return dataclasses.replace(outcome, facts=facts | outcome.facts)


def _own_build(options: argparse.Namespace, job: Job, folder: Path, per_article: float) -> dict[str, Value]:
    """Build as `kb-search index` does, where the sources are at hand: the index that is asked was built before."""
    if not options.source or options.experiment == SERVER:
        return {}
    if job.ingest:
        built = own_build.build_sample(options.source, job.ingest, per_article, folder / "own")
        return {"ingest_s": built.build_s, "ingest_passages": built.passages, "ingest_peak_mb": built.peak_mb}
    cached = own_build.build_cached(options.source, options.index, folder / "own")
    if cached is None:
        return {}
    return {"build_s": cached.build_s, "build_embedded": cached.embedded, "build_peak_mb": cached.peak_mb}
