"""Two kinds of evidence → one score per article, in log-odds. Pure.

Neither branch is ranked or scaled against its own best hit: an article's evidence depends on the query, the
article and the view's statistics alone, so that its score is the same whether the answer is filtered, paged or
grouped, and a query that nothing answers has no hit that looks good merely by being first.

* semantic: by how many standard deviations the article stands above the ordinary (see calibration.py);
* keyword: the article's BM25 as a share of the most that these terms could give in its locale, that is of
  Σ idf·(k1+1) (Robertson and Zaragoza 2009), in standard deviations too. Were the terms independent, the share of an
  article drawn at random would vary by about σ = √Σ idf²·p·(1−p) / Σ idf, with p = df/N, at most ½: rare terms tell
  much, words that many articles have tell little, whatever their BM25.

* named: how near the query comes to what the article is called, its title or a keyword, against how near names come to
  each other (naming.py). Half of it is that of the nearest name of any article: whether the view has such a subject.
* called: how much of the query's words are among the article's names.

The articles of the query's language and the nearest name of all are the same for all hits of a query, and so change no
order, only whether anything fits.

Weights are the same for every index; benchmarks/relevance says which sets they were chosen on and what else was tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.text.locales import primary
from kb_search.types import Mode, Outcome

Values = NDArray[np.float64]

K1 = 1.2


class Asked(NamedTuple):
    """What holds for every hit of a query: `articles` of its language in the view, `named` of the nearest name of all.

    `named` is None where no names were asked: it is then not in the ledger.
    """

    articles: float
    named: float | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds per unit of evidence, and before any evidence.

    The more articles a language has, the better the best of those that do not answer: `few` is the prior where there
    are 12 to 50 of them, `many` where there are 350 or more, and between them it falls with the logarithm.
    """

    semantic: float
    keyword: float
    named: float
    called: float
    few: float
    many: float


WEIGHTS: dict[Mode, Weights] = {
    "hybrid": Weights(semantic=1.3, keyword=0.65, named=0.6, called=3.5, few=-2.8, many=-5.65),
    "semantic": Weights(semantic=1.6, keyword=0.0, named=0.6, called=0.0, few=-2.4, many=-4.95),
    "keyword": Weights(semantic=0.0, keyword=0.8, named=0.0, called=3.5, few=-2.2, many=-3.2),
}

_SMALL, _LARGE = 50, 350
_FEW, _FEWEST, _RISE = 12, 3, 0.5
"""Articles below which the prior rises again, down to so many, and by how much per logarithm: the best of those that do
not answer looks the worse the fewer there are, as it does above (benchmarks/relevance)."""
_ACROSS = 0.03
"""Worth of words in another language, a product's name among them."""
_IMAGINED, _USUAL = 20, 0.02
"""Articles imagined beside those of a locale, and the share of them that has any given term."""
_IN_PART, _IN_FULL = 1.5, 2.0
"""What it is worth that an article is called by words of the query: as their share counts, and as all of them do."""
_STEEP = 2
"""Power by which words tell less the more articles have them."""
_FINEST = 0.02
"""Added to σ: no share is exact to a hundredth, so that a term in one article of a million does not decide alone."""

WEAK, OK = 0.25, 0.5
"""Scores from which an answer is called weak, and ok."""

WEAK_LOG_ODDS = math.log(WEAK / (1 - WEAK))


def idf(document_frequency: int, documents: int) -> float:
    """BM25's inverse document frequency; a term that no document has counts as rarer than any that one has."""
    return math.log(1 + (documents - document_frequency + 0.5) / (document_frequency + 0.5))


def ideal_bm25(document_frequencies: Iterable[int], documents: int) -> float:
    """The most BM25 that terms of these document frequencies could give: Σ idf·(k1+1); 0 without terms."""
    return sum(idf(df, documents) * (K1 + 1) for df in document_frequencies)


def share_of_ideal(bm25: Values, ideal: float) -> Values:
    """Share of the ideal BM25, in [0, 1], float64 of the shape of `bm25`."""
    return bm25 / ideal if ideal > 0 else np.zeros_like(bm25)


def language_worth(languages: Mapping[str, float], locale: str) -> float:
    """What keyword evidence is worth in a locale, by how probable its language is for the query.

    `languages` is language → probability. Where the query is plainly in another one, words that both share by chance
    ("menu", "page") say little of what it is about. A query that says nothing of its language, such as a code, is as
    probable in all: it counts fully everywhere.
    """
    likeliest = max(languages.values(), default=0.0)
    return max(_ACROSS, languages.get(primary(locale), 0.0) / likeliest) if likeliest > 0 else 1.0


