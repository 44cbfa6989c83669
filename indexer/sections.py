"""Headings and blocks of text, in the order of the source, become the sections of an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from indexer.anchors import unique_anchors
from kb_search.text.normalize import normalize
from kb_search.types import Section

LONGEST_HEADING = 200
"""Characters. A longer one is a paragraph that a stray `---` below it has made a heading."""


class Heading(NamedTuple):
    """A heading as links and readers meet it: its level from 1 to 6, anchor, and line in the source."""

    level: int
    anchor: str
    line: int


@dataclass(slots=True)
class _Draft:
    path: tuple[str, ...]
    heading: int | None
    line: int
    parts: list[str] = field(default_factory=list)


class SectionBuilder:
    """Collects sections. `title` is the title the front matter gives; without one, the first H1 is the title.

    The H1 that is the title opens no section: the text under it goes with the text before the first heading.
    """

    def __init__(self, title: str | None, line: int) -> None:
        self.first_h1: str | None = None
        self._title = title
        self._drafts = [_Draft((), None, line)]
        self._current = self._drafts[0]
        self._path: list[tuple[int, str]] = []
        self._headings: list[tuple[str, str | None, int, int]] = []
        self._outline: list[tuple[int, str, int]] = []

    def heading(
        self, level: int, text: str, explicit: str | None, line: int, written: str | None = None
    ) -> tuple[int, int]:
        """Open a section. `explicit` is the anchor that the author chose, `written` the text before normalisation.

        Give its level on the page, where only the title has level 1, and its number.
        """
        self.mark(level, written or text, explicit, line)
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        if level == 1 and self.first_h1 is None:
            self.first_h1 = text
            if self._title is None or _same(self._title, text):
                self._current = self._drafts[0]
                return 1, len(self._headings) - 1
        self._path.append((level, text))
        path = tuple(text for _, text in self._path)
        self._current = _Draft(path, len(self._headings) - 1, line)
        self._drafts.append(self._current)
        self._outline.append((min(6, len(path) + 1), text, self._current.heading or 0))
        return self._outline[-1][0], len(self._headings) - 1

    def mark(self, level: int, written: str, explicit: str | None, line: int) -> int:
        """Note a heading that opens no section, as one inside a quotation: it has an anchor all the same. Number it.

        The anchor is that of the heading as written: GitHub drops the no-break space that French puts before `?`.
        """
        self._headings.append((written, explicit, level, line))
        return len(self._headings) - 1

    def text(self, text: str, line: int, separator: str = "\n\n") -> None:
        """Add a block of text to the open section."""
        if not self._current.parts and self._current.heading is None:
            self._current.line = line
        self._current.parts += [separator if self._current.parts else "", text]

    def finish(self) -> tuple[tuple[Section, ...], tuple[Heading, ...]]:
        """Give the sections that have text (all of them if none has) and every heading."""
        anchors = unique_anchors([(text, explicit) for text, explicit, _, _ in self._headings])
        headings = tuple(
            Heading(level, anchor, line) for anchor, (_, _, level, line) in zip(anchors, self._headings, strict=True)
        )
        sections = [
            Section(draft.path, "" if draft.heading is None else anchors[draft.heading], text, draft.line)
            for draft in self._drafts
            for text in [normalize("".join(draft.parts))]
        ]
        kept = [section for section in sections if section.text]
        return tuple(kept or sections[1:] or sections), headings

    def contents(self, headings: Sequence[Heading]) -> tuple[tuple[int, str, str], ...]:
        """Give the outline of the page: level, text and anchor of each heading that opens a section."""
        return tuple((level, text, headings[number].anchor) for level, text, number in self._outline)


def _same(left: str, right: str) -> bool:
    return " ".join(normalize(left).casefold().split()) == " ".join(normalize(right).casefold().split())
