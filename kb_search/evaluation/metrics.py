"""Value of every metric for every topic, by ir-measures (trec_eval's arithmetic).

nDCG takes the grade itself as gain (not 2^grade − 1), discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002);
its ideal ranking holds all relevant articles, found or not. The other metrics count grades from 1 as relevant.
P@1 is not listed: it is Success@1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import MissingExtra
from kb_search.evaluation.judgments import Grades

METRICS = ("nDCG@10", "R@10", "R@100", "RR", "Success@1")

Table = NDArray[np.float64]
"""One row per topic, one column per metric."""


def metrics_for(limit: int) -> tuple[str, ...]:
    """Name the metrics that answers of `limit` articles can tell; `RR` looks at all of them."""
    return tuple(name for name in METRICS if int(name.partition("@")[2] or 1) <= limit)


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


def auroc(negatives: Sequence[float], positives: Sequence[float]) -> float:
    """Probability that a random positive scores above a random negative, ties counting half; neither may be empty.

    The Mann–Whitney U statistic by the number of pairs.
    """
    low = np.sort(np.asarray(negatives, np.float64))
    high = np.asarray(positives, np.float64)
    below, up_to = np.searchsorted(low, high, "left"), np.searchsorted(low, high, "right")
    return float((below + up_to).sum() / 2 / (len(low) * len(high)))
