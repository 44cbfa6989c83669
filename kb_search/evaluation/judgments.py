"""Judgments on disk: tab-separated query id, article id, grade, under a header line (BEIR's form)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kb_search.errors import ConfigError

Grades = Mapping[str, int]
"""Article id → grade: 0 is not relevant, 1 and more is relevant, the more the better."""

_FORM = "query-id, corpus-id and score, separated by tabs"


def read_grades(path: Path) -> dict[str, dict[str, int]]:
    """Read query id → article id → grade. Raises ConfigError naming the file, the line, the value and the remedy."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from error
    grades: dict[str, dict[str, int]] = {}
    # Only \n ends a line: an id may hold any other character.
    for number, line in enumerate(text.split("\n"), start=1):
        fields = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and _is_header(fields)):
            continue
        query, article, grade = _judgment(fields, f"{path}, line {number}")
        known = grades.setdefault(query, {}).setdefault(article, grade)
        if known != grade:
            raise ConfigError(
                f"{path}, line {number}: {article!r} was given the score {known} for query {query!r} further up, and "
                f"{grade} here. Keep one."
            )
    return grades


def _is_header(fields: list[str]) -> bool:
    # A file without a header must not lose its first judgment.
    return not fields[-1].strip().lstrip("+-").isdecimal()


def _judgment(fields: list[str], where: str) -> tuple[str, str, int]:
    if len(fields) != 3:
        hint = " Four columns are TREC's form: remove the second." if len(fields) == 4 else ""
        raise ConfigError(f"{where} has {len(fields)} columns, not 3. Write {_FORM}.{hint}")
    query, article, score = (field.strip() for field in fields)
    if not query or not article:
        raise ConfigError(f"{where} lacks a {'corpus-id' if query else 'query-id'}. Write {_FORM}.")
    try:
        grade = int(score)
    except ValueError:
        grade = -1
    if grade < 0:
        raise ConfigError(
            f"{where}: the score {score!r} is not a grade. Write 0 (not relevant), 1 (relevant), 2 (better) …"
        )
    return query, article, grade