def share_spread(terms: Iterable[tuple[float, int]], documents: int) -> float:
    """Standard deviation of the share among articles drawn at random, above 0: the unit of keyword evidence.

    `terms` has for each different term its weight (idf times occurrences in the query) and how many articles have it.
    An approximation: terms count as independent and as there or not. A term that most articles have is taken for one
    that half of them have, since to have it is no news. In a locale of few articles, where none can tell a rare word
    from a frequent one, 20 more are imagined, of which one in fifty has it.
    """
    total = variance = 0.0
    for weight, frequency in terms:
        chance = _chance(frequency, documents)
        total += weight
        variance += weight**2 * chance * (1 - chance)
    return _FINEST + (math.sqrt(variance) / total if total else 0.0)


def telling(terms: Iterable[tuple[float, int]], documents: int) -> float:
    """Say how much it tells to have all of these terms, as `share_spread` has them.

    From 1, where hardly an article has one, to 0, where half of them have each.
    """
    listed = list(terms)
    total = sum(weight for weight, _ in listed)
    return sum(weight * (1 - 2 * _chance(df, documents)) ** _STEEP for weight, df in listed) / total if total else 0.0


def _chance(frequency: int, documents: int) -> float:
    return min((frequency + _IMAGINED * _USUAL) / (documents + _IMAGINED), 0.5)


def called(coverage: Values) -> Values:
    """Turn the share of a query that articles are called by, float64 in [0, 1], into evidence in [0, 1].

    Half of the words tell little; all of them are what somebody types who knows the title.
    """
    return (_IN_PART * coverage**2 + _IN_FULL * coverage**8) / (_IN_PART + _IN_FULL)


def articles_asked(languages: Mapping[str, float], sizes: Mapping[str, int]) -> float:
    """Count the articles in the language of a query, by how probable each is: their geometric mean.

    `languages` is language → probability, `sizes` locale → articles. Articles of other languages hardly compete: it is
    not among them that a query finds what merely looks like an answer. Where nothing is known, all of them count.
    """
    articles: dict[str, int] = {}
    for locale, size in sizes.items():
        articles[primary(locale)] = articles.get(primary(locale), 0) + size
    known = {language: languages.get(language, 0.0) for language, size in articles.items() if size}
    total = sum(known.values())
    if not total:
        return float(sum(articles.values()))
    return math.exp(sum(share * math.log(articles[language]) for language, share in known.items()) / total)


def prior(mode: Mode, articles: float) -> float:
    """Log-odds that one of `articles` in a language answers, before any evidence: never enough for a weak fit."""
    weights = WEIGHTS[mode]
    if articles < _FEW:
        return weights.few + _RISE * math.log(_FEW / max(articles, _FEWEST))
    size = min(max(articles, _SMALL), _LARGE)
    return weights.few + (weights.many - weights.few) * math.log(size / _SMALL) / math.log(_LARGE / _SMALL)


def ledger(
    mode: Mode,
    asked: Asked,
    semantic: float | None,
    keyword: float | None,
    named: float = 0.0,
    called: float = 0.0,
) -> dict[str, float]:
    """What each piece of evidence adds, in log-odds; their sum is the article's log-odds."""
    weights = WEIGHTS[mode]
    entries = {"prior": prior(mode, asked.articles)}
    if asked.named is not None and mode != "keyword":
        entries["named"] = weights.named * (asked.named + named) / 2
    if semantic is not None:
        entries["semantic"] = weights.semantic * semantic
    if keyword is not None:
        entries["keyword"] = weights.keyword * keyword
        entries["called"] = weights.called * called
    return entries


def log_odds(
    mode: Mode,
    asked: Asked,
    semantic: Values,
    keyword: Values,
    named: Values | float = 0.0,
    called: Values | float = 0.0,
) -> Values:
    """Sum the ledger for many results at once, float64 of shape (n,)."""
    weights = WEIGHTS[mode]
    same = prior(mode, asked.articles) + weights.named * (asked.named or 0.0) / 2
    branches = weights.semantic * semantic + weights.keyword * keyword
    return same + branches + weights.named * named / 2 + weights.called * called


def sigmoid(value: float) -> float:
    """Turn log-odds into a score in [0, 1], without overflow."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


def outcome_of(best_score: float | None) -> Outcome:
    """Label an answer by its best score."""
    if best_score is None or best_score < WEAK:
        return "none"
    return "ok" if best_score >= OK else "weak"
