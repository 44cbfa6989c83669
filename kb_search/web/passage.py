"""A passage as lines for the page of results: items and rows of tables are known by how plain text writes them. Pure.

What is not text, a bar between cells or the dot of a list, is put in as HTML; no word is changed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MARKED = re.compile(r"<mark>([^<]*)</mark>")
_ITEM = re.compile(r"(?:(?P<number>\d+\.)|-(?: \[(?P<task>[ xX])\])?) ")
_BAR = " | "
_SHOWN_BAR = ' <span class="cells">|</span> '


class Line(NamedTuple):
    """One line as safe HTML; `kind` is `item`, `row` of a table, or empty; `apart` says that a blank line is above."""

    html: str
    kind: str
    apart: bool


def passage_lines(html: str) -> tuple[Line, ...]:
    """Split a passage, escaped text with `<mark>`, into lines."""
    lines: list[Line] = []
    apart = False
    whole = _MARKED.sub(lambda found: found[0].replace("\n", "</mark>\n<mark>"), html)
    for text in whole.split("\n"):
        if text.strip():
            lines.append(_line(text, apart and bool(lines)))
        apart = not text.strip()
    return tuple(lines)


def _line(text: str, apart: bool) -> Line:
    item = _ITEM.match(text)
    if item:
        sign = item["number"] or {None: "•", " ": "☐"}.get(item["task"], "☑")
        text = f"{sign} {text[item.end() :]}"
    kind = "item" if item else "row" if _BAR in text else ""
    return Line(text.replace(_BAR, _SHOWN_BAR), kind, apart)
