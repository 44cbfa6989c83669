"""Which of the queries that others often asked go on with what is typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kb_search.text.normalize import fold, normalize


def continuing(text: str, popular: Iterable[str], most: int) -> list[str]:
    """Choose queries that begin with a normalised text, then those that have its words, in the order given.

    Its last word may be the beginning of one of theirs. The text itself is not among them, nor any query twice.
    """
    typed, words = _spelt(text)
    beginnings = [f" {word}" for word in words.split()]
    begin: dict[str, str] = {}
    have: dict[str, str] = {}
    for query in popular:
        key, own = _spelt(query)
        if not key or (typed and key == typed) or key in begin or key in have:
            continue
        if key.startswith(typed):
            begin[key] = query
            if len(begin) == most:
                break
        elif beginnings and all([beginning in own for beginning in beginnings]):
            have[key] = query
    return [normalize(query) for query in (*begin.values(), *have.values())][:most]


@lru_cache(maxsize=8_192)
def _spelt(text: str) -> tuple[str, str]:
    """Spell a query as queries are compared, and its words, each after a space."""
    key = fold(normalize(text))
    return key, " " + " ".join("".join(letter if letter.isalnum() else " " for letter in key).split())
