"""The page of a category: its articles by title, some at a time."""

from __future__ import annotations

from dataclasses import dataclass

from kb_search.browsing import Card, Listing
from kb_search.web.links import article_address, topic_address

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Item:
    """An article in the list."""

    title: str
    address: str
    locale: str
    summary: str | None
    updated: str | None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """`name` is empty for the articles without a category; pages count from 1, `previous` and `next` are addresses."""

    name: str
    total: int
    number: int
    pages: int
    articles: tuple[Item, ...]
    previous: str | None
    next: str | None


def topic_page(name: str, locale: str, number: int, listing: Listing) -> TopicPage:
    """Arrange one page of a category."""
    pages = -(-listing.total // PAGE_SIZE)
    return TopicPage(
        name=name,
        total=listing.total,
        number=number,
        pages=pages,
        articles=tuple(_item(card, locale) for card in listing.articles),
        previous=topic_address(name, locale, number - 1) if number > 1 else None,
        next=topic_address(name, locale, number + 1) if number < pages else None,
    )


def _item(card: Card, locale: str) -> Item:
    address = article_address(card.url, card.locale, locale)
    return Item(card.title, address, card.locale, card.summary, card.updated)
