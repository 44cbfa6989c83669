"""The passages of one article, worked out from its text alone, slowly and plainly: what the stored sentences must give.

And the same by what is stored: the articles are analysed, written, read back and cut.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from kb_search.cutting import cut, distinct
from kb_search.emphasis import Emphasis, Met
from kb_search.marking import mark
from kb_search.passages import MAX_CHARACTERS, MOST, NEAREST, Wanted, best_windows, openings
from kb_search.stores.sentences import Analysed, SentenceStore, analyse_chunk, build_sentences
from kb_search.text.analyzer import tokens
from kb_search.text.lines import Kind, split_lines
from kb_search.text.normalize import fold
from kb_search.types import SUMMARY_SUFFIX, Passage

Shares = Mapping[str, float]


@dataclass(frozen=True)
class Part:
    """A chunk of an article; `nearness` is its log-odds by meaning, None where there are none."""

    id: str
    anchor: str
    heading: str
    text: str
    nearness: float | None = None


@dataclass
class Line:
    """A sentence of a part, its words that meet a term, its odds, and whether it is in no window yet."""

    part: Part
    start: int
    end: int
    leads: bool
    odds: float
    free: bool = True


def expected(
    parts: Sequence[Part], terms: Shares, locale: str, title: str = "", marks: Emphasis | None = None
) -> tuple[Passage, ...]:
    """Cut the passages of one article out of its text; `marks` chooses what is marked, else all that is met."""
    chosen = [part for part in parts if not part.id.endswith(SUMMARY_SUFFIX)] or list(parts)
    if chosen[0].nearness is not None:
        nearest = sorted(chosen, key=lambda part: -(part.nearness or 0.0))[:NEAREST]
        chosen = [part for part in chosen if part in nearest]
    lines = [line for part in chosen for line in _lines(part, terms, locale, title)]
    passages = [_cut(first, last, terms, locale, marks) for first, last in _windows(lines)]
    return distinct(passages) or (Passage("", "", chosen[0].heading, chosen[0].anchor),)


def _met(text: str, terms: Shares, locale: str) -> list[tuple[int, int, frozenset[str]]]:
    return [(start, end, forms & terms.keys()) for start, end, forms in _forms(text, locale) if forms & terms.keys()]


@lru_cache(maxsize=4_096)
def _forms(text: str, locale: str) -> list[tuple[int, int, frozenset[str]]]:
    return [
        (token.start, token.end, frozenset((token.stem, token.folded, fold(token.stem))))
        for token in tokens(text, locale)
    ]


def _share(met: Sequence[tuple[int, int, frozenset[str]]], terms: Shares) -> float:
    return min(1.0, sum(terms[term] for term in set().union(*(forms for _, _, forms in met))))


def _lines(part: Part, terms: Shares, locale: str, title: str) -> list[Line]:
    words, heading = (6.0, 6.0) if part.nearness is None else (4.0, 2.0)
    base = (part.nearness or 0.0) + heading * _share(_met(part.heading, terms, locale), terms)
    met = _met(part.text, terms, locale)
    lines = []
    for start, end, kind in split_lines(part.text, locale):
        inside = [one for one in met if start <= one[0] < end]
        odds = base + words * _share(inside, terms) + math.log(end - start)
        odds += 1.0 * (kind == Kind.LISTED) - 2.0 * (kind == Kind.LEADS) - 2.0 * (part.text[start:end] == title)
        lines.append(Line(part, start, end, kind == Kind.LEADS, odds))
    return lines


def _windows(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    top = max((line.odds for line in lines), default=0.0)
    worth = [math.exp(line.odds - top) for line in lines]
    found = []
    for _ in range(MOST):
        windows = {}
        for first, line in enumerate(lines):
            last = first
            while (
                last + 1 < len(lines)
                and lines[last + 1].free
                and lines[last + 1].part is line.part
                and lines[last + 1].end - line.start <= MAX_CHARACTERS
            ):
                last += 1
            if line.free:
                windows[first, last] = sum(worth[first : last + 1])
        if windows:
            best = max(windows.values())
            first, last = next(window for window, held in windows.items() if held >= best - 1e-9 * sum(worth))
            for line in lines[first : last + 1]:
                line.free = False
            while last > first and lines[last].leads:
                last -= 1
            found.append((lines[first], lines[last]))
    return found


def _cut(first: Line, last: Line, terms: Shares, locale: str, marks: Emphasis | None) -> Passage:
    part, start, end = first.part, first.start, last.end
    met = [one for one in _met(part.text, terms, locale) if start <= one[0] < end]
    chosen = [(one, other) for one, other, _ in met]
    if marks:
        chosen = marks.spans(part.text, [Met(one, other, form) for one, other, forms in met for form in forms])
    if end - start > MAX_CHARACTERS:  # one long sentence: from a little before its first match
        match = ([at for at, _ in chosen] or [at for at, _, _ in met] or [start])[0]
        if match - start > MAX_CHARACTERS // 3:
            latest = match - MAX_CHARACTERS // 4
            space = part.text.rfind(" ", max(start, latest - MAX_CHARACTERS // 2), latest)
            start = space + 1 if space > start else latest
        if end - start > MAX_CHARACTERS:
            space = part.text.rfind(" ", start + 1, start + MAX_CHARACTERS)
            end = space if space > start else start + MAX_CHARACTERS
    text = part.text[start:end]
    inside = [(one - start, other - start) for one, other in chosen if start <= one and other <= end]
    return Passage(text, mark(text, inside), part.heading, part.anchor)


def stored(articles: Sequence[Sequence[Part]], locale: str, title: str = "") -> Analysed:
    """Analyse the chunks of some articles, write what is stored of them, and read it."""
    parts = [part for listed in articles for part in listed]
    analysed = [
        analyse_chunk(part.text, part.heading, locale, title, summary=part.id.endswith(SUMMARY_SUFFIX))
        for part in parts
    ]
    with tempfile.TemporaryDirectory() as folder:
        words, sentences, bounds = (Path(folder, name) for name in ("words", "sentences", "bounds"))
        build_sentences(words, sentences, bounds, analysed)
        return SentenceStore(words, sentences, bounds, len(parts)).read(np.arange(len(parts)))


def shown(articles: Sequence[Sequence[Part]], terms: Shares, locale: str, title: str = "") -> list[tuple[Passage, ...]]:
    """Give the passages of each article by what is stored; those where nothing was asked need no nearness."""
    parts = [part for listed in articles for part in listed]
    numbers = np.repeat(np.arange(len(articles)), [len(listed) for listed in articles])
    near = None if parts[0].nearness is None else np.array([part.nearness for part in parts], np.float64)
    windows = best_windows(stored(articles, locale, title), numbers, near, Wanted({locale: terms}))
    return [
        distinct(cut(one, parts[one.chunk].text, parts[one.chunk].heading, parts[one.chunk].anchor) for one in listed)
        for listed in windows
    ]


def opened(parts: Sequence[Part], locale: str) -> list[Passage]:
    """Give what is shown of one article where nothing was asked."""
    (windows,) = openings(stored([parts], locale), np.zeros(len(parts), np.int64))
    return [cut(one, parts[one.chunk].text, "", "") for one in windows]
