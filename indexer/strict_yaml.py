"""YAML as people mean it, with the line of every value. Pure.

Every scalar stays the text that the author typed: `locale: no` is Norwegian, `version: 1.10` keeps its zero. What
short files by hand do not need is refused: aliases, deep nesting, a key given twice, a second document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

_MAX_DEPTH = 8
_QUOTES = "Put values that hold ': ' or ' #', or that start with one of [ { \" ' @ ` % & * !, between quotes."
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)

Refuse = Callable[[str, str, int], None]
"""Takes message, remedy and line. If it raises, reading ends there; if it returns, what is refused is left out.

A key whose value is refused stays, without a value, so that it can be told from one that was not given.
"""


@dataclass(frozen=True, slots=True)
class Node:
    """A value: text, None for an empty one, a list, or a map; the line it stands on, for a value of a map its key's.

    `tag` is the YAML tag that the author gave it, which nothing heeds.
    """

    value: str | list[Node] | dict[str, Node] | None
    line: int
    tag: str | None = None

    def plain(self) -> object:
        """Give the value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def read_map(
    text: str, what: str, refuse: Refuse, first_line: int = 1, if_none: str = "Write one on each line."
) -> dict[str, Node] | None:
    """Read the map that a YAML text is; empty for a text without values, None if it is none and `refuse` returned.

    `what` names the text in messages, as in "the front matter"; `first_line` is the number of its first line;
    `if_none` is the remedy where it is no map.
    """
    return _Reader(what, f"{what[0].upper()}{what[1:]}", refuse, first_line, if_none).read(text)


class _TooDeep(Exception):
    """Ends the reading: libyaml takes the square of the depth to come out of it again."""

    def __init__(self, event: yaml.Event) -> None:
        super().__init__()
        self.event = event


@dataclass(frozen=True, slots=True)
class _Reader:
    what: str
    name: str
    refuse: Refuse
    first_line: int
    if_none: str

    def read(self, text: str) -> dict[str, Node] | None:
        try:
            return self._document(yaml.parse(text, Loader=yaml.CBaseLoader))
        except _TooDeep as error:
            message = f"{self.name} is nested more than {_MAX_DEPTH} deep."
            self.refuse(message, "Write it flatter.", self._line(error.event))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + self.first_line if mark else self.first_line
            place = f" at line {line}, column {mark.column + 1}" if mark else ""
            message = f"{self.name} is not valid YAML{place}: {error.problem or error.context}."
            remedy = (
                "Put values that hold ': ' or ' #', or that start with one of [ { \" ' @ ` % & * !, between quotes."
            )
            self.refuse(message, remedy, line)
        except yaml.YAMLError as error:
            message = f"{self.name} holds a character that YAML does not allow: {str(error).splitlines()[0]}."
            self.refuse(message, "Remove the control character.", self.first_line)
        return None

    def _document(self, events: Iterator[yaml.Event]) -> dict[str, Node] | None:
        values: dict[str, Node] | None = {}
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(f"{self.name} holds a second document.", "Remove its '---'.", self._line(event))
                    break
            elif isinstance(event, yaml.MappingStartEvent):
                values = self._map(events, 1)
            elif isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent) and not _is_null(event):
                self.refuse(f"{self.name} is not a list of 'key: value' lines.", self.if_none, self._line(event))
                return None
        return values

    def _map(self, events: Iterator[yaml.Event], depth: int) -> dict[str, Node]:
        values: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = self._line(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(f"A key of {self.what} is not text.", "Use a word as the key.", line)
                _skip(event, events)
                _skip(next(events), events)
                continue
            if event.value in values:
                self.refuse(f"The key '{event.value}' is given twice.", "Keep one of them.", line)
                _skip(next(events), events)
                continue
            node = self._node(next(events), events, depth)
            values[event.value] = Node(node.value, line, node.tag) if node else Node(None, line)
        return values

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node | None:
        line = self._line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(None if _is_null(event) else event.value, line, event.tag)
        if isinstance(event, yaml.AliasEvent):
            self.refuse(f"{self.name} uses a YAML alias (*).", "Write the value out.", line)
            return None
        if depth >= _MAX_DEPTH:
            raise _TooDeep(event)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._map(events, depth + 1), line, event.tag)
        items: list[Node] = []
        for item in events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            node = self._node(item, events, depth + 1)
            if node is not None:
                items.append(node)
        return Node(items, line, event.tag if isinstance(event, yaml.SequenceStartEvent) else None)

    def _line(self, event: yaml.Event) -> int:
        mark = event.start_mark
        return (mark.line if mark else 0) + self.first_line


def _is_null(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and bool(event.implicit[0]) and event.value in _NULLS


def _skip(event: yaml.Event, events: Iterator[yaml.Event]) -> None:
    """Pass over what an event begins."""
    depth = int(isinstance(event, _OPENING))
    while depth:
        event = next(events)
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > _MAX_DEPTH:
            raise _TooDeep(event)
