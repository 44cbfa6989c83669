"""Half of a data set's articles taken away, so that some queries have no answer left: which half, and which queries.

What belongs together stays or goes together: a `thread` is what the judgments tie together (articles relevant to one
query, and so on along the chain), a `topic` is an article with its translations.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.sources import CORPUS
from indexer.sources import SourceRead
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import Dataset, Query
from kb_search.evaluation.judgments import Grades
from kb_search.types import Article


class Asked(NamedTuple):
    """The queries that have an answer among the articles that are left, those that have none, and how many are neither.

    Neither: only articles below the grade that answers are left.
    """

    answerable: list[Query]
    unanswerable: list[Query]
    left_out: int


def threads(articles: Iterable[str], grades: Mapping[str, Grades]) -> list[list[str]]:
    """Group article ids that share a query, directly or by way of others; one that no query wants is a group."""
    known = dict.fromkeys(articles)
    parent = {article: article for article in known}

    def root(article: str) -> str:
        while parent[article] != article:
            parent[article] = article = parent[parent[article]]
        return article

    for judged in grades.values():
        relevant = [article for article, grade in judged.items() if grade > 0 and article in known]
        for article in relevant[1:]:
            parent[root(article)] = root(relevant[0])
    return _grouped((root(article), article) for article in known)


def topics(articles: Iterable[Article]) -> list[list[str]]:
    """Group article ids by the original they translate."""
    return _grouped((article.translation_of or article.id, article.id) for article in articles)


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name, article in pairs:
        groups.setdefault(name, []).append(article)
    return list(groups.values())


def choose_half(groups: Sequence[Sequence[str]], seed: int) -> set[str]:
    """Choose the article ids that stay: those of half of the groups, the larger half where their number is odd."""
    order = np.random.default_rng(seed).permutation(len(groups))
    return {article for row in order[: (len(groups) + 1) // 2] for article in groups[row]}


def asked(dataset: Dataset, kept: set[str], grade: int) -> Asked:
    """Tell which queries the articles that are left answer; `grade` is the lowest that answers."""
    answerable, unanswerable, left_out = list[Query](), list[Query](), 0
    for query in dataset.queries:
        best = max((grade for article, grade in dataset.grades.get(query.id, {}).items() if article in kept), default=0)
        if best >= grade:
            answerable.append(query)
        elif best:
            left_out += 1
        else:
            unanswerable.append(query)
    return Asked(answerable, unanswerable, left_out)


def copy_kept(source: Path, read: SourceRead, kept: set[str], target: Path) -> None:
    """Copy the articles that stay to a new folder, as they are in `source`. Raises ConfigError where none stays."""
    target.mkdir(parents=True)
    if (source / CORPUS).is_file():
        lines = [line for line in (source / CORPUS).read_bytes().split(b"\n") if line.strip()]
        (target / CORPUS).write_bytes(b"".join(line + b"\n" for line in lines if str(json.loads(line)["_id"]) in kept))
        return
    for article in read.articles:
        if article.id in kept:
            copy = target / article.source
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / article.source, copy)
    if not kept:
        raise ConfigError(f"No article of {source} is left. Give a source with more than one article.")
