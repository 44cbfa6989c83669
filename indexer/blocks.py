"""The blocks of a document, token by token: what is a heading, a list, a table, and in what order it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it.token import Token

from indexer.admonitions import alert, label_and_title
from indexer.anchors import split_explicit
from indexer.html_text import find_closing, html_text
from indexer.inline import Env, inline_text
from indexer.links import LinkCollector
from indexer.sections import LONGEST_HEADING, SectionBuilder
from kb_search.text.normalize import normalize

MAX_NESTING = 40
"""Blocks inside blocks; a list item counts twice. What is deeper is not read."""

_CONTAINERS = frozenset(
    {"blockquote_open", "list_item_open", "dd_open", "admonition_open", "container_box_open", "footnote_reference_open"}
)


class BlockReader:
    """Walks the blocks of a document once and hands their text to the section builder.

    `cut` is the line of the first block that was nested too deep to be read, `unclosed` that of a comment or script
    that hides what follows it because nothing ends it.
    """

    def __init__(
        self, tokens: Sequence[Token], env: Env, first_line: int, sections: SectionBuilder, found: LinkCollector
    ) -> None:
        self.cut: int | None = None
        self.unclosed: int | None = None
        self._tokens = tokens
        self._env = env
        self._first_line = first_line
        self._sections = sections
        self._found = found
        self._line = first_line
        self._resume = 0
        self._lists: list[tuple[int, int | None]] = []
        self._marker = self._label = ""
        self._starts_list = False
        self._rows: list[list[str]] = []
        self._endless: set[str] = set()

    def read(self) -> None:
        """Read all of it."""
        for index, token in enumerate(self._tokens):
            if index < self._resume:
                continue
            if token.map:
                self._line = self._first_line + token.map[0]
            if token.type in _CONTAINERS and token.level >= MAX_NESTING - 1 and self.cut is None:
                self.cut = self._line
            handle = _HANDLERS.get(token.type)
            if handle:
                handle(self, index)

    def heading(self, index: int) -> None:
        """Open a section, or read the heading as text where it is no part of the outline."""
        token = self._tokens[index]
        level = int(token.tag[1])
        content, explicit = split_explicit(self._tokens[index + 1].content)
        written = self._inline(content)
        text = " ".join(normalize(written).split())
        self._resume = index + 2
        if not text:
            return
        if len(text) > LONGEST_HEADING:
            self._add(text)
        elif token.level:
            self._sections.mark(level, written, explicit, self._line)
            self._add(text)
        else:
            self._label = ""
            self._sections.heading(level, text, explicit, self._line, written)

    def inline(self, index: int) -> None:
        """Read a paragraph, a cell, or a term that is defined."""
        text = self._inline(self._tokens[index].content)
        before = self._tokens[index - 1]
        if before.type in ("th_open", "td_open") and self._rows:
            self._rows[-1].append(" ".join(text.split()))
        else:
            self._add(text, tight=before.hidden)

    def row(self, index: int) -> None:
        """Start a row of a table."""
        self._rows.append([])

    def table(self, index: int) -> None:
        """Read the rows that were collected."""
        self._add("\n".join(" | ".join(row) for row in self._rows if any(row)))
        self._rows = []

    def code(self, index: int) -> None:
        """Take code as it is."""
        self._add(self._tokens[index].content.rstrip("\n"))

    def html(self, index: int) -> None:
        """Read a block of HTML, and skip to the end of a hidden part that began in it."""
        text, closing = html_text(self._tokens[index].content, self._line, self._found)
        self._add(text)
        if closing:
            self._skip(index + 1, closing)

    def open_list(self, index: int) -> None:
        """Start a list; `start` is the number of its first item."""
        token = self._tokens[index]
        self._starts_list = not self._open_lists(token.level)
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        self._lists.append((token.level, number))

    def item(self, index: int) -> None:
        """Start an item: its mark goes before the text that comes next."""
        lists = self._open_lists(self._tokens[index].level)
        if not lists:
            return
        level, number = lists[-1]
        self._marker = "- " if number is None else f"{number}. "
        lists[-1] = (level, None if number is None else number + 1)

    def quotation(self, index: int) -> None:
        """Read the label of a GitHub alert."""
        first = self._tokens[index + 2 : index + 3]
        found = alert(first[0].content) if first and first[0].type == "inline" else None
        if found:
            label, title, first[0].content = found
            self._set_label(label, title)

    def admonition(self, index: int) -> None:
        """Read the label and title of an admonition."""
        token = self._tokens[index]
        self._set_label(*label_and_title(token.info, token.markup))
        if self._tokens[index + 1].type == "admonition_title_open":
            self._resume = index + 4

    def _set_label(self, label: str, title: str) -> None:
        self._label = f"{label}: " if label else ""
        if title:
            self._add(self._inline(title))

    def _open_lists(self, level: int) -> list[tuple[int, int | None]]:
        while self._lists and self._lists[-1][0] >= level:
            self._lists.pop()
        return self._lists

    def _inline(self, content: str) -> str:
        return inline_text(content, self._line, self._env, self._found)

    def _add(self, text: str, tight: bool = False) -> None:
        if not text.strip():
            return
        separator = "\n" if tight and not self._starts_list else "\n\n"
        self._sections.text(f"{self._marker}{self._label}{text}", self._line, separator)
        self._marker = self._label = ""
        self._starts_list = False

    def _skip(self, start: int, closing: str) -> None:
        last = start if closing in self._endless else len(self._tokens)
        for index in range(start, last):
            token = self._tokens[index]
            end = find_closing(token.content, closing, 0)
            if end >= 0:
                token.content = token.content[end:]
                self._resume = index
                return
        self._endless.add(closing)
        self.unclosed = self.unclosed or self._line


_HANDLERS: dict[str, Callable[[BlockReader, int], None]] = {
    "heading_open": BlockReader.heading,
    "inline": BlockReader.inline,
    "tr_open": BlockReader.row,
    "table_close": BlockReader.table,
    "fence": BlockReader.code,
    "code_block": BlockReader.code,
    "html_block": BlockReader.html,
    "bullet_list_open": BlockReader.open_list,
    "ordered_list_open": BlockReader.open_list,
    "list_item_open": BlockReader.item,
    "blockquote_open": BlockReader.quotation,
    "admonition_open": BlockReader.admonition,
    "container_box_open": BlockReader.admonition,
}
