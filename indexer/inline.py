"""The readable text of one paragraph, heading or cell: marks are dropped, words stay, links are noted.

The same tokens, in the same pass, are written to the page, where the marks are tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from indexer.html_text import closing_of, find_closing, tag_text
from indexer.links import LinkCollector
from indexer.page_writer import PageWriter

Env = dict[str, Any]
"""What the blocks of a document define for its paragraphs: link references and footnotes."""

_MARKUP = re.compile(r"[\\`*_~\[<&\n]")
# Brackets inside brackets. Each level multiplies the time that a page of unclosed `[` takes.
_MAX_NESTING = 10


class Markdown(MarkdownIt):
    """A parser that keeps targets as they are written: nothing here becomes a page, so nothing is refused."""

    def validateLink(self, url: str) -> bool:
        """Accept every target, also those a browser must not follow."""
        return True

    def normalizeLink(self, url: str) -> str:
        """Keep a target as written."""
        return url

    def normalizeLinkText(self, link: str) -> str:
        """Keep the text of a bare link as written."""
        return link


def _parser() -> Markdown:
    parser = Markdown("commonmark", {"maxNesting": _MAX_NESTING})
    parser.enable("strikethrough")
    footnote_plugin(parser, move_to_end=False)
    return parser


_PARSER = _parser()


_TAGS = {"em_open": "em", "strong_open": "strong", "s_open": "s"}


def inline_text(content: str, line: int, env: Env, found: LinkCollector, page: PageWriter) -> str:
    """Give the text of inline Markdown that starts on `line`; a hard break is a newline, a soft one a space."""
    if not _MARKUP.search(content):
        page.text(content)
        return content
    return _text(_PARSER.inline.parse(content, _PARSER, env, []), line, env, found, page)


def _text(tokens: Sequence[Token], line: int, env: Env, found: LinkCollector, page: PageWriter) -> str:
    parts: list[str] = []
    hidden = ""
    link = words = 0
    for token in tokens:
        if token.type == "link_open":  # there are no links inside links
            link, words = len(found.links), len(parts)
        elif token.type == "link_close":
            found.named_since(link, "".join(parts[words:]))
        if hidden:
            if token.type == "html_inline" and find_closing(token.content, hidden, 0) >= 0:
                hidden = ""
            elif token.nesting > 0:
                page.hide("")
            elif token.nesting < 0:
                page.close()
        elif token.type == "html_inline":
            closing = closing_of(token.content, 0)
            hidden = closing if closing.startswith("</") else ""
            parts.append("" if closing else tag_text(token.content, line, found, page))
        else:
            parts.append(_plain(token, line, env, found, page))
        if token.type in ("softbreak", "hardbreak"):
            line += 1
    return "".join(parts)


def _plain(token: Token, line: int, env: Env, found: LinkCollector, page: PageWriter) -> str:
    match token.type:
        case "text" | "text_special":
            page.text(token.content)
            return token.content
        case "code_inline":
            page.open("code")
            page.text(token.content)
            page.close()
            return token.content
        case "softbreak":
            page.raw("\n")
            return " "
        case "hardbreak":
            page.raw("<br>\n")
            return "\n"
        case "link_open":
            found.link(str(token.attrs["href"]), line)
            page.open_link(str(token.attrs["href"]), str(token.attrs.get("title", "")))
        case "em_open" | "strong_open" | "s_open":
            page.open(_TAGS[token.type])
        case "link_close" | "em_close" | "strong_close" | "s_close":
            page.close()
        case "image":
            target, title = str(token.attrs["src"]), str(token.attrs.get("title", ""))
            description = _text(token.children or (), line, env, found, PageWriter())
            found.picture(target, description, line)
            page.picture(target, description, line, title)
            return description
        case "footnote_ref":
            return _footnote(token, line, env, found, page)
    return ""


def _footnote(token: Token, line: int, env: Env, found: LinkCollector, page: PageWriter) -> str:
    # A footnote written in place has no other place; the others are read where they are defined.
    note = env["footnotes"]["list"][token.meta["id"]]
    if "tokens" not in note:
        page.footnote_mark(str(note["label"]))
        return ""
    page.text(" (")
    text = _text(note["tokens"], line, env, found, page)
    page.text(")")
    return f" ({text})"
