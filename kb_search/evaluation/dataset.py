"""Judged queries on disk: `queries.jsonl` and `qrels.tsv`, or a BEIR folder. Read and checked, not yet asked.

It does not know an index: whether a judged article exists is found out by protocol.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kb_search.errors import ConfigError
from kb_search.evaluation.judgments import Grades, read_grades
from kb_search.text.locales import canonical

QUERIES = "queries.jsonl"
QRELS = ("qrels.tsv", "qrels/test.tsv")


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `audience` empty: anyone may ask it; `answerable` False: no article answers it.

    `split` names the part of the data set that it belongs to: to look at while one tunes, or to keep for the end.
    `proposed` marks a question that golden.py made of what people did, and that no person has confirmed yet.
    """

    id: str
    text: str
    lang: str | None = None
    kind: str | None = None
    answerable: bool = True
    audience: tuple[str, ...] = ()
    split: str | None = None
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """Queries that can be asked, and `grades`: query id → article id → grade (0: judged, not relevant).

    `unjudged` counts queries left out because no article is judged relevant to them, `unknown` the judged query
    ids that `queries.jsonl` does not have; `split` is the one part that was asked for, if any.
    """

    name: str
    queries: tuple[Query, ...]
    grades: Mapping[str, Grades]
    unjudged: int
    unknown: int
    split: str | None = None


class _Line(msgspec.Struct, frozen=True):
    """A line of queries.jsonl; further keys (BEIR has `metadata`) are of no concern here."""

    id: str = msgspec.field(name="_id")
    text: str
    lang: str | None = None
    kind: str | None = None
    answerable: bool = True
    audience: str | tuple[str, ...] = ()
    split: str | None = None
    proposed: bool = False


def read_dataset(folder: Path, qrels: Path | None = None, split: str | None = None) -> Dataset:
    """Read a data set. `qrels` names another file of judgments, as given or inside `folder`; `split` keeps one part.

    Raises ConfigError naming the file, the line, the value and the remedy.
    """
    path = folder / QUERIES
    if not path.is_file():
        raise ConfigError(
            f"{folder} is no data set: {path} does not exist. Give a folder with {QUERIES} and {QRELS[0]}."
        )
    everything = read_queries(path)
    queries = everything if split is None else _of_split(everything, split, path)
    grades = read_grades(_find_qrels(folder, qrels))
    unanswerable = {query.id for query in queries if not query.answerable}
    relevant = {query for query, judged in grades.items() if any(grade > 0 for grade in judged.values())}
    kept = tuple(query for query in queries if query.id in unanswerable or query.id in relevant)
    if not kept:
        raise ConfigError(
            f"No query of {path} has a judgment, and none says answerable: false. Check that the first "
            "column of the judgments has the ids of the queries."
        )
    return Dataset(
        name=folder.resolve().name,
        queries=kept,
        grades={query.id: grades[query.id] for query in kept if query.id in relevant - unanswerable},
        unjudged=len(queries) - len(kept),
        unknown=len(grades.keys() - {query.id for query in everything}),
        split=split,
    )


def _of_split(queries: list[Query], split: str, path: Path) -> list[Query]:
    kept = [query for query in queries if query.split == split]
    if not kept:
        known = ", ".join(sorted({query.split for query in queries if query.split})) or "none: no line has the key"
        raise ConfigError(f"No query of {path} has the split {split!r}. Its splits are {known}.")
    return kept


def read_queries(path: Path) -> list[Query]:
    """Read a queries.jsonl. Raises ConfigError naming the file, the line, the value and the remedy."""
    queries: list[Query] = []
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        query = _query(line, f"{path}, line {number}")
        if query.id in seen:
            raise ConfigError(
                f"{path}, line {number}: the id {query.id!r} is that of line {seen[query.id]}. Make ids unique."
            )
        seen[query.id] = number
        queries.append(query)
    return queries


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    # Only \n ends a line: str.splitlines would also cut at U+2028, which may stand inside a JSON text.
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line


def _query(line: bytes, where: str) -> Query:
    try:
        read = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        shown = line[:60].decode("utf-8", "replace").strip()
        raise ConfigError(
            f"{where}: {error}, in {shown!r}. Write one JSON object a line, such as "
            '{"_id": "q1", "text": "…", "lang": "en"}.'
        ) from error
    if not read.id or not read.text.strip():
        raise ConfigError(
            f"{where}: the query {read.id!r} has no {'text' if read.id else '_id'}. Give it one, or remove it."
        )
    try:
        lang = canonical(read.lang) if read.lang else None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    audience = (read.audience,) if isinstance(read.audience, str) else read.audience
    return Query(read.id, read.text, lang, read.kind, read.answerable, audience, read.split, read.proposed)


def _find_qrels(folder: Path, chosen: Path | None) -> Path:
    candidates = [chosen, folder / chosen] if chosen else [folder / name for name in QRELS]
    for path in candidates:
        if path.is_file():
            return path
    looked = " nor ".join(str(path) for path in candidates)
    raise ConfigError(
        f"There are no judgments: neither {looked} is a file. Write {QRELS[0]}, or choose one with --qrels."
    )
