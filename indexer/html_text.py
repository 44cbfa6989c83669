"""The readable text of HTML inside Markdown. Not a browser: tags go, words stay, nothing is interpreted.

Every loop moves forward, so that the time is linear in the input whatever is left unclosed.
"""

from __future__ import annotations

import re
from html import unescape

from indexer.links import LinkCollector
from indexer.page_writer import PageWriter

_TAG = re.compile(r"""</?([A-Za-z][A-Za-z0-9-]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*)>""")
_ATTRIBUTE = re.compile(r"""(?<![\w-])([A-Za-z-]++)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'=<>`]++)""")
_HIDDEN = re.compile(r"<(script|style|template|noscript)\b", re.IGNORECASE)
_WHITESPACE = re.compile(r"\s+")
_CELL = "\x1f"
_BREAKS = dict.fromkeys("p h1 h2 h3 h4 h5 h6 table ul ol dl blockquote pre".split(), "\n\n")
_BREAKS |= dict.fromkeys("br div tr dt dd summary details section article hr figure".split(), "\n")
_BARE = {"details": {"open"}, "ol": {"reversed"}}
"""Attributes that mean something without a value."""
# These end where the next one begins.
_ROWS = frozenset({"tr", "dt", "dd"})


def html_text(html: str, line: int, found: LinkCollector, page: PageWriter) -> tuple[str, str]:
    """Give the text of a block of HTML, and what would close the part that it leaves open (`-->`), mostly ''.

    What is text is written to the page, too, with those of its tags that a page may have.
    """
    parts: list[str] = []
    position, preformatted = 0, False
    while (start := html.find("<", position)) != -1:
        parts.append(_words(html[position:start], preformatted))
        page.text(unescape(html[position:start]))
        line += html.count("\n", position, start)
        closing = closing_of(html, start)
        if closing:
            end = find_closing(html, closing, start)
            if end < 0:
                return _lines(parts), closing
        elif tag := _TAG.match(html, start):
            end = tag.end()
            parts.append(tag_text(tag[0], line, found, page))
            if tag[1].lower() == "pre":
                preformatted = not tag[0].startswith("</")
        else:
            end = start + 1
            parts.append("<")
            page.text("<")
        line += html.count("\n", start, end)
        position = end
    parts.append(_words(html[position:], preformatted))
    page.text(unescape(html[position:]))
    return _lines(parts), ""


def closing_of(html: str, start: int) -> str:
    """Say what closes the hidden part that opens here (a comment, a script), '' if none opens."""
    if html.startswith("<!--", start):
        return "-->"
    if html.startswith("<?", start):
        return "?>"
    if html.startswith("<!", start):
        return ">"
    hidden = _HIDDEN.match(html, start)
    return f"</{hidden[1].lower()}" if hidden else ""


def find_closing(html: str, closing: str, start: int) -> int:
    """Find where a hidden part ends, -1 if it does not."""
    if not closing.startswith("</"):
        end = html.find(closing, start)
        return end if end < 0 else end + len(closing)
    found = re.compile(re.escape(closing) + r"[^>]*+>", re.IGNORECASE).search(html, start)
    return found.end() if found else -1


def tag_text(tag: str, line: int, found: LinkCollector, page: PageWriter) -> str:
    """Give what a reader sees of one tag (a line break, the description of a picture) and note where it leads."""
    parsed = _TAG.fullmatch(tag)
    if parsed is None:
        return ""
    name = parsed[1].lower()
    if tag.startswith("</"):
        page.end_tag(name)
        return "" if name in _ROWS else _BREAKS.get(name, "")
    attributes = {key.lower(): unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(parsed[2])}
    if name in _BARE:
        attributes |= dict.fromkeys(_BARE[name] & set(_ATTRIBUTE.sub(" ", parsed[2]).lower().split()), "")
    page.tag(name, attributes, line, closed=parsed[2].endswith("/"))
    found.anchors += [attributes[key] for key in ("id", "name") if attributes.get(key)]
    if name == "img":
        found.picture(attributes.get("src", ""), attributes.get("alt", ""), line)
        return attributes.get("alt", "")
    if name == "a":
        found.link(attributes.get("href", ""), line)
    return "\n- " if name == "li" else _CELL if name in ("td", "th") else _BREAKS.get(name, "")


def _words(text: str, preformatted: bool) -> str:
    return unescape(text if preformatted else _WHITESPACE.sub(" ", text))


def _lines(parts: list[str]) -> str:
    return "\n".join(_row(line) for line in "".join(parts).split("\n")).strip()


def _row(line: str) -> str:
    if _CELL not in line:
        return line.strip()
    before, *cells = (cell.strip() for cell in line.split(_CELL))
    return " | ".join([before, *cells] if before else cells)
