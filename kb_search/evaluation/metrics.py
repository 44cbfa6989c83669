"""Value of every metric for every topic, by ir-measures (trec_eval's arithmetic).

nDCG takes the grade itself as gain (not 2^grade − 1), discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002);
its ideal ranking holds all relevant articles, found or not. The other metrics count grades from 1 as relevant.
P@1 is not listed: it is Success@1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kb_search.errors import MissingExtra, QueryError
from kb_search.evaluation.judgments import Grades

METRICS = ("nDCG@10", "R@10", "R@100", "RR", "Success@1")
FAMILIES = ("nDCG", "R", "P", "RR", "AP", "Success")
"""Of the measures of ir-measures, those from 0 to 1, more being better, that need no article judged as irrelevant."""
DEEPEST = 199
"""The window of a search, less the query's own id, which the protocol drops."""

_COMMA = re.compile(r",(?![^(]*\))")

Table = NDArray[np.float64]
"""One row per topic, one column per metric."""


def metrics_for(limit: int, names: Sequence[str] = METRICS) -> tuple[str, ...]:
    """Keep the metrics that answers of `limit` articles can tell; `RR` and `AP` look at all of them."""
    return tuple(name for name in names if depth_of(name) <= limit)


def depth_of(name: str) -> int:
    """Say how many results a metric looks at: its cutoff; 1 without one, since it then looks at what there is."""
    return int(name.rpartition("@")[2]) if "@" in name else 1


def parse_metrics(text: str) -> tuple[str, ...]:
    """Read names of ir-measures, separated by commas: each once, in order, spelt as ir-measures does (`MRR` is `RR`).

    Raises QueryError naming the metric and the remedy, and MissingExtra.
    """
    names = [part.strip() for part in _COMMA.split(text) if part.strip()]
    if not names:
        raise QueryError(f"--metrics is {text!r}. Name at least one, such as nDCG@5.")
    return tuple(dict.fromkeys(_parse_metric(name) for name in names))


def _parse_metric(name: str) -> str:
    try:
        import ir_measures
    except ImportError:
        raise MissingExtra("Evaluating", "eval") from None
    remedy = f"Use a name of ir-measures, such as nDCG@5, R@20 or RR; the families are {', '.join(FAMILIES)}."
    try:
        measure = ir_measures.parse_measure(name)
        measure.validate_params()
    except (NameError, ValueError, AssertionError, KeyError):  # one of these, depending on what is wrong
        raise QueryError(f"Unknown metric {name!r} in --metrics. {remedy}") from None
    if measure.NAME not in FAMILIES:
        raise QueryError(f"The metric {name!r} in --metrics is none that this report can use. {remedy}")
    if "judged_only" in measure.params or measure.params.get("rel", 1) < 1:
        raise QueryError(f"The metric {name!r} in --metrics needs articles judged as irrelevant. {remedy}")
    if not 1 <= measure.params.get("cutoff", 1) <= DEEPEST:
        raise QueryError(
            f"The metric {name!r} in --metrics looks at {measure.params['cutoff']} articles. "
            f"Choose a cutoff from 1 to {DEEPEST}: a search gives no more."
        )
    return str(measure)


def score_topics(names: Sequence[str], grades: Sequence[Grades], answers: Sequence[Sequence[str]]) -> Table:
    """Score answers (article ids, best first) against grades: float64 of shape (topics, metrics).

    Raises MissingExtra when ir-measures is not installed.
    """
    try:
        import ir_measures
    except ImportError:
        raise MissingExtra("Evaluating", "eval") from None
    table = np.zeros((len(grades), len(names)))
    if not grades:
        return table
    column = {ir_measures.parse_measure(name): position for position, name in enumerate(names)}
    qrels = {str(row): dict(judged) for row, judged in enumerate(grades)}
    # trec_eval orders by score and breaks ties by id: scores made from ranks keep the order of the answer.
    run = {
        str(row): {article: float(len(ids) - rank) for rank, article in enumerate(ids)}
        for row, ids in enumerate(answers)
    }
    for value in ir_measures.iter_calc(list(column), qrels, run):
        table[int(value.query_id), column[value.measure]] = value.value
    return table


def auroc(negatives: ArrayLike, positives: ArrayLike) -> float:
    """Probability that a random positive scores above a random negative, ties counting half; neither may be empty.

    The Mann–Whitney U statistic by the number of pairs.
    """
    low = np.sort(np.asarray(negatives, np.float64))
    high = np.asarray(positives, np.float64)
    below, up_to = np.searchsorted(low, high, "left"), np.searchsorted(low, high, "right")
    return float((below + up_to).sum() / 2 / (len(low) * len(high)))
