"""The page of an article: where it stands, what it says, and where to go from here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from kb_search.answers import ArticleAnswer
from kb_search.types import Hit
from kb_search.web.language import Language
from kb_search.web.links import ArticleLink, is_foreign, link_to, topic_address

NEAR = 0.6
"""Score from which an article is related: somewhat more than that from which a search would call it an answer."""
RELATED = 4
_FEW = 2
"""Headings that need no table of contents."""
_DEPTHS = 3


_LABEL = re.compile(r'(<div class="admonition (\w+)" role="note"><p class="admonition-label">)[^<]*(</p>)')


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is asked: `voted` is None, `yes` or `no` (then one comment may follow), or `done`.

    `sent_from` names the result that led here, `query_id.position`.
    """

    voted: str | None
    sent_from: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents; `depth` counts from 1."""

    text: str
    anchor: str
    depth: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """`html` is safe; `crumbs` are text and address, `translations` locale, title and address."""

    id: str
    title: str
    locale: str
    foreign: bool
    summary: str | None
    updated: str | None
    html: str
    crumbs: tuple[tuple[str, str | None], ...]
    contents: tuple[Entry, ...]
    translations: tuple[tuple[str, str, str], ...]
    related: tuple[ArticleLink, ...]
    feedback: Feedback | None


def article_page(
    article: ArticleAnswer, reader: str, similar: Sequence[Hit], feedback: Feedback | None, own: Language
) -> ArticlePage:
    """Arrange an article for a reader of a locale; `similar` are the nearest articles, best first.

    `own` is the article's language: in it are the labels of notes and warnings, which a site may call otherwise.
    """
    category = ((article.category, topic_address(article.category, article.locale)),) if article.category else ()
    related = [hit for hit in similar if hit.score >= NEAR and not is_foreign(hit.locale, article.locale)]
    return ArticlePage(
        id=article.id,
        title=article.title,
        locale=article.locale,
        foreign=is_foreign(article.locale, reader),
        summary=article.summary,
        updated=article.updated,
        html=_LABEL.sub(lambda found: _label(found, own), article.html),
        crumbs=(*category, (article.title, None)),
        contents=_contents(article),
        translations=tuple((other.locale, other.title, other.url) for other in article.translations),
        related=tuple(link_to(hit.title, hit.url, hit.locale, reader) for hit in related[:RELATED]),
        feedback=feedback,
    )


def _label(found: re.Match[str], own: Language) -> str:
    key = f"label.{found[2].lower()}"
    return f"{found[1]}{escape(own.say(key))}{found[3]}" if key in own.words else found[0]


def _contents(article: ArticleAnswer) -> tuple[Entry, ...]:
    highest = min((heading.level for heading in article.contents), default=1)
    entries = [Entry(one.text, one.anchor, one.level - highest + 1) for one in article.contents]
    shown = tuple(entry for entry in entries if entry.depth <= _DEPTHS)
    return shown if len(shown) > _FEW else ()
