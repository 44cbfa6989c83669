"""From scored articles to the window a reader sees: ordered, translations folded, pins first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.text.locales import matches

WINDOW = 200
"""How many results can be paged through; totals and facets are counted inside it."""


_FIRST = 0.4
"""What the similarity of an article's first chunk weighs, against that of the nearest one."""


def article_similarity(nearest: NDArray[np.float64], first: NDArray[np.float32]) -> NDArray[np.float64]:
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


def order_articles(ordinals: NDArray[np.int64], log_odds: NDArray[np.float64]) -> Iterator[Scored]:
    """Sort best first; equals by ordinal, so that the order never depends on how they were found."""
    order = np.lexsort((ordinals, -np.round(log_odds, 9)))
    ordered = ordinals[order].tolist()
    return (Scored(row, row, odds) for row, odds in zip(ordered, log_odds[order].tolist(), strict=True))


def fold(
    ranked: Iterable[Scored],
    family_of: NDArray[np.int64],
    members: Callable[[int], Iterable[int]],
    prefer: Callable[[int], int],
    limit: int,
    pinned: Iterable[int] = (),
) -> list[Scored]:
    """Keep one result per family of translations: its best score, in the reader's language.

    At most `limit` of them, and beyond it only those of `pinned` articles.

    `members` lists the visible articles of a family; `prefer` gives an article's rank by language, lower is
    better (equal ranks: the best-scoring one, then by ordinal).
    """
    folded: list[Scored] = []
    seen: set[int] = set()
    kept = {int(family_of[row]) for row in pinned}
    for scored in ranked:
        family = int(family_of[scored.matched])
        if family in seen:
            continue
        if len(folded) >= limit and family not in kept:
            if not kept:
                break
            continue
        seen.add(family)
        visible = sorted(members(family))
        if len(visible) > 1:
            shown = min(visible, key=lambda row: (prefer(row), row != scored.matched, row))
            others = tuple(row for row in visible if row != shown)
            folded.append(scored._replace(shown=shown, translations=others))
        else:
            folded.append(scored)
    return folded


def by_language(locales: NDArray[np.str_], languages: Sequence[str]) -> Callable[[int], int]:
    """Rank articles by the first of `languages` that their locale matches, for `fold`; those that match none are last.

    `locales` is indexed by article ordinal.
    """

    def prefer(row: int) -> int:
        locale = str(locales[row])
        return next((rank for rank, wanted in enumerate(languages) if matches(locale, wanted)), len(languages))

    return prefer


def put_pins_first(ranked: Sequence[Scored], pinned: Mapping[int, int]) -> list[Scored]:
    """Move the results that show or match a pinned article to the top, keeping their scores.

    `pinned` maps articles to their places: the lowest comes first, and equal ones stay in their order.
    """
    if not pinned:
        return list(ranked)
    places = [_place(scored, pinned) for scored in ranked]
    order = sorted(range(len(ranked)), key=lambda row: (places[row] is None, places[row] or 0))
    return [ranked[row]._replace(pinned=places[row] is not None) for row in order]


def _place(scored: Scored, pinned: Mapping[int, int]) -> int | None:
    rows = (scored.shown, scored.matched, *scored.translations)
    return min((pinned[row] for row in rows if row in pinned), default=None)
