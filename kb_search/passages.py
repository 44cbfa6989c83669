"""Which parts of an article to show for a query: the windows of whole sentences most likely to answer it. Pure.

Each sentence has odds of being the answer: by how near its chunk is to the query, how much of the query's words it and
the headings above it have, and what it is. A step or a row answers more often than running text, and a long sentence
more often than a short one. A window is worth the sum of its sentences: it holds as many as it has room for, and the
likeliest of them need not be the first.

All articles of a page are looked at together, in arrays; no text is read for it. See cutting.py for what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search import emphasis
from kb_search.stores.base import Mask, Ordinals
from kb_search.stores.sentences import Analysed, Met, meet, term_hash
from kb_search.text.lines import SHOWN_WHOLE, Kind

MAX_CHARACTERS = SHOWN_WHOLE
"""About four lines of a result list."""
MOST = 3
"""Passages of one article: the one that is shown, and the further ones."""
NEAREST = 5
"""Chunks of an article that are looked at where their nearness to the query is known."""

Floats = NDArray[np.float64]


class Wanted:
    """What a query says, for all the articles of an answer: what each of its terms says of it, by locale.

    The shares of a locale add up to 1; a term with a share of 0 counts for nothing.
    """

    def __init__(self, shares: Mapping[str, Mapping[str, float]]) -> None:
        """Make ready to look for the terms: locale → term → share."""
        rows = sorted(
            (term_hash(term, locale), share, term) for locale, terms in shares.items() for term, share in terms.items()
        )
        self.hashes: NDArray[np.uint64] = np.array([found for found, _, _ in rows], np.uint64)
        self.shares: Floats = np.array([share for _, share, _ in rows], np.float64)
        self.terms = [term for _, _, term in rows]


class Window(NamedTuple):
    """The part of a chunk at `text[start:end]`, by row of the chunk, and the words there that meet a term."""

    chunk: int
    start: int
    end: int
    met: list[emphasis.Met]


@dataclass(frozen=True, slots=True)
class _Weights:
    """Log-odds of a sentence that has all that the query says, and of one whose headings have it."""

    words: float
    heading: float


_BESIDE_MEANING, _ALONE = _Weights(4.0, 2.0), _Weights(6.0, 6.0)
"""Words beside nearness, which has much of both in it, and words that are all there is; see benchmarks/relevance."""
_LISTED = 1.0
"""Log-odds of a step, an item or a row of a table."""
_EMPTY = -2.0
"""… of a line that only says what comes below it, and of one that repeats the title."""
_ODDS: Floats = np.array(
    [_LISTED * bool(kind & Kind.LISTED) + _EMPTY * (kind & (Kind.LEADS | Kind.TITLE)).bit_count() for kind in range(16)]
)
"""… of each kind of sentence."""
_TIE = 1e-9
"""Windows whose worth differs by less than this share of the article's are equals; the first is shown."""
_APART = 1 << 32
"""Chunks are set so far apart, in characters, where places in several of them are compared."""


def best_windows(analysed: Analysed, articles: Ordinals, nearness: Floats | None, wanted: Wanted) -> list[list[Window]]:
    """Choose up to MOST windows of each of some articles, the likeliest answer first.

    `analysed` holds chunks article after article, `articles` the number of each one's article, from 0 on without gaps;
    `nearness` is each chunk's log-odds by meaning, None where words are all there is. The summary, which says what an
    article is about, is looked at only where there is nothing else. Of chunks without any text the one window is empty.
    """
    weights = _ALONE if nearness is None else _BESIDE_MEANING
    looked_at = _looked_at(analysed, articles, nearness)
    kept = looked_at[analysed.chunk]
    chunk, kind = analysed.chunk[kept], analysed.kind[kept]
    starts, ends = chunk * _APART + analysed.start[kept], chunk * _APART + analysed.end[kept]
    met = meet(analysed, wanted.hashes)
    met = Met(*(column[looked_at[met.chunk]] for column in met))
    here = met.chunk * _APART + met.start
    headed, inside = met.start < 0, met.start >= 0
    base = weights.heading * _shares(met.chunk[headed], met.term[headed], wanted, len(articles))
    if nearness is not None:
        base += nearness
    sentence = np.searchsorted(ends, here[inside], "right")
    odds = base[chunk] + _ODDS[kind] + np.log(ends - starts)
    odds += weights.words * _shares(sentence, met.term[inside], wanted, len(ends))
    first, last = _spans(starts, ends, odds, articles[chunk], (kind & Kind.LEADS) != 0)
    windows: list[list[Window]] = [[] for _ in range(int(articles[-1]) + 1 if len(articles) else 0)]
    terms = [wanted.terms[term] for term in met.term.tolist()]
    words = list(map(emphasis.Met, met.start.tolist(), met.end.tolist(), terms))
    edges = np.searchsorted(here, np.stack([starts[first], ends[last]])).T.tolist()
    numbers = articles.tolist()
    rows, begins, stops = chunk[first].tolist(), analysed.start[kept][first].tolist(), analysed.end[kept][last].tolist()
    for row, begin, stop, (lowest, highest) in zip(rows, begins, stops, edges, strict=True):
        windows[numbers[row]].append(Window(row, begin, stop, words[lowest:highest]))
    for row in np.flatnonzero(looked_at).tolist():
        if not windows[numbers[row]]:
            windows[numbers[row]].append(Window(row, 0, 0, []))
    return windows


