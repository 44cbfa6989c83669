"""Metrics and intervals against numbers worked out by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from kb_search.errors import QueryError
from kb_search.evaluation.bootstrap import Estimate, estimates
from kb_search.evaluation.metrics import METRICS, auroc, metrics_for, parse_metrics, score_topics


def test_gain_is_the_grade_itself() -> None:
    # Found: grade 1 at rank 1, grade 3 at rank 3. With 2^grade - 1 as gain this would be 0.5897.
    table = score_topics(["nDCG@10"], [{"a": 3, "b": 1}], [["b", "x", "a"]])
    found, ideal = 1 / log2(2) + 3 / log2(4), 3 / log2(2) + 1 / log2(3)
    assert table[0, 0] == pytest.approx(found / ideal) == pytest.approx(0.688529, abs=1e-6)


def test_the_ideal_holds_what_was_not_found() -> None:
    table = score_topics(["nDCG@10", "R@10"], [{"a": 1, "b": 1}], [["a"]])
    assert table[0, 0] == pytest.approx(1 / (1 + 1 / log2(3)))
    assert table[0, 1] == 0.5


def test_every_metric_at_its_depth() -> None:
    deep = [f"x{rank}" for rank in range(1, 11)] + ["a"]  # the one relevant article is at rank 11
    table = score_topics(METRICS, [{"a": 1}, {"a": 1}, {"a": 1}], [deep, ["a"], []])
    by_name = dict(zip(METRICS, table.T.tolist(), strict=True))
    assert by_name == {
        "nDCG@10": [0, 1, 0],
        "R@10": [0, 1, 0],
        "R@100": [1, 1, 0],
        "RR": [pytest.approx(1 / 11), 1, 0],
        "Success@1": [0, 1, 0],
    }


def test_a_judged_article_that_is_not_relevant_gains_nothing() -> None:
    assert score_topics(METRICS, [{"a": 1, "bad": 0}], [["bad"]]).tolist() == [[0, 0, 0, 0, 0]]


def test_the_order_of_the_answer_counts_not_that_of_the_ids() -> None:
    assert score_topics(["Success@1"], [{"a": 1}, {"z": 1}], [["a", "z"], ["z", "a"]]).tolist() == [[1], [1]]


def test_metrics_deeper_than_the_answer_are_left_out() -> None:
    assert metrics_for(100) == METRICS
    assert metrics_for(10) == ("nDCG@10", "R@10", "RR", "Success@1")
    assert score_topics(METRICS, [], []).shape == (0, 5)


def test_metrics_are_named_as_ir_measures_names_them() -> None:
    assert parse_metrics("nDCG@5, R@20,Success@3,nDCG@5") == ("nDCG@5", "R@20", "Success@3")
    assert parse_metrics("MRR,Recall@5,AP") == ("RR", "R@5", "AP")
    (graded,) = parse_metrics("P(rel=2,cutoff=5)")
    assert graded == "P(rel=2)@5"
    assert score_topics([graded, "AP"], [{"a": 1, "b": 2}], [["a", "b"]]).tolist() == [[0.2, 1]]
    assert metrics_for(10, ("R@20", "nDCG@5", "AP")) == ("nDCG@5", "AP")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ndcg@5", r"Unknown metric 'ndcg@5' in --metrics\. Use a name of ir-measures, such as nDCG@5"),
        ("R@10,R", r"Unknown metric 'R' in"),  # recall of how many?
        ("nDCG@x", "Unknown metric"),
        ("nDCG(k=5)", "Unknown metric"),
        ("R@10,precision", "Unknown metric 'precision'"),
        ("NumRet", "'NumRet' in --metrics is none that this report can use"),
        ("Bpref", "the families are nDCG, R, P, RR, AP, Success"),
        ("P(judged_only=True)@5", "needs articles judged as irrelevant"),
        ("R(rel=0)@5", "needs articles judged as irrelevant"),
        ("R@0", "Choose a cutoff from 1 to 199"),
        ("R@200", "looks at 200 articles"),
        (" ,", "Name at least one"),
    ],
)
def test_a_bad_metric_is_named(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        parse_metrics(text)


def test_auroc_counts_pairs() -> None:
    # Pairs (unanswerable, answerable): .1<.3 .1<.5 .3=.3 .3<.5 → (1 + 1 + 0.5 + 1) / 4
    assert auroc([0.1, 0.3], [0.3, 0.5]) == 0.875
    assert auroc([0.9], [0.1, 0.2]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5


def test_intervals_of_known_populations() -> None:
    assert estimates(np.full((50, 1), 0.25), [str(row) for row in range(50)]) == [Estimate(0.25, 0.25, 0.25)]
    # Of 100 coins half are 1: the mean has a standard error of 0.05, so the interval is near 0.5 ± 1.96 × 0.05.
    (coins,) = estimates(np.tile([[0.0], [1.0]], (50, 1)), [str(row) for row in range(100)])
    assert coins.mean == 0.5
    assert (coins.low, coins.high) == pytest.approx((0.402, 0.598), abs=0.02)
    assert estimates(np.zeros((0, 1)), []) == []


def test_topics_of_one_query_are_drawn_together() -> None:
    # Two queries of two topics each: a resample has mean 0, 0.5 or 1. Drawn one by one, 0.25 would occur as well.
    values = np.array([[0.0], [0.0], [1.0], [1.0]])
    together, apart = estimates(values, ["q1", "q1", "q2", "q2"]), estimates(np.tile(values, (25, 1)), ["q"] * 100)
    assert together == [Estimate(0.5, 0.0, 1.0)]
    assert apart == [Estimate(0.5, 0.5, 0.5)]  # one query only: nothing to resample


def test_equal_input_gives_equal_intervals() -> None:
    values, queries = np.random.default_rng(7).random((30, 2)), [str(row) for row in range(30)]
    assert estimates(values, queries) == estimates(values, queries)
