"""What slips of the keyboard cost: nDCG@10 of a judged data set as it is, mistyped, and without diacritics.

Every topic is asked by the protocol of `kb-search eval`; a sample keeps the value of each topic, in order, so that
losses are paired. Mistyped: one edit (insert, delete, substitute, swap) in each word of five letters or more.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import describe_index
from benchmarks.results import Measured
from benchmarks.slips import alphabet_of, mistype, without_diacritics
from kb_search.evaluation.dataset import read_dataset
from kb_search.evaluation.metrics import score_topics
from kb_search.evaluation.protocol import Topic, ask, plan
from kb_search.searcher import Searcher, open_searcher
from kb_search.types import Mode

METRIC, DEPTH = "nDCG@10", 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index of the data set's articles")
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="folder with queries.jsonl and qrels.tsv")
    parser.add_argument("--qrels", type=Path, metavar="FILE", help="judgments to use instead of qrels.tsv")
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.add_argument("--view", default="public")
    parser.add_argument("--seeds", type=int, default=3, help="times that every query is mistyped (default 3)")
    parser.add_argument("--n", type=int, metavar="N", help="topics per locale, evenly spread (default: all)")
    parser.set_defaults(needs=("index", "dataset"))


def run(options: argparse.Namespace) -> Measured:
    """Ask the data set in all its versions."""
    dataset = read_dataset(options.dataset, options.qrels)
    with open_searcher(options.index) as searcher:
        topics = plan(dataset, searcher, options.view).topics
        samples = measure(searcher, topics, options.mode, options.view, options.seeds, options.n)
    arguments = {"dataset": dataset.name, "mode": options.mode, "seeds": options.seeds, "metric": METRIC}
    return Measured(arguments, describe_index(options.index, options.view), samples)


def measure(
    searcher: Searcher, topics: Sequence[Topic], mode: Mode, view: str, seeds: int, n: int | None = None
) -> dict[str, list[float]]:
    """Value of each topic by version: `en as typed`, `en mistyped 1` …, `fr without diacritics`."""
    samples: dict[str, list[float]] = {}
    for locale in sorted({topic.locale or "" for topic in topics}):
        own = _spread([topic for topic in topics if (topic.locale or "") == locale], n)
        for name, texts in versions([topic.query.text for topic in own], seeds).items():
            asked = [
                replace(topic, query=replace(topic.query, text=text)) for topic, text in zip(own, texts, strict=True)
            ]
            answers = [ask(searcher, topic, mode, view, DEPTH).ids for topic in asked]
            values = score_topics([METRIC], [topic.grades for topic in own], answers)
            samples[f"{locale} {name}".strip()] = values[:, 0].round(5).tolist()
    return samples


def versions(texts: Sequence[str], seeds: int) -> dict[str, list[str]]:
    """The texts as typed, mistyped once per seed, and without diacritics where they have any."""
    found = {"as typed": list(texts)}
    letters = alphabet_of(texts)
    for seed in range(1, seeds + 1):
        chance = random.Random(seed)
        found[f"mistyped {seed}"] = [mistype(text, letters, chance) for text in texts]
    plain = [without_diacritics(text) for text in texts]
    return found | ({"without diacritics": plain} if plain != list(texts) else {})


def _spread(topics: Sequence[Topic], n: int | None) -> list[Topic]:
    wanted = min(n or len(topics), len(topics))
    return [topics[row * len(topics) // wanted] for row in range(wanted)]
