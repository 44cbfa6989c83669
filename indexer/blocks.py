"""The blocks of a document, token by token: what is a heading, a list, a table, and in what order it is read.

What is read is written to the page in the same walk, so that readers see what can be found and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it.token import Token

from indexer.admonitions import Labels, alert, is_folded, label_and_title
from indexer.anchors import split_explicit
from indexer.html_text import find_closing, html_text
from indexer.inline import Env, inline_text
from indexer.links import LinkCollector
from indexer.page_writer import PageWriter
from indexer.sections import LONGEST_HEADING, SectionBuilder
from kb_search.text.normalize import normalize

MAX_NESTING = 40
"""Blocks inside blocks; a list item counts twice. What is deeper is not read."""

_CONTAINERS = frozenset(
    {"blockquote_open", "list_item_open", "dd_open", "admonition_open", "container_box_open", "footnote_reference_open"}
)
_PLAIN = {
    "paragraph_open": "p",
    "bullet_list_open": "ul",
    "list_item_open": "li",
    "thead_open": "thead",
    "tbody_open": "tbody",
    "tr_open": "tr",
    "dl_open": "dl",
    "dt_open": "dt",
    "dd_open": "dd",
}
"""Elements of the page that say nothing besides."""
_ELEMENTS = {
    **_PLAIN,
    "ordered_list_open": "ol",
    "table_open": "table",
    "th_open": "th",
    "td_open": "td",
    "blockquote_open": "blockquote",
    "admonition_open": "div",
    "container_box_open": "div",
    "footnote_reference_open": "div",
}
_CLOSING = frozenset(name.replace("_open", "_close") for name in _ELEMENTS) - {"table_close"}


class BlockReader:
    """Walks the blocks of a document once and hands their text to the section builder.

    `labels` are what kinds of notes are called (see admonitions.py), `labelled` tells that there was such a note.
    `cut` is the line of the first block that was nested too deep to be read, `unclosed` that of a comment or script
    that hides what follows it because nothing ends it.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        env: Env,
        first_line: int,
        sections: SectionBuilder,
        found: LinkCollector,
        page: PageWriter,
        labels: Labels,
    ) -> None:
        self.labelled = False
        self.cut: int | None = None
        self.unclosed: int | None = None
        self._tokens = tokens
        self._env = env
        self._first_line = first_line
        self._sections = sections
        self._found = found
        self._page = page
        self._labels = labels
        self._line = first_line
        self._resume = 0
        self._shown_again = -1
        self._lists: list[tuple[int, int | None]] = []
        self._marker = self._label = ""
        self._starts_list = False
        self._rows: list[list[str]] = []
        self._endless: set[str] = set()

    def read(self) -> None:
        """Read all of it."""
        page = self._page
        for index, token in enumerate(self._tokens):
            kind = token.type
            if index < self._resume:
                self._pass_by(token)
                continue
            if index == self._shown_again:
                page.show()
            if token.map:
                self._line = self._first_line + token.map[0]
            if kind in _CONTAINERS and token.level >= MAX_NESTING - 1 and self.cut is None:
                self.cut = self._line
            if kind in _CLOSING:
                if not token.hidden:
                    page.close()
            elif (element := _PLAIN.get(kind)) and not token.hidden:
                page.open(element)
            if handle := _HANDLERS.get(kind):
                handle(self, index)

    def _pass_by(self, token: Token) -> None:
        """Follow what opens and closes in a part that is not shown."""
        if token.hidden:
            return
        if token.type in _ELEMENTS:
            self._page.hide(_ELEMENTS[token.type])
        elif token.type in _CLOSING or token.type == "table_close":
            self._page.close()

    def heading(self, index: int) -> None:
        """Open a section, or read the heading as text where it is no part of the outline."""
        token = self._tokens[index]
        level = int(token.tag[1])
        content, explicit = split_explicit(self._tokens[index + 1].content)
        place = self._page.begin()
        written = self._inline(content)
        text = " ".join(normalize(written).split())
        self._resume = index + 2
        if not text:
            self._page.paragraph(place)
        elif len(text) > LONGEST_HEADING:
            self._page.paragraph(place)
            self._add(text)
        elif token.level:
            self._page.heading(place, None, self._sections.mark(level, written, explicit, self._line), text)
            self._add(text)
        else:
            self._label = ""
            shown, number = self._sections.heading(level, text, explicit, self._line, written)
            if shown == 1:
                self._page.drop(place)
            else:
                self._page.heading(place, shown, number, text)

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

    def cell(self, index: int) -> None:
        """Start a cell of a table."""
        token = self._tokens[index]
        align = str(token.attrs.get("style", "")).removeprefix("text-align:")
        aligned = f' class="align-{align}"' if align in ("center", "right") else ""
        # A header without words heads nothing, and is announced to no purpose.
        self._page.open(token.tag if self._tokens[index + 1].content.strip() else "td", aligned)

    def open_table(self, index: int) -> None:
        """Start a table."""
        self._page.open_table()

    def table(self, index: int) -> None:
        """Read the rows that were collected."""
        self._page.close_table(", ".join(cell for cell in self._rows[0] if cell) if self._rows else "")
        self._add("\n".join(" | ".join(row) for row in self._rows if any(row)))
        self._rows = []

    def code(self, index: int) -> None:
        """Take code as it is."""
        token = self._tokens[index]
        self._page.code(token.content, token.info)
        self._add(token.content.rstrip("\n"))

    def rule(self, index: int) -> None:
        """Draw a line, which has no text."""
        self._page.raw("<hr>\n")

    def html(self, index: int) -> None:
        """Read a block of HTML, and skip to the end of a hidden part that began in it."""
        text, closing = html_text(self._tokens[index].content, self._line, self._found, self._page)
        self._add(text)
        if closing:
            self._skip(index + 1, closing)

    def open_list(self, index: int) -> None:
        """Start a list; `start` is the number of its first item."""
        token = self._tokens[index]
        self._starts_list = not self._open_lists(token.level)
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        self._lists.append((token.level, number))
        if number is not None:
            self._page.open("ol", f' start="{number}"' if number != 1 else "")

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
            kind, title, first[0].content = found
            label = self._label_of(kind)
            self._page.open_note(kind.lower(), label)
            self._set_label(label, title)
        else:
            self._page.open("blockquote")

    def admonition(self, index: int) -> None:
        """Read the label and title of an admonition."""
        token = self._tokens[index]
        kind, title = label_and_title(token.info, token.markup)
        label = self._label_of(kind)
        folded = bool(label or title) and is_folded(token.info, token.markup)
        if label or title:
            self._page.open_note(kind.lower(), label, folded=folded, shut=not token.markup.startswith("???+"))
        else:
            self._page.open("div")  # layout
        self._set_label(label, title, folded=folded)
        if self._tokens[index + 1].type == "admonition_title_open":
            self._resume = index + 4

    def footnote(self, index: int) -> None:
        """Start a footnote, which is read where it is defined."""
        self._page.open_footnote(str(self._tokens[index].meta["label"]))

    def _label_of(self, kind: str) -> str:
        self.labelled = self.labelled or bool(kind)
        return self._labels.words.get(kind.lower(), kind)

    def _set_label(self, label: str, title: str, *, folded: bool = False) -> None:
        self._label = f"{label}{self._labels.colon}" if label else ""
        if title and folded:
            self._page.text(self._labels.colon if label else "")
        elif title:
            self._page.open("p", ' class="admonition-title"')
        if title:
            self._add(self._inline(title))
        if title or folded:
            self._page.close()

    def _open_lists(self, level: int) -> list[tuple[int, int | None]]:
        while self._lists and self._lists[-1][0] >= level:
            self._lists.pop()
        return self._lists

    def _inline(self, content: str) -> str:
        return inline_text(content, self._line, self._env, self._found, self._page)

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
                self._resume = self._shown_again = index
                return
        self._endless.add(closing)
        self.unclosed = self.unclosed or self._line


_HANDLERS: dict[str, Callable[[BlockReader, int], None]] = {
    "heading_open": BlockReader.heading,
    "inline": BlockReader.inline,
    "tr_open": BlockReader.row,
    "th_open": BlockReader.cell,
    "td_open": BlockReader.cell,
    "table_open": BlockReader.open_table,
    "table_close": BlockReader.table,
    "fence": BlockReader.code,
    "code_block": BlockReader.code,
    "hr": BlockReader.rule,
    "html_block": BlockReader.html,
    "bullet_list_open": BlockReader.open_list,
    "ordered_list_open": BlockReader.open_list,
    "list_item_open": BlockReader.item,
    "blockquote_open": BlockReader.quotation,
    "admonition_open": BlockReader.admonition,
    "container_box_open": BlockReader.admonition,
    "footnote_reference_open": BlockReader.footnote,
}
