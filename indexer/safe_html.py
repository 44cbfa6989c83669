"""What was written of a page → the page as it is stored: sanitised, and cut where something depends on the reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.page_tags import PLACEHOLDER, cleaner
from kb_search.stores.pages import EndMark, LinkMark, Mark, Page, PictureMark

_CLEANER = cleaner()
_CUT = re.compile(rf'<a href="{PLACEHOLDER}:(\d+)">|<img src="{PLACEHOLDER}:(\d+)">|<a[ >]|</a>')
_ROUNDS = 10
# HTML ignores a line end here, and would another each time it is read.
_IGNORED = re.compile(r"(<pre(?: [^>]*)?>)\n+")


def make_page(html: str, marks: Sequence[LinkMark | PictureMark], by_author: bool) -> Page:
    """Sanitise HTML whose placeholders name `marks` by number, until it stays as it is.

    Only tags `by_author` can be nested so that what is made of them is read differently the next time.

    Marks are found by whole tags that only the writer makes: in what authors wrote, `<` is `&lt;` and `"` in a value is
    `&quot;`, and no address of theirs has the scheme of a placeholder.
    """
    for _ in range(_ROUNDS):
        before, html = html, _CLEANER.clean(html)
        if "<pre" in html:
            html = _IGNORED.sub(r"\1", html)
        if not by_author or html == before:
            break
    pieces: list[str] = []
    found: list[Mark] = []
    links: list[int | None] = []
    position = 0
    for tag in _CUT.finditer(html):
        mark: Mark
        if number := tag[1] or tag[2]:
            mark = marks[int(number)]
            if tag[1]:
                links.append(len(found))
        elif tag[0] != "</a>":
            links.append(None)
            continue
        elif (link := links.pop() if links else None) is not None:
            mark = EndMark(link)
        else:
            continue
        pieces.append(html[position : tag.start()])
        found.append(mark)
        position = tag.end()
    return Page((*pieces, html[position:]), tuple(found))
