"""An article as a page: safe HTML, cut where something depends on who reads it.

Links to other articles and pictures are not part of the HTML, but stand between its pieces as marks: what was written
is text or a tag in a piece, so nothing that an author writes can be taken for one. They are resolved when the article
is read, see article_html.py.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from html import escape

import msgspec

PAGES_VERSION = 2
"""Raised when the same Markdown becomes another page: the next build then makes all of them anew."""

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


class LinkMark(msgspec.Struct, frozen=True, tag="link", array_like=True):
    """A link begins. `path` leads to the file of an article, from that of this one, or from `/` to an alias.

    `href` is where it leads if no article is there; without one it is only text then.
    """

    path: str
    fragment: str = ""
    title: str = ""
    href: str = ""


class EndMark(msgspec.Struct, frozen=True, tag="end", array_like=True):
    """The link that began at mark number `link` ends."""

    link: int


class PictureMark(msgspec.Struct, frozen=True, tag="picture", array_like=True):
    """A picture; `path` leads to its file from that of the article, `width` is what the author asked for."""

    path: str
    alt: str = ""
    title: str = ""
    width: int | None = None


Mark = LinkMark | EndMark | PictureMark


class Page(msgspec.Struct, frozen=True, array_like=True):
    """`pieces` of HTML with a mark between each and the next: one mark less than there are pieces."""

    pieces: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """A picture that articles show: its name among the assets, and its size in pixels where that is known."""

    name: str
    width: int | None = None
    height: int | None = None


encode_page = msgspec.msgpack.Encoder().encode
decode_page = msgspec.msgpack.Decoder(Page).decode


def path_from(file: str, path: str) -> str:
    """Follow a path from the folder of a file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


def escaped(text: str) -> str:
    """Write a text as HTML writes it, between tags and in attributes."""
    return escape(text).replace("&#x27;", "'").replace("\xa0", "&nbsp;")


def paragraphs(text: str) -> str:
    """Write plain text as paragraphs: blank lines part them, other line ends stay."""
    blocks = (block.strip("\n") for block in _BLANK_LINES.split(text))
    return "\n".join(f"<p>{_lines(block)}</p>" for block in blocks if block.strip())


def _lines(block: str) -> str:
    return escape(block, quote=False).replace("\xa0", "&nbsp;").replace("\n", "<br>\n")


def encode_contents(contents: Sequence[tuple[int, str, str]]) -> bytes:
    """Write an outline: level, text and anchor of each heading."""
    return msgspec.json.encode(contents)


def decode_contents(data: bytes) -> list[tuple[int, str, str]]:
    """Read what `encode_contents` wrote."""
    return msgspec.json.decode(data, type=list[tuple[int, str, str]])
