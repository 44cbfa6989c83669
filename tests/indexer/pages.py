"""Pages as tests look at them: Markdown → HTML, and HTML → its tags and what a reader sees."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

from indexer.markdown import parse_markdown
from kb_search.stores.pages import EndMark, LinkMark, Page, escaped

BLOCKS = frozenset("br dd div dt h1 h2 h3 h4 h5 h6 hr img li p pre summary td th tr".split())
VOID = frozenset({"br", "col", "hr", "img", "wbr"})


def page_of(markdown: str, title: str | None = None) -> str:
    """Make a page; links to files lead to `/to/PATH`, pictures from files are `/assets/PATH`."""
    return shown(parse_markdown(markdown, 1, title).page)


def shown(page: Page) -> str:
    parts = [page.pieces[0]]
    for mark, piece in zip(page.marks, page.pieces[1:], strict=True):
        if isinstance(mark, LinkMark):
            fragment = f"#{mark.fragment}" if mark.fragment else ""
            title = f' title="{escaped(mark.title)}"' if mark.title else ""
            parts.append(f'<a href="{escaped(mark.href or "/to/" + mark.path + fragment)}"{title}>')
        elif isinstance(mark, EndMark):
            parts.append("</a>")
        else:
            title = f' title="{escaped(mark.title)}"' if mark.title else ""
            parts.append(f'<img src="/assets/{escaped(mark.path)}" alt="{escaped(mark.alt)}"{title}>')
        parts.append(piece)
    return "".join(parts)


class Outline(HTMLParser):
    """`tags` with their attributes in order, `text` with the descriptions of pictures, blocks on lines of their own.

    Raises AssertionError where tags are not balanced.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"left open: {self.open}"

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)
        self.text += "\n" if tag in BLOCKS else ""
        self.text += dict(attributes).get("alt") or ""

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> ends something else"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {escape(data)}")
