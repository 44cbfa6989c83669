"""Silences and answers that should not have been, against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb_search.evaluation.abstention import (
    Answers,
    OpenAnswers,
    Outcomes,
    compare_abstention,
    measure_abstention,
)
from kb_search.evaluation.bootstrap import auroc_difference, auroc_estimate
from kb_search.evaluation.dataset import Query, read_dataset
from kb_search.evaluation.evaluate import evaluate
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from kb_search.types import Outcome
from tests.evaluation.toy import QRELS, QUERIES, dataset


def answers(*found: tuple[str, str | None, str, float, Outcome]) -> Answers:
    """(id, language, kind, best score, outcome) of each query."""
    return Answers(
        tuple(Query(name, "text", lang, kind) for name, lang, kind, _, _ in found),
        np.array([score for *_, score, _ in found], np.float64),
        tuple(outcome for *_, outcome in found),
    )


FITTING = answers(
    ("a", "en", "short", 0.9, "ok"),
    ("b", "en", "long", 0.3, "weak"),
    ("c", "tr", "long", 0.1, "none"),
    ("d", "tr", "long", 0.2, "none"),
)
IDLE = answers(("x", "en", "trap", 0.6, "ok"), ("y", "en", "trap", 0.05, "none"))


def test_silences_and_answers_that_should_not_have_been() -> None:
    found = measure_abstention(OpenAnswers(FITTING, IDLE)).overall
    assert found.answerable == Outcomes(4, ok=0.25, weak=0.25, none=0.5)
    assert found.unanswerable == Outcomes(2, ok=0.5, weak=0.0, none=0.5)
    assert found.auroc is not None and found.false_silences is not None and found.false_answers is not None
    # Pairs (x, y) with a: 1 1, b: 0 1, c: 0 1, d: 0 1.
    assert (found.auroc.mean, found.false_silences.mean, found.false_answers.mean) == (5 / 8, 0.5, 0.5)
    assert (found.false_answers.low, found.false_answers.high) == (0.0, 1.0)  # two queries say next to nothing


def test_a_weak_answer_to_a_query_without_answer_is_a_false_answer() -> None:
    idle = answers(("x", None, "trap", 0.3, "weak"), ("y", None, "trap", 0.1, "none"))
    found = measure_abstention(OpenAnswers(FITTING, idle)).overall
    assert found.false_answers is not None and found.false_answers.mean == 0.5
    assert found.unanswerable == Outcomes(2, ok=0.0, weak=0.5, none=0.5)


def test_by_language_and_by_kind() -> None:
    found = measure_abstention(OpenAnswers(FITTING, IDLE))
    assert list(found.by_locale) == ["en", "tr"] and list(found.by_kind) == ["long", "short", "trap"]
    turkish, traps = found.by_locale["tr"], found.by_kind["trap"]
    assert turkish.false_silences is not None and turkish.false_silences.mean == 1.0
    assert (turkish.auroc, turkish.false_answers, turkish.unanswerable.queries) == (None, None, 0)
    assert (traps.auroc, traps.false_silences, traps.answerable.queries) == (None, None, 0)
    assert found.by_locale["en"].auroc is not None and found.by_locale["en"].auroc.mean == 0.75


def test_the_interval_of_auroc_holds_it_and_narrows_with_more_queries() -> None:
    def spread(size: int) -> tuple[float, float, float]:
        random = np.random.default_rng(1)
        found = auroc_estimate(random.normal(0, 1, size), random.normal(1, 1, size))
        return found.mean, found.low, found.high

    few, many = spread(20), spread(500)
    # Normal scores one deviation apart: AUROC = Φ(1/√2) = 0.760, standard error about 0.015 with 500 of each.
    assert many[0] == pytest.approx(0.760, abs=0.03)
    assert many[2] - many[1] == pytest.approx(4 * 0.015, abs=0.015)
    assert few[1] < few[0] < few[2] and few[2] - few[1] > 2 * (many[2] - many[1])


def test_the_two_kinds_are_not_drawn_in_step() -> None:
    # As many of each, in the same order: drawn in step, either kind would move with the other.
    found = auroc_estimate(np.arange(100.0), np.arange(100.0))
    assert found.mean == 0.5
    assert found.high - found.low == pytest.approx(4 * 0.041, abs=0.03)  # √((100 + 100 + 1) / (12 · 100 · 100))


def test_scores_told_apart_perfectly_have_no_interval_and_ties_are_a_half() -> None:
    one = np.array([0.1, 0.2, 0.2])
    perfect, tied = auroc_estimate(one, one + 0.5), auroc_estimate(np.zeros(3), np.zeros(2))
    assert (perfect.mean, perfect.low, perfect.high) == (1, 1, 1)
    assert (tied.mean, tied.low, tied.high) == (0.5, 0.5, 0.5)


def test_the_difference_of_two_aurocs_is_paired() -> None:
    random = np.random.default_rng(2)
    idle, fitting = random.normal(0, 1, 100), random.normal(1, 1, 100)
    same = auroc_difference((idle, fitting), (2 * idle, 2 * fitting))  # another scale, the same order
    assert (same.mean, same.low, same.high) == (0, 0, 0)
    worse = auroc_difference((idle, fitting), (idle, fitting - 2))
    assert worse.mean == pytest.approx(auroc_estimate(idle, fitting).mean - auroc_estimate(idle, fitting - 2).mean)
    assert 0 < worse.low < worse.mean < worse.high


@pytest.mark.parametrize(
    ("silent", "expected"),
    [(["ok", "weak", "ok", "weak"], 0.5), (["none", "none", "none", "none"], -0.5)],
    ids=["the other is never silent", "the other is always silent"],
)
def test_differences_are_first_less_second(silent: Sequence[Outcome], expected: float) -> None:
    other = Answers(FITTING.queries, FITTING.scores, tuple(silent))
    found = compare_abstention(OpenAnswers(FITTING, IDLE), OpenAnswers(other, IDLE))
    assert {name: one.mean for name, one in found.items()} == {
        "auroc": 0,
        "false_silences": expected,
        "false_answers": 0,
    }


def test_abstention_on_an_index(searcher: Searcher, tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "none", "text": "zebra weather", "lang": "en", "answerable": False}]
    folder = dataset(tmp_path, queries, QRELS)
    found = evaluate(searcher, read_dataset(folder), ["hybrid"]).modes["hybrid"]
    assert found.relevance.overall.topics == 4  # unanswerable queries are no topics
    assert found.abstention is not None and found.abstention.overall.auroc is not None
    assert found.abstention.overall.auroc.mean == 1.0
    assert found.abstention.overall.answerable.queries == 2  # "lost" has no article here
    assert found.abstention.overall.unanswerable.queries == 1
    report = run_evaluation(searcher, folder, ["hybrid"])
    abstention = report.as_dict()["views"]["public"]["modes"]["hybrid"]["abstention"]
    assert (abstention["auroc"]["mean"], abstention["by_kind"]["short"]["false_answers"]) == (1.0, None)
    header = next(line for line in report.as_text().splitlines() if line.startswith("abstention"))
    assert header.split("  ") and "false silences" in header and "false answers" in header
