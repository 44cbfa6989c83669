"""From scored articles to the window a reader sees: ordered, translations folded, pins first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.ranking.families import Families, language_rank

WINDOW = 200
"""How many results can be paged through; totals and facets are counted inside it."""


_FIRST = 0.4
"""What the similarity of an article's first chunk weighs, against that of the nearest one."""


def article_similarity(nearest: NDArray[np.float64], first: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarity of articles from that of their nearest chunk and of their first, shape (articles,) each.

    The first says what the article is about: of two that mention something, the one that is about it comes first.
    """
    return (nearest + _FIRST * first) / (1 + _FIRST)


class Scored(NamedTuple):
    """One result: the article that is shown, the one whose evidence gives the score, and the folded others.

    A tuple: hundreds are made per query, and a frozen dataclass takes several times as long to make.
    """

    shown: int
    matched: int
    log_odds: float
    translations: tuple[int, ...] = ()
    pinned: bool = False


class Ordered(NamedTuple):
    """Articles best first, int64 of shape (n,), and their log-odds, float64 of shape (n,)."""

    articles: NDArray[np.int64]
    log_odds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """Results best first, as arrays of shape (n,), since only those of a page are looked at one by one.

    `translations` lists the other language versions of an article that is shown; see Scored for the rest.
    """

    shown: NDArray[np.int64]
    matched: NDArray[np.int64]
    log_odds: NDArray[np.float64]
    translations: Callable[[int], tuple[int, ...]]
    pinned: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.shown)

    def page(self, start: int, stop: int) -> list[Scored]:
        """Give the results from `start` to `stop`."""
        rows = zip(
            range(start, stop),
            self.shown[start:stop].tolist(),
            self.matched[start:stop].tolist(),
            self.log_odds[start:stop].tolist(),
            strict=False,
        )
        return [Scored(a, b, odds, self.translations(a), row in self.pinned) for row, a, b, odds in rows]

    def first(self, count: int) -> Window:
        """Leave out what comes behind the first `count`."""
        if len(self) <= count:
            return self
        return self.take(np.arange(count), (row for row in self.pinned if row < count))

    def take(self, rows: NDArray[np.int64], pinned: Iterable[int] = ()) -> Window:
        """Choose some results, in a given order; `pinned` are places in it."""
        chosen = self.shown[rows], self.matched[rows], self.log_odds[rows]
        return Window(*chosen, self.translations, frozenset(pinned))


def order_articles(ordinals: NDArray[np.int64], log_odds: NDArray[np.float64]) -> Ordered:
    """Sort best first; equals by ordinal, so that the order never depends on how they were found."""
    order = np.lexsort((ordinals, -np.round(log_odds, 9)))
    return Ordered(ordinals[order], log_odds[order])


def unfolded(ranked: Ordered, limit: int, pinned: Collection[int] = ()) -> Window:
    """Take every article as a result of its own, with the limit of `fold`."""
    chosen = _within(np.arange(len(ranked.articles)), ranked.articles, limit, np.array(list(pinned), np.int64))
    articles = ranked.articles[chosen]
    return Window(articles, articles, ranked.log_odds[chosen], lambda row: ())


def fold(
    ranked: Ordered,
    families: Families,
    languages: Sequence[str],
    limit: int,
    *,
    members: NDArray[np.bool_] | None = None,
    locales: NDArray[np.str_] | None = None,
    pinned: Collection[int] = (),
) -> Window:
    """Keep one result per family of translations: its best score, in the reader's language.

    At most `limit` of them, and beyond it only those of `pinned` articles. `members`, bool of shape (articles,), leaves
    only some articles of each family to be shown, by their `locales`; see Families.shown for which.
    """
    of = families.of[ranked.articles]
    first = np.sort(np.unique(of, return_index=True)[1])
    chosen = _within(first, of, limit, families.of[np.array(list(pinned), np.int64)])
    matched, odds = ranked.articles[chosen], ranked.log_odds[chosen]
    if members is None or locales is None:
        return Window(families.shown(languages)[matched], matched, odds, families.others)

    def visible(row: int) -> list[int]:
        return [other for other in families.members(row) if members[other]]

    def best(row: int) -> int:
        return min(visible(row), key=lambda other: (language_rank(str(locales[other]), languages), other != row, other))

    shown = np.array([best(row) for row in matched.tolist()], np.int64)
    return Window(shown, matched, odds, lambda row: tuple(other for other in visible(row) if other != row))


def _within(rows: NDArray[np.int64], of: NDArray[np.int64], limit: int, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the first `limit` of some rows, and of the others those whose value is to be kept."""
    if len(rows) <= limit:
        return rows
    others = rows[limit:]
    return np.concatenate([rows[:limit], others[np.isin(of[others], kept)]]) if len(kept) else rows[:limit]


def put_pins_first(ranked: Window, pinned: Mapping[int, int]) -> Window:
    """Move the results that show or match a pinned article to the top, keeping their scores.

    `pinned` maps articles to their places: the lowest comes first, and equal ones stay in their order.
    """
    if not pinned:
        return ranked
    places = [_place(scored, pinned) for scored in ranked.page(0, len(ranked))]
    order = sorted(range(len(ranked)), key=lambda row: (places[row] is None, places[row] or 0))
    return ranked.take(np.array(order, np.int64), range(sum(place is not None for place in places)))


def _place(scored: Scored, pinned: Mapping[int, int]) -> int | None:
    rows = (scored.shown, scored.matched, *scored.translations)
    return min((pinned[row] for row in rows if row in pinned), default=None)
