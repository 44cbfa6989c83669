"""Answers about articles, as the library and HTTP give them: frozen, without behaviour. A search's is in types.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb_search.types import Hit, Translation

ChangeKind = Literal["new", "edited", "archived"]


@dataclass(frozen=True, slots=True)
class ArticleSection:
    """The plain text under one heading; heading and anchor are empty for the text before the first heading."""

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article: its level on a page whose title has level 1, its text, and the id that it has there."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ArticleAnswer:
    """One article with its text. Dates are ISO 8601; `translations` are those that this reader may see.

    `html` is all of it but the title, safe to put into a page; `contents` are its headings, whose anchors are ids
    there; `sections` are the same as plain text.
    """

    id: str
    title: str
    url: str
    locale: str
    status: str
    confidence: str | None
    owner: str | None
    area: str | None
    category: str | None
    tags: tuple[str, ...]
    summary: str | None
    created: str | None
    updated: str | None
    review_by: str | None
    translations: tuple[Translation, ...]
    sections: tuple[ArticleSection, ...]
    contents: tuple[Heading, ...]
    html: str


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """The articles nearest in meaning to the article `id`, best first, translations folded."""

    id: str
    locale: str
    took_ms: float
    generation: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article, or a query that others often ask: then `id`, `url` and `locale` are None.

    `html` is `text`, escaped, with what is typed in `<mark>`.
    """

    kind: Literal["article", "query"]
    text: str
    html: str
    id: str | None = None
    url: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class SuggestAnswer:
    """Suggestions, best first. `locale` is the reader's, else that of the best article."""

    query: str
    locale: str | None
    took_ms: float
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The latest that happened to an article, on a day as ISO 8601 writes it."""

    kind: ChangeKind
    day: str
    id: str
    title: str
    url: str
    locale: str
    area: str | None
    category: str | None
    owner: str | None
    status: str


@dataclass(frozen=True, slots=True)
class ChangesAnswer:
    """A part of the changes, latest first, and how many there are."""

    total: int
    generation: str
    changes: tuple[Change, ...]
