"""The front page: articles that come first, and what there is to read, by category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_search.web.asked import Asked
from kb_search.web.links import ArticleLink

CARDS = 12
"""Categories that are shown with their first articles; more are listed by name."""
FIRST_ARTICLES = 4
FEATURED = 6
POPULAR = 6


@dataclass(frozen=True, slots=True)
class Topic:
    """A category, or the articles without one (`name` is empty): how many articles, and the `first` of them."""

    name: str
    address: str
    articles: int
    first: tuple[ArticleLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """`popular` are queries, as text and address; `others` are categories without their articles."""

    featured: tuple[ArticleLink, ...]
    popular: tuple[tuple[str, str], ...]
    topics: tuple[Topic, ...]
    others: tuple[Topic, ...]


def query_links(queries: Sequence[str], locale: str) -> tuple[tuple[str, str], ...]:
    """Give each query with the address of its results."""
    return tuple((query, Asked(query, locale, {}).address()) for query in queries)
