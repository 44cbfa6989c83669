"""How long suggestions take, in process, at every letter of real queries; and after how many letters they are right.

The clock covers `suggest(searcher, text, view=…, locale=…, popular=…)` and nothing else. The words of the view are
sorted before, which is timed apart. `cpu` is the processor's time of the same calls, which does not count waiting for a
core that others have. With judgments, a query counts as answered when an article of its highest grade is
among the five: after so many letters, as typed and with one slip in one of its longer words.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import describe_index
from benchmarks.results import Measured, Value
from benchmarks.slips import alphabet_of, mistype_once
from kb_search.config import load_settings
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Query, read_queries
from kb_search.evaluation.judgments import Grades, read_grades
from kb_search.searcher import Searcher, open_searcher
from kb_search.suggesting import suggest, warm
from kb_search.text.normalize import normalize

LETTERS = (3, 5, 8, 12)
LIMIT = 5
POPULAR = 100
"""Queries of the file that are given as popular ones."""
SEEDS = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="queries.jsonl")
    parser.add_argument("--n", type=int, default=500, help="queries that are typed (default 500)")
    parser.add_argument("--qrels", type=Path, metavar="FILE", help="judgments of the queries: what is found is counted")
    parser.add_argument("--split", metavar="NAME", help="only the queries of one split, such as dev or test")
    parser.add_argument("--view", default="public")
    parser.set_defaults(needs=("index", "queries"))


def run(options: argparse.Namespace) -> Measured:
    """Open the index and measure."""
    if not options.queries.is_file():
        raise ConfigError(f"{options.queries} is no file. Give a queries.jsonl: one object with _id and text a line.")
    queries = [query for query in read_queries(options.queries) if options.split in (None, query.split)]
    typed = spread(queries, options.n)
    with open_searcher(options.index, settings=load_settings()) as searcher:
        samples = times(searcher, typed, options.view)
        if options.qrels:
            samples |= found(searcher, queries, read_grades(options.qrels), options.view)
    arguments: dict[str, Value] = {"queries": len(typed), "limit": LIMIT, "popular": POPULAR}
    return Measured(arguments, describe_index(options.index, options.view), samples)


def spread(queries: Sequence[Query], n: int) -> list[Query]:
    """Choose `n` queries, evenly spread. Raises ConfigError."""
    wanted = min(n, len(queries))
    if wanted < 1:
        raise ConfigError(f"There are {len(queries)} queries to choose {n} from. Give at least one.")
    return [queries[row * len(queries) // wanted] for row in range(wanted)]


def times(searcher: Searcher, queries: Sequence[Query], view: str) -> dict[str, list[float]]:
    """Milliseconds of each different beginning of each query, in the locale of the query; and of the sorting before."""
    started, computed = time.perf_counter(), time.thread_time()
    warm(searcher, view)
    warm_cpu = (time.thread_time() - computed) * 1000
    samples: dict[str, list[float]] = {"warm_ms": [(time.perf_counter() - started) * 1000], "warm_cpu_ms": [warm_cpu]}
    samples |= {"suggest_ms": [], "suggest_cpu_ms": []}
    popular = [query.text for query in queries[:POPULAR]]
    texts = [(normalize(query.text), query.lang) for query in queries]
    beginnings = ((text[:end], lang) for text, lang in texts for end in range(1, len(text) + 1))
    for typed, locale in dict.fromkeys(beginnings):
        started, computed = time.perf_counter(), time.thread_time()
        suggest(searcher, typed, view=view, locale=locale, limit=LIMIT, popular=popular)
        samples["suggest_ms"].append(round((time.perf_counter() - started) * 1000, 3))
        samples["suggest_cpu_ms"].append(round((time.thread_time() - computed) * 1000, 3))
    return samples


def found(
    searcher: Searcher, queries: Sequence[Query], grades: Mapping[str, Grades], view: str
) -> dict[str, list[float]]:
    """Tell for each judged query whether it is answered, 1 or 0, in order: a list for each number of letters typed."""
    visible = {searcher.snapshot.store.ids[row] for row in searcher.snapshot.view(view).articles.tolist()}
    judged = [(query, best & visible) for query in queries if (best := _best(grades.get(query.id, {}))) & visible]
    languages = {query.lang for query, _ in judged}
    samples: dict[str, list[float]] = {}
    for seed in range(SEEDS + 1):
        chance = random.Random(seed)
        letters = {lang: alphabet_of(q.text for q, _ in judged if q.lang == lang) for lang in languages}
        for query, best in judged:
            asked = replace(query, text=mistype_once(query.text, letters[query.lang], chance)) if seed else query
            for typed in (*LETTERS, None):
                name = f"{'one slip' if seed else 'as typed'}: {typed or 'whole'}"
                answer = suggest(searcher, asked.text[:typed], view=view, locale=asked.lang, limit=LIMIT)
                hit = any(suggestion.id in best for suggestion in answer.suggestions)
                samples.setdefault(name, []).append(float(hit))
    return samples


def _best(grades: Grades) -> set[str]:
    highest = max(grades.values(), default=0)
    return {article for article, grade in grades.items() if grade == highest > 0}
