"""The page of an article, written while its text is read: what is read is shown, and what is skipped is not.

Tags of authors close with what they stand in, so that nobody's `</div>` ends a note or a table. Nothing here decides
what is hidden: whoever reads the text does (see blocks.py, inline.py and html_text.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from indexer.admonitions import KINDS
from indexer.anchors import page_anchor
from indexer.page_tags import LANGUAGES, PLACEHOLDER, TAGS, VOID, kept_attributes
from indexer.targets import Kind, read_target
from kb_search.stores.pages import LinkMark, PictureMark, escaped

_DEEPEST = 100
"""Open elements; tags of authors that go deeper are left out."""
_LONGEST_LABEL = 120
_USABLE_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_WIDTH = re.compile(r"[1-9]\d{0,3}")
_HEADING = re.compile("h[1-6]")
_CLOSING = {name: f"</{name}>\n" for name in "p ul ol li blockquote div details tr thead tbody dl dt dd".split()}
_WITHOUT_ID = VOID | frozenset("a b code em i s small strong table u".split())
"""These get a place of their own before them: links may be left out, tables stand in a box, and marks of words are
repeated by a browser when a block begins inside of them."""


class _Open(NamedTuple):
    """An element that is open: `opening` and `closing` as written, `at` the part behind its opening."""

    name: str
    closing: str
    at: int
    by_author: bool = False
    hidden: str | None = None


class _Id(NamedTuple):
    """A part that holds an id if the id is free in the end: the part with it, and without."""

    part: int
    name: str
    with_id: str
    without: str


class PageWriter:
    """Collects HTML in `parts`; those that depend on the whole of it are filled in by `finish`.

    `marks` are links and pictures that are resolved when the page is read, `pictures` the latter with their lines.
    `by_author` tells that there are tags of authors, who may nest them as no browser does.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.marks: list[LinkMark | PictureMark] = []
        self.pictures: dict[str, int] = {}
        self.by_author = False
        self._open: list[_Open] = []
        self._ids: list[_Id] = []
        self._headings: list[tuple[int, int, int]] = []
        self._labels: dict[str, int] = {}
        self._above = 1
        self._named = ""

    def finish(self, anchors: Sequence[str]) -> str:
        """Close what is open and give all of it. `anchors` are those of the headings, by number."""
        while self._open:
            self._close_last()
        for part, level, number in self._headings:
            self.parts[part] = f'<h{level} id="{escaped(anchors[number])}">'
        taken = set(anchors)
        for found in self._ids:
            free = found.name not in taken
            taken.add(found.name)
            self.parts[found.part] = found.with_id if free else found.without
        return "".join(self.parts)

    # ── What Markdown makes ──────────────────────────────────────────────────────────────────────────────

    def text(self, text: str) -> None:
        """Write text."""
        self.parts.append(escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text)

    def raw(self, html: str) -> None:
        """Write HTML that is known to be safe."""
        self.parts.append(html)

    def open(self, name: str, attributes: str = "") -> None:
        """Begin an element."""
        self.parts.append(f"<{name}{attributes}>")
        self._open.append(_Open(name, _CLOSING.get(name) or f"</{name}>", len(self.parts)))

    def close(self) -> None:
        """End the element that was begun last, with all that authors left open in it."""
        while self._open and self._open[-1].by_author:
            self._close_last()
        if self._open:
            self._close_last()

    def hide(self, name: str) -> None:
        """Note that an element begins in a hidden part: it is written only if the part ends inside of it."""
        self._open.append(_Open(name, "", len(self.parts), hidden=name))

    def show(self) -> None:
        """Begin the elements that the end of a hidden part stands in."""
        for place, found in enumerate(self._open):
            if found.hidden:
                self.parts.append(f"<{found.hidden}>")
                self._open[place] = _Open(found.name, f"</{found.name}>", len(self.parts))

    def code(self, text: str, info: str = "") -> None:
        """Write a block of code; those who use the keyboard can scroll it."""
        language = info.split(maxsplit=1)[0].lower() if info.strip() else ""
        named = f' class="language-{language}"' if language in LANGUAGES else ""
        self.parts.append(f'<pre tabindex="0"><code{named}>{escape(text, quote=False)}</code></pre>\n')

    def begin(self) -> int:
        """Keep a place for an opening tag that is not known yet."""
        self.parts.append("")
        return len(self.parts) - 1

    def heading(self, place: int, level: int | None, number: int, text: str) -> None:
        """Make what was written since `place` a heading; without a level, the one below that of the section."""
        shown = min(6, level or self._above + 1)
        if level:
            self._above, self._named = shown, text
        self._headings.append((place, shown, number))
        self.parts.append(f"</h{shown}>\n")

    def paragraph(self, place: int) -> None:
        """Make what was written since `place` a paragraph."""
        self._headings = [heading for heading in self._headings if heading[0] != place]
        if any(self.parts[place:]):
            self.parts[place] = "<p>"
            self.parts.append("</p>\n")

    def drop(self, place: int) -> None:
        """Leave out what was written since `place`, but for the ids in it."""
        for part in range(place, len(self.parts)):
            self.parts[part] = ""
        self._ids = [found if found.part < place else _span(found.part, found.name) for found in self._ids]

    def open_table(self) -> None:
        """Begin a table, in a box that scrolls by itself; `close_table` names it."""
        place = self.begin()
        self.parts.append("<table>\n")
        self._open.append(_Open("table-scroll", "</table></div>\n", place))

    def close_table(self, label: str) -> None:
        """End a table and name its box for those who cannot see it: by its columns, else by its section."""
        while self._open and self._open[-1].by_author:
            self._close_last()
        if self._open:
            found = self._open[-1]
            if found.name == "table-scroll":
                self._label(found.at, label)
            self._close_last()

    def _label(self, place: int, label: str) -> None:
        named = " ".join((label or self._named).split())[:_LONGEST_LABEL]
        if not named:
            self.parts[place] = '<div class="table-scroll" tabindex="0">'
            return
        self._labels[named] = count = self._labels.get(named, 0) + 1
        unique = named if count == 1 else f"{named} ({count})"
        self.parts[place] = f'<div class="table-scroll" role="region" aria-label="{escaped(unique)}" tabindex="0">'

    # ── Links and pictures ───────────────────────────────────────────────────────────────────────────────

    def open_link(self, target: str, title: str = "", by_author: bool = False) -> None:
        """Begin a link; one that leads nowhere, or stands in another, is only its text."""
        opening = "" if self._in_link() else self._link(target, title)
        self.parts.append(opening)
        self._open.append(_Open("a" if opening else "", "</a>" if opening else "", len(self.parts), by_author))

    def picture(self, target: str, alt: str, line: int, title: str = "", width: str = "") -> None:
        """Write a picture; one from elsewhere is not loaded, but linked to."""
        found = read_target(target)
        if found.kind is Kind.FILE:
            self.pictures.setdefault(found.path, line)
            asked = int(width) if _WIDTH.fullmatch(width) else None
            self.marks.append(PictureMark(found.path, alt, title, asked))
            self.parts.append(f'<img src="{PLACEHOLDER}:{len(self.marks) - 1}">')
        elif found.kind is Kind.ADDRESS and found.href[:4].lower() == "http":
            self.open_link(target, title)
            self.text(alt.strip() or _name_of(found.href))
            self.close()
        else:
            self.text(alt)

    def _link(self, target: str, title: str) -> str:
        found = read_target(target)
        about = f' title="{escaped(title)}"' if title else ""
        match found.kind:
            case Kind.NOWHERE:
                return ""
            case Kind.ADDRESS:
                outside = ' rel="noopener nofollow"' if found.href[:4].lower() == "http" else ""
                return f'<a href="{escaped(found.href)}"{outside}{about}>'
            case Kind.HERE:
                return f'<a href="#{escaped(found.fragment)}"{about}>'
        self.marks.append(LinkMark(found.path, found.fragment, title, found.href))
        return f'<a href="{PLACEHOLDER}:{len(self.marks) - 1}">'

    def _in_link(self) -> bool:
        return any(found.name == "a" for found in self._open)

    def footnote_mark(self, label: str) -> None:
        """Point at a footnote."""
        self.parts.append("<sup>")
        self.open_link(f"#{_note(label)}")
        self.text(label)
        self.close()
        self.parts.append("</sup>")

    def open_footnote(self, label: str) -> None:
        """Begin a footnote, which stands where it is defined."""
        self._id(_note(label))
        self.open("div", ' class="footnote"')
        self.parts.append('<span class="footnote-label">')
        self.text(label)
        self.parts.append("</span>\n")

    def open_note(self, kind: str, label: str, *, folded: bool = False, shut: bool = True) -> None:
        """Begin an admonition; a folded one begins with its summary, which is left open for a title."""
        classes = f"admonition {kind}" if kind in KINDS else "admonition"
        if folded:
            self.open("details", f' class="{classes}"' + ("" if shut else ' open=""'))
            self.open("summary")
            self.text(label)
        else:
            self.open("div", f' class="{classes}" role="note"')
            if label:
                self.parts.append(f'<p class="admonition-label">{escape(label)}</p>\n')

    # ── What authors write as HTML ───────────────────────────────────────────────────────────────────────

    def tag(self, name: str, attributes: Mapping[str, str], line: int, *, closed: bool = False) -> None:
        """Write an author's opening tag; of one that the page has no element for, only its id."""
        self.by_author = True
        tag = TAGS.get(name) if len(self._open) < _DEEPEST else None
        ids = list(dict.fromkeys(value for key in ("id", "name") if (value := attributes.get(key))))
        carried = ids.pop(0) if ids and tag and tag not in _WITHOUT_ID else ""
        for other in ids:
            self._id(other)
        if tag == "img":
            title, width = attributes.get("title", ""), attributes.get("width", "")
            self.picture(attributes.get("src", ""), attributes.get("alt", ""), line, title, width)
        elif tag == "a":
            self.open_link(attributes.get("href", ""), attributes.get("title", ""), by_author=True)
        elif tag == "table":
            self._author_table()
        elif tag in VOID:
            self.parts.append(f"<{tag}{kept_attributes(tag, attributes)}>")
        elif tag:
            self._author_element(name, tag, attributes, carried)
        if closed and tag and tag not in VOID:
            self.end_tag(name)

    def end_tag(self, name: str) -> None:
        """End the author's element of this name, if one is open in what the tag stands in."""
        for place in range(len(self._open) - 1, -1, -1):
            found = self._open[place]
            if not found.by_author:
                return
            if found.name == name or (name == "a" and not found.name):
                while len(self._open) > place:
                    self._close_last()
                return

    def _author_element(self, name: str, tag: str, attributes: Mapping[str, str], carried: str) -> None:
        if _HEADING.fullmatch(tag):
            tag = f"h{min(6, max(2, int(tag[1])), self._above + 1)}"
        kept = kept_attributes(tag, attributes) + (' tabindex="0"' if tag == "pre" else "")
        self.parts.append(f"<{tag}{kept}>")
        if _is_free_for_authors(carried):
            part = len(self.parts) - 1
            self._ids.append(_Id(part, carried, f'<{tag} id="{escaped(carried)}"{kept}>', self.parts[part]))
        self._open.append(_Open(name, f"</{tag}>", len(self.parts), by_author=True))

    def _author_table(self) -> None:
        self._label(self.begin(), "")
        self.parts.append("<table>")
        self._open.append(_Open("table", "</table></div>", len(self.parts), by_author=True))

    def _id(self, name: str) -> None:
        if _is_free_for_authors(name):
            self._ids.append(_span(self.begin(), name))

    def _close_last(self) -> None:
        found = self._open.pop()
        if found.name == "p" and not found.by_author and found.closing and found.at == len(self.parts):
            self.parts[-1] = ""  # nothing was written in it
        elif found.closing:
            self.parts.append(found.closing)


def _is_free_for_authors(name: str) -> bool:
    return _USABLE_ID.fullmatch(name) is not None and page_anchor(name) == name


def _note(label: str) -> str:
    """Name a footnote as no heading is named: a colon is never in an anchor that is made of text."""
    return f"fn:{label}"


def _span(part: int, name: str) -> _Id:
    return _Id(part, name, f'<span id="{escaped(name)}"></span>', "")


def _name_of(address: str) -> str:
    """Call a picture by its file, else by the site that has it."""
    parsed = urlsplit(address)
    return unquote(parsed.path.rstrip("/").rpartition("/")[2]).strip() or parsed.netloc
