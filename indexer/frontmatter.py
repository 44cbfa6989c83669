"""The YAML between two `---` at the head of an article. Pure.

Every scalar stays the text that the author typed: `locale: no` is Norwegian, `version: 1.10` keeps its zero, and
dates are dates only in the fields that hold one. Aliases and deep nesting are refused: front matter is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from indexer.fields import typed_fields
from kb_search.errors import KbSearchError
from kb_search.types import Finding

MAX_LENGTH = 64_000
"""Characters."""

_MAX_DEPTH = 8
_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class FrontMatterError(KbSearchError):
    """Front matter that cannot be read; `line` counts from 1 in the file."""

    def __init__(self, message: str, remedy: str, line: int) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
        self.line = line


def split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Split an article into its YAML (None if it has none), its body, and the line on which the body starts.

    Raises:
        FrontMatterError: if nothing closes the front matter.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None, text.removeprefix("\ufeff"), 1
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise FrontMatterError("The front matter has no end.", "Close it with a line of three dashes: ---", 1)
    body_line = 1 + len(_NEWLINE.findall(text, 0, closing.end()))
    return text[opening.end() : closing.start()], text[closing.end() :], body_line


def parse_front_matter(yaml_text: str, path: str) -> tuple[dict[str, Any], list[Finding]]:
    """Read the fields of an article: those that are known and right, the others under the key `extra`.

    Raises:
        FrontMatterError: if the YAML is broken, names a key twice, or uses what front matter does not need.
    """
    if len(yaml_text) > MAX_LENGTH:
        raise FrontMatterError(
            f"The front matter is longer than {MAX_LENGTH:,} characters.", "Move text below the closing ---.", 1
        )
    values, lines = _load(yaml_text)
    return typed_fields(values, path, lines)


def _load(yaml_text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Give the map that a YAML text is, and the line in the file of each of its keys."""
    lines: dict[str, int] = {}
    try:
        return _document(_events(yaml_text), lines), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 2}, column {mark.column + 1}" if mark else ""
        raise FrontMatterError(
            f"The front matter is not valid YAML{place}: {error.problem or error.context}.",
            "Put values that hold ': ' or ' #', or that start with one of [ { \" ' @ ` % & * !, between quotes.",
            mark.line + 2 if mark else 2,
        ) from error
    except yaml.YAMLError as error:
        raise FrontMatterError(
            f"The front matter holds a character that YAML does not allow: {str(error).splitlines()[0]}.",
            "Remove the control character.",
            2,
        ) from error


def _document(events: Iterator[yaml.Event], lines: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FrontMatterError("The front matter holds a second document.", "Remove its '---'.", _line(event))
        elif isinstance(event, yaml.MappingStartEvent):
            values = _mapping(events, 1, lines)
        elif isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent):
            raise FrontMatterError(
                "The front matter is not a list of 'key: value' lines.",
                "Write one on each line; if no front matter is meant, put an empty line first.",
                _line(event),
            )
    return values


def _events(yaml_text: str) -> Iterator[yaml.Event]:
    for event in yaml.parse(yaml_text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise FrontMatterError("The front matter uses a YAML alias (*).", "Write the value out.", _line(event))
        yield event


def _mapping(events: Iterator[yaml.Event], depth: int, lines: dict[str, int] | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        if not isinstance(event, yaml.ScalarEvent):
            raise FrontMatterError("A key of the front matter is not text.", "Use a word as the key.", _line(event))
        key = event.value
        if key in values:
            raise FrontMatterError(f"The key '{key}' is given twice.", "Keep one of them.", _line(event))
        if lines is not None:
            lines[key] = _line(event)
        values[key] = _value(next(events), events, depth)
    return values


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    if isinstance(event, yaml.ScalarEvent):
        return None if event.implicit[0] and event.value in _NULLS else event.value
    if depth >= _MAX_DEPTH:
        raise FrontMatterError(
            f"The front matter is nested more than {_MAX_DEPTH} deep.", "Write it flatter.", _line(event)
        )
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth + 1)
    items: list[Any] = []
    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            break
        items.append(_value(item, events, depth + 1))
    return items


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 2 if mark else 2
