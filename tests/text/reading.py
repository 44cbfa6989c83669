"""How the tables of these tests are read: the terms of a text in one line, and whether a query finds a text."""

from __future__ import annotations

from kb_search.text.analyzer import stems, tokens


def exact(text: str, locale: str) -> str:
    """Write the terms as they stand; one that is a part of another, or another reading of it, with a star."""
    return " ".join(token.exact + "*" * token.part for token in tokens(text, locale))


def folded(text: str, locale: str) -> str:
    """Write the terms without diacritics: what is compared when somebody types without them."""
    return " ".join(token.folded for token in tokens(text, locale))


def stemmed(text: str, locale: str) -> str:
    """Write the terms as they are searched."""
    return " ".join(stems(text, locale))


def finds(query: str, text: str, locale: str) -> bool:
    """Tell whether keyword search would give every term of the query something to match in the text."""
    return set(stems(query, locale)) <= set(stems(text, locale))


def shares(query: str, text: str, locale: str) -> bool:
    """Tell whether keyword search would match anything at all."""
    return not set(stems(query, locale)).isdisjoint(stems(text, locale))
