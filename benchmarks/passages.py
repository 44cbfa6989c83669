"""Whether the passage that is shown for an article is one that was marked as an answer.

A judged passage names a query, an article and a quote; an article may say an answer in several places. The query is
asked as `kb-search eval` asks it: in the locale of the judged article, translations not folded; the article's own hit
counts wherever in the window it ranks. What is noted is the longest run of a quote's characters that the passage shows,
as a share of the quote: for the quote of which most is shown, and for the one that was marked first.
"""

from __future__ import annotations

import argparse
import csv
import difflib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import describe_index
from benchmarks.results import Measured
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Query, read_queries
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.ranking.rollup import WINDOW
from kb_search.searcher import Searcher, open_searcher
from kb_search.text.normalize import normalize
from kb_search.types import Hit, Mode

QUERIES, PASSAGES = "queries.jsonl", "passages.tsv"
MODES: tuple[Mode, ...] = ("hybrid", "semantic", "keyword")
COLUMNS = ("query-id", "corpus-id", "anchor", "quote")


class Place(NamedTuple):
    """Where in an article an answer stands, and in which words."""

    anchor: str
    quote: str


class Judged(NamedTuple):
    """A query, an article that answers it, and all places where it does, in the order of passages.tsv."""

    query: Query
    article: str
    places: tuple[Place, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index")
    parser.add_argument("--judgments", type=Path, metavar="FOLDER", help=f"folder with {QUERIES} and {PASSAGES}")
    parser.add_argument("--split", metavar="NAME", help="only the queries of one split, such as dev or test")
    parser.add_argument("--view", default="public", help="what the reader may see (default public)")
    parser.set_defaults(needs=("index", "judgments"))


def run(options: argparse.Namespace) -> Measured:
    """Open the index and measure."""
    judged = read_judged(options.judgments, options.split)
    with open_searcher(options.index) as searcher:
        samples = measure(searcher, judged, options.view)
    arguments: dict[str, str | int | float] = {"rows": len(judged), "split": options.split or "all"}
    return Measured(arguments, describe_index(options.index, options.view), samples)


def read_judged(folder: Path, split: str | None = None) -> list[Judged]:
    """Read the judged passages, of one split if it is given. Raises ConfigError naming the file and the line."""
    for name in (QUERIES, PASSAGES):
        if not (folder / name).is_file():
            raise ConfigError(f"{folder / name} does not exist. Give a folder with {QUERIES} and {PASSAGES}.")
    queries = {query.id: query for query in read_queries(folder / QUERIES)}
    places: dict[tuple[str, str], list[Place]] = {}
    with (folder / PASSAGES).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise ConfigError(f"{folder / PASSAGES} has no column {missing[0]}. Its columns are {', '.join(COLUMNS)}.")
        for row in reader:
            query = queries.get(row["query-id"])
            if query is None or not row["corpus-id"] or not _plain(row["quote"] or ""):
                raise ConfigError(
                    f"{folder / PASSAGES}, line {reader.line_num}: no article or quote, or {row['query-id']!r} is no "
                    f"query of {QUERIES}. Complete the row, or remove it."
                )
            if split in (None, query.split):
                places.setdefault((query.id, row["corpus-id"]), []).append(Place(row["anchor"], row["quote"]))
    judged = [Judged(queries[query], article, tuple(found)) for (query, article), found in places.items()]
    if not judged:
        raise ConfigError(f"{folder / PASSAGES} has no row of the split {split!r}. Choose another split.")
    return judged


def measure(searcher: Searcher, judged: Sequence[Judged], view: str) -> dict[str, list[float]]:
    """Ask each row in each mode. A series `<mode>, <locale>: <what>` has one value a row, in order.

    `shown_share` is of a quote and in the passage, `first_share` of the quote marked first, `any_share` of a quote and
    in the passage or a further one; `section` is 1 where the passage is from a right section; `chars` is its length.
    All but the last are 0 where the article was not found.
    "meaning alone" are the rows of hybrid whose article has none of the query's words.
    """
    store = searcher.snapshot.store
    locales = dict(zip(store.ids, map(str, store.locales), strict=True))
    known = with_known_queries(searcher, [row.query.text for row in judged])
    samples: defaultdict[str, list[float]] = defaultdict(list)
    for mode in MODES:
        for row in judged:
            locale = locales.get(row.article)
            hit = _own_hit(known, row, mode, view, locale)
            groups: list[str] = [mode]
            if mode == "hybrid" and hit and hit.explanation and not hit.explanation.signals.get("bm25"):
                groups.append("meaning alone")
            for group in groups:
                for name, value in _values(row, hit).items():
                    samples[f"{group}, {locale or 'not in the index'}: {name}"].append(value)
    return dict(sorted(samples.items()))


def shown_share(quote: str, text: str) -> float:
    """Give the longest run of the quote that the text has, as a share of its characters, in [0, 1].

    Spaces and line ends count as one space. A run, not a count of words: those that the answer shares with the
    sentences around it are no part of it.
    """
    quote, text = _plain(quote), _plain(text)
    match = difflib.SequenceMatcher(None, quote, text, autojunk=False).find_longest_match()
    return match.size / len(quote)


def _own_hit(searcher: Searcher, row: Judged, mode: Mode, view: str, locale: str | None) -> Hit | None:
    filters = {"locale": locale} if locale else None
    result = searcher.search(
        row.query.text, limit=WINDOW, view=view, filters=filters, mode=mode, explain=True, fold_translations=False
    )
    return next((hit for hit in result.hits if hit.id == row.article), None)


def _values(row: Judged, hit: Hit | None) -> dict[str, float]:
    if hit is None:
        return {"shown_share": 0.0, "first_share": 0.0, "any_share": 0.0, "section": 0.0}
    listed = [
        max(shown_share(place.quote, passage.text) for place in row.places) for passage in (hit.passage, *hit.passages)
    ]
    return {
        "shown_share": listed[0],
        "first_share": shown_share(row.places[0].quote, hit.passage.text),
        "any_share": max(listed),
        "section": float(any(hit.passage.anchor == place.anchor for place in row.places)),
        "chars": float(len(hit.passage.text)),
    }


def _plain(text: str) -> str:
    return " ".join(normalize(text).split())
