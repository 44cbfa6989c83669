"""Which parts of an article to show for a query: the windows of whole sentences most likely to answer it. Pure.

Each sentence has odds of being the answer: by how near its chunk is to the query, how much of the query's words it and
the headings above it have, and what it is. A step or a row answers more often than running text, and a long sentence
more often than a short one. A window is worth the sum of its sentences: it holds as many as it has room for, and the
likeliest of them need not be the first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, zip_longest
from typing import NamedTuple

from kb_search.marking import mark
from kb_search.text.analyzer import Matcher, Met
from kb_search.text.sentences import sentences
from kb_search.types import SUMMARY_SUFFIX, Passage

MAX_CHARACTERS = 400
"""About four lines of a result list."""
MOST = 3
"""Passages of one article: the one that is shown, and the further ones."""
NEAREST = 5
"""Chunks of an article that are looked at where their nearness to the query is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk as passages are cut from it. `nearness` is its log-odds by meaning, None where there are none."""

    id: str
    anchor: str
    heading: str
    text: str
    nearness: float | None = None


class Wanted:
    """What a query says in one locale, for all the articles of an answer.

    `terms` maps terms to the share of the query that each says, adding up to 1; `marked` are terms that are marked and
    count for nothing. See Matcher for what meets a term. Not thread-safe.
    """

    def __init__(self, terms: Mapping[str, float], locale: str, marked: Collection[str] = ()) -> None:
        """Prepare to look for the terms."""
        self.locale = locale
        self.find = Matcher({*terms, *marked}, locale)
        self._terms = terms

    def share(self, found: Sequence[Met]) -> float:
        """How much of what the query says these words say, in [0, 1]."""
        met = {term for one in found for term in one.terms}
        return min(1.0, sum([self._terms.get(term, 0.0) for term in met]))


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

_SHORT_LINE = 120
"""Characters up to which a line is a sentence to us."""

_ITEM = re.compile(r"(?:\d+\.|-) ")
_CELLS = " | "
_WRITTEN_LINE = re.compile(r"\S(?:.*\S)?")


class _Sentence(NamedTuple):
    """Where it stands in its chunk, its odds by what it is, and whether it only leads to what comes below."""

    start: int
    end: int
    odds: float
    leads: bool


class _Line(NamedTuple):
    """A sentence of one of the parts, with all of its odds."""

    part: int
    sentence: _Sentence
    odds: float


def best_passages(parts: Sequence[Part], wanted: Wanted, title: str = "") -> tuple[Passage, ...]:
    """Cut up to MOST passages out of the chunks of one article, the likeliest answer first.

    The summary, which says what an article is about, is looked at only where there is nothing else. Of chunks without
    any text the one passage is empty.
    """
    looked_at = _choose(parts)
    found = [wanted.find(part.text) for part in looked_at]
    lines = [line for row, part in enumerate(looked_at) for line in _lines(row, part, found[row], wanted, title)]
    shown: dict[str, Passage] = {}
    for first, last in _windows(lines):
        row = lines[first].part
        window = lines[first].sentence.start, lines[last].sentence.end
        passage = _cut(looked_at[row], _shorten(looked_at[row].text, window, found[row]), found[row])
        shown.setdefault(" ".join(passage.text.split()).lower(), passage)  # what repeats one above it is left out
    return tuple(shown.values()) or tuple(Passage("", "", part.heading, part.anchor) for part in looked_at[:1])


def openings(parts: Sequence[Part], locale: str) -> tuple[Passage, ...]:
    """Show how the first chunks begin: where nothing was asked, nothing is an answer."""
    shown = []
    for part in parts[:MOST]:
        spans = _sentences(part.text, locale)
        start = spans[0].start if spans else 0
        end = max((one.end for one in spans if one.end - start <= MAX_CHARACTERS), default=len(part.text))
        shown.append(_cut(part, _shorten(part.text, (start, end), ()), ()))
    return tuple(shown)


def _choose(parts: Sequence[Part]) -> list[Part]:
    chosen = [part for part in parts if not part.id.endswith(SUMMARY_SUFFIX)] or list(parts)
    if all(part.nearness is not None for part in chosen):
        nearest = sorted(range(len(chosen)), key=lambda row: -(chosen[row].nearness or 0.0))[:NEAREST]
        chosen = [chosen[row] for row in sorted(nearest)]
    return chosen


def _lines(row: int, part: Part, found: Sequence[Met], wanted: Wanted, title: str) -> Iterator[_Line]:
    weights = _ALONE if part.nearness is None else _BESIDE_MEANING
    base = part.nearness or 0.0
    if part.heading and weights.heading:
        base += weights.heading * wanted.share(wanted.find(part.heading))
    at = 0
    for sentence in _sentences(part.text, wanted.locale):
        odds = base + sentence.odds
        first = at
        while at < len(found) and found[at].start < sentence.end:
            at += 1
        if at > first:
            odds += weights.words * wanted.share(found[first:at])
        if sentence.end - sentence.start == len(title) and part.text[sentence.start : sentence.end] == title:
            odds += _EMPTY
        yield _Line(row, sentence, odds)


@lru_cache(maxsize=8_192)
def _sentences(text: str, locale: str) -> tuple[_Sentence, ...]:
    """Split a chunk, once for all the queries that come upon it; longer sentences are likelier by as much.

    Lines of a chunk that is shown whole, and short ones of any, stay whole: it is what they are that counts.
    """
    found: list[_Sentence] = []
    lines = [match.span() for match in _WRITTEN_LINE.finditer(text)]
    whole = len(text) if len(text) <= MAX_CHARACTERS else _SHORT_LINE
    above = False
    for (start, end), (after, _) in zip_longest(lines, lines[1:], fillvalue=(len(text), 0)):
        row = text.find(_CELLS, start, end) >= 0
        leads = text.endswith((":", "："), start, end) or (row and not above and text[end:after] == "\n")
        above = row
        kind = _LISTED if row or _ITEM.match(text, start) else 0.0
        spans = [(start, end)]
        if end - start > whole:
            spans = [(start + first, start + last) for first, last in sentences(text[start:end], locale)]
        for first, last in spans:
            leading = leads and last == end
            found.append(_Sentence(first, last, math.log(last - first) + (_EMPTY if leading else kind), leading))
    return tuple(found)


def _windows(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Give the first and last line of up to MOST windows that share no line, each the best of what is left."""
    most = max((line.odds for line in lines), default=0.0)
    worth = [math.exp(line.odds - most) for line in lines]
    free = [True] * len(lines)
    for _ in range(MOST):
        first, last = _best_window(lines, worth, free)
        if first < 0:
            return
        free[first : last + 1] = [False] * (last + 1 - first)
        while last > first and lines[last].sentence.leads:  # to what is not shown
            last -= 1
        yield first, last


