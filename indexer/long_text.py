"""A text too long for an article (a log, an export): headings and lines only, in linear time."""

from __future__ import annotations

import re

from indexer.page_writer import PageWriter
from indexer.sections import LONGEST_HEADING, SectionBuilder
from kb_search.stores.pages import paragraphs

_MOST_HEADINGS = 5_000

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]++(.*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def read_long_text(body: str, first_line: int, sections: SectionBuilder, page: PageWriter) -> None:
    """Add a text to the builder as it is written, comments left out. Marks are kept, links are not noted.

    After some thousands of headings the others are text: no reader needs an outline that long.
    """
    body = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), body)
    block: list[str] = []
    fence = ""
    headings = 0
    for number, line in enumerate(body.split("\n"), first_line):
        heading = None if fence or headings == _MOST_HEADINGS else _HEADING.fullmatch(line)
        text = heading[2].strip().rstrip("#").strip() if heading else ""
        if heading and 0 < len(text) <= LONGEST_HEADING:
            _flush(block, number, sections, page)
            headings += 1
            level, index = sections.heading(len(heading[1]), text, None, number)
            if level > 1:
                place = page.begin()
                page.text(text)
                page.heading(place, level, index, text)
            continue
        fence = _fence_after(line, fence)
        block.append(line)
    _flush(block, first_line + body.count("\n") + 1, sections, page)


def _flush(block: list[str], next_line: int, sections: SectionBuilder, page: PageWriter) -> None:
    text = "\n".join(block)
    if text.strip():
        sections.text(text, next_line - len(block))
        page.raw(paragraphs(text) + "\n")
    block.clear()


def _fence_after(line: str, fence: str) -> str:
    """Follow code fences: the marks of the one that is open after this line, '' if none."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) and not line[found.end() :].strip() else fence