def openings(analysed: Analysed, articles: Ordinals) -> list[list[Window]]:
    """Choose how the first chunks of each article begin: where nothing was asked, nothing is an answer."""
    windows: list[list[Window]] = [[] for _ in range(int(articles[-1]) + 1 if len(articles) else 0)]
    bounds = np.searchsorted(analysed.chunk, np.arange(analysed.chunks + 1)).tolist()
    starts, ends = analysed.start.tolist(), analysed.end.tolist()
    for chunk, article in enumerate(articles.tolist()):
        if len(windows[article]) < MOST:
            first, last = bounds[chunk], bounds[chunk + 1]
            start = starts[first] if first < last else 0
            fitting = [end for end in ends[first:last] if end - start <= MAX_CHARACTERS]
            end = fitting[-1] if fitting else max(ends[first:last], default=0)
            windows[article].append(Window(chunk, start, end, []))
    return windows


def nearest(articles: Ordinals, nearness: Floats, most: int) -> Mask:
    """Mark up to `most` chunks of each article, the nearest, and the first of equals: all of shape (chunks,)."""
    order = np.lexsort((-nearness, articles))
    _, begin = np.unique(articles, return_index=True)
    rank = np.arange(len(articles)) - begin[articles]
    marked = np.zeros(len(articles), np.bool_)
    marked[order[rank < most]] = True
    return marked


def _looked_at(analysed: Analysed, articles: Ordinals, nearness: Floats | None) -> Mask:
    """Mark the chunks to look at: the nearest, and the summary only where it is all there is."""
    summary = np.zeros(len(articles), np.bool_)
    summary[analysed.chunk[(analysed.kind & Kind.SUMMARY) != 0]] = True
    has_more = np.zeros(len(articles), np.bool_)
    has_more[articles[~summary]] = True
    kept = ~(summary & has_more[articles])
    return kept if nearness is None else nearest(articles, np.where(kept, nearness, -np.inf), NEAREST) & kept


def _shares(places: Ordinals, met: Ordinals, wanted: Wanted, count: int) -> Floats:
    """How much of what the query says the terms met in each of `count` places say, in [0, 1]: each counts once."""
    said: Floats = np.zeros((count, len(wanted.shares)))
    said[places, met] = wanted.shares[met]
    total: Floats = np.minimum(1.0, said.sum(1))
    return total


def _spans(starts: Ordinals, ends: Ordinals, odds: Floats, owner: Ordinals, leads: Mask) -> tuple[list[int], list[int]]:
    """List the first and the last sentences of windows that share none, each the best of what is left of its article.

    Up to MOST of each article, and each the first of equals.
    """
    firsts: list[int] = []
    lasts: list[int] = []
    count = len(owner)
    if not count:
        return firsts, lasts
    rows = np.arange(count)
    begin = np.flatnonzero(owner != np.concatenate([[-1], owner[:-1]]))
    group = np.zeros(count, np.int64)
    group[begin[1:]] = 1
    group = group.cumsum()
    worth = np.exp(odds - np.maximum.reduceat(odds, begin)[group])
    before = np.concatenate([[0.0], worth.cumsum()])
    tie = _TIE * np.add.reduceat(worth, begin)
    reach = np.maximum(rows, np.searchsorted(ends, starts + MAX_CHARACTERS, "right") - 1)
    held = before[reach + 1] - before[:-1]
    free = np.ones(count, np.bool_)
    for _ in range(MOST):
        fitting = np.flatnonzero(free & (held >= (np.maximum.reduceat(held, begin) - tie)[group]))[::-1]
        best = np.full(len(begin), -1)
        best[group[fitting]] = fitting  # of several, the last that is written stays: the first of the article
        for first in best[best >= 0].tolist():
            last = int(reach[first])
            free[first : last + 1] = False
            while last > first and leads[last]:  # to what is not shown
                last -= 1
            firsts.append(first)
            lasts.append(last)
        taken = np.concatenate([np.flatnonzero(~free), [count]])
        reach = np.minimum(reach, taken[np.searchsorted(taken, rows)] - 1)
        held = np.where(free, before[reach + 1] - before[:-1], -np.inf)
    return firsts, lasts