def _best_window(lines: Sequence[_Line], worth: Sequence[float], free: Sequence[bool]) -> tuple[int, int]:
    """Give the window of most worth, the first of equals, or (-1, -1) where no line is free."""
    before = [0.0, *accumulate(worth)]
    best, best_worth, last = (-1, -1), 0.0, -1
    for first, line in enumerate(lines):
        if not free[first]:
            continue
        last = max(last, first)
        while (
            last + 1 < len(lines)
            and free[last + 1]
            and lines[last + 1].part == line.part
            and lines[last + 1].sentence.end - line.sentence.start <= MAX_CHARACTERS
        ):
            last += 1
        held = before[last + 1] - before[first]
        if best[0] < 0 or held > best_worth + 1e-9 * before[-1]:
            best, best_worth = (first, last), held
    return best


def _cut(part: Part, window: tuple[int, int], found: Sequence[Met]) -> Passage:
    start, end = window
    text = part.text[start:end]
    inside = [(token.start - start, token.end - start) for token in found if start <= token.start and token.end <= end]
    return Passage(text, mark(text, inside), part.heading, part.anchor)


def _shorten(text: str, window: tuple[int, int], found: Sequence[Met]) -> tuple[int, int]:
    """A single sentence longer than the window is cut around its first match, at spaces where it has some."""
    start, end = window
    if end - start <= MAX_CHARACTERS:
        return window
    first = next((token.start for token in found if start <= token.start < end), start)
    if first - start > MAX_CHARACTERS // 3:
        latest = first - MAX_CHARACTERS // 4
        cut = text.rfind(" ", max(start, latest - MAX_CHARACTERS // 2), latest)
        start = cut + 1 if cut > start else latest
    if end - start <= MAX_CHARACTERS:
        return start, end
    cut = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
    return start, cut if cut > start else start + MAX_CHARACTERS
