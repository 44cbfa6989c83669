"""One Markdown text → sections of plain text, a page of safe HTML, links, and what a linter wants to know.

Pure; never raises.


CommonMark with tables, strikethrough, footnotes, definition lists and admonitions. Tokens are read in one pass;
what a hidden part of HTML (a comment, a script) spans is skipped, so that no note to colleagues is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from indexer.admonitions import AS_WRITTEN, Labels
from indexer.blocks import MAX_NESTING, BlockReader
from indexer.inline import Env, Markdown
from indexer.links import LinkCollector
from indexer.long_text import read_long_text
from indexer.page_writer import PageWriter
from indexer.safe_html import make_page
from indexer.sections import Heading, SectionBuilder
from kb_search.stores.pages import Page, PictureMark
from kb_search.types import Link, Section

LONGEST_TEXT = 300_000
"""Characters. A longer text is not parsed but taken as it is, so that no file takes more than seconds."""

_EMBEDDED_FILE = re.compile(r"data:[\w.+/-]{0,99}(?:;[\w=.-]{1,99}){0,9};base64,[A-Za-z0-9+/=_%-]{64,}+")


@dataclass(frozen=True, slots=True)
class ParsedMarkdown:
    """What a text holds. `title` is its first H1, whoever uses it.

    `anchors` were set by hand in HTML, `undescribed` are the lines of pictures without alternative text, `cut` is
    the line of what was nested too deep to be read, `unclosed` that of a comment without an end, and `simplified`
    tells that the text was too long to parse. `labelled` tells that a note has its kind as a label.

    `page` is what readers see, `contents` its outline (see SectionBuilder.contents), `pictures` what it shows from
    files: paths as they start at this one, with the line of the first mention.
    """

    title: str | None
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    page: Page
    contents: tuple[tuple[int, str, str], ...] = ()
    pictures: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    undescribed: tuple[int, ...] = ()
    cut: int | None = None
    unclosed: int | None = None
    simplified: bool = False
    labelled: bool = False


def parse_markdown(body: str, first_line: int, title: str | None = None, labels: Labels = AS_WRITTEN) -> ParsedMarkdown:
    """Read a text whose first line is line `first_line` of its file.

    `title` is that of the front matter: an H1 that repeats it, or the first H1 where there is none, is not a
    section of its own. `labels` are what kinds of notes are called where they are not named as they are written.
    """
    if ";base64," in body:
        body = _EMBEDDED_FILE.sub("data:,", body)
    sections = SectionBuilder(title, first_line)
    found, writer = LinkCollector(), PageWriter()
    cut = unclosed = None
    labelled = False
    if len(body) > LONGEST_TEXT:
        read_long_text(body.replace("\r\n", "\n").replace("\r", "\n"), first_line, sections, writer)
    else:
        env: Env = {}
        # The closing newline: a plugin looks one character past a last line of spaces.
        reader = BlockReader(_PARSER.parse(body + "\n", env), env, first_line, sections, found, writer, labels)
        reader.read()
        cut, unclosed, labelled = reader.cut, reader.unclosed, reader.labelled
    kept, headings = sections.finish()
    page = make_page(writer.finish([heading.anchor for heading in headings]), writer.marks, writer.by_author)
    shown = dict.fromkeys(mark.path for mark in page.marks if isinstance(mark, PictureMark))
    return ParsedMarkdown(
        title=sections.first_h1,
        sections=kept,
        links=tuple(found.links),
        page=page,
        contents=sections.contents(headings),
        pictures=tuple(Link(path, writer.pictures[path], image=True) for path in shown),
        headings=headings,
        anchors=tuple(found.anchors),
        undescribed=tuple(found.undescribed),
        cut=cut,
        unclosed=unclosed,
        simplified=len(body) > LONGEST_TEXT,
        labelled=labelled,
    )


def _parser() -> Markdown:
    parser = Markdown("commonmark", {"maxNesting": MAX_NESTING})
    parser.enable("table")
    deflist_plugin(parser)
    footnote_plugin(parser, move_to_end=False)
    admon_plugin(parser)
    container_plugin(parser, "box", validate=lambda params, markup: True)
    # Paragraphs are read one by one, when it is known that they are wanted.
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


_PARSER = _parser()
