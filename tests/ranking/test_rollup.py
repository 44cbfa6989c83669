from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.ranking.rollup import Scored, fold, order_articles, put_pins_first

LOCALES = ["en", "fr", "tr", "en", "fr"]
FAMILIES = np.array([0, 0, 0, 3, 3])


def members(family: int) -> list[int]:
    return np.flatnonzero(FAMILIES == family).tolist()


def prefer(*locales: str) -> list[int]:
    """Rank every article by its locale: the first named is best."""
    return [locales.index(locale) if locale in locales else len(locales) for locale in LOCALES]


def scored(*pairs: tuple[int, float]) -> list[Scored]:
    return [Scored(row, row, odds) for row, odds in pairs]


def folded(
    ranked: list[Scored], locales: tuple[str, ...] = (), limit: int = 99, pinned: tuple[int, ...] = ()
) -> list[Scored]:
    return fold(ranked, FAMILIES, members, prefer(*locales).__getitem__, limit, pinned)


def test_articles_are_ordered_best_first_and_equals_by_ordinal() -> None:
    ordered = order_articles(np.array([7, 3, 9, 5]), np.array([1.0, 2.0, 1.0, -4.0]))
    assert list(ordered) == scored((3, 2.0), (7, 1.0), (9, 1.0), (5, -4.0))


def test_a_difference_below_a_billionth_is_none() -> None:
    ordered = order_articles(np.array([9, 7]), np.array([1.0 + 1e-12, 1.0]))
    assert [result.shown for result in ordered] == [7, 9]


def test_nothing_to_order() -> None:
    assert list(order_articles(np.empty(0, np.int64), np.empty(0))) == []


def test_a_family_is_one_result_with_its_best_score() -> None:
    assert folded(scored((1, 3.0), (3, 2.0), (0, 1.0))) == [
        Scored(shown=1, matched=1, log_odds=3.0, translations=(0, 2)),
        Scored(shown=3, matched=3, log_odds=2.0, translations=(4,)),
    ]


def test_the_reader_s_language_is_shown_whichever_matched() -> None:
    assert folded(scored((1, 3.0), (3, 2.0)), ("tr", "fr")) == [
        Scored(shown=2, matched=1, log_odds=3.0, translations=(0, 1)),
        Scored(shown=4, matched=3, log_odds=2.0, translations=(3,)),
    ]


def test_among_equals_in_language_the_one_that_matched_is_shown_then_the_first() -> None:
    same = np.zeros(5, np.int64)
    everyone = list(range(5))
    assert fold(scored((3, 1.0)), same, lambda _: everyone, prefer("en").__getitem__, 9)[0].shown == 3
    assert fold(scored((1, 1.0)), same, lambda _: everyone, prefer("en").__getitem__, 9)[0].shown == 0


def test_only_what_is_visible_is_listed() -> None:
    found = fold(scored((1, 3.0), (0, 2.0)), FAMILIES, lambda family: [1], prefer("en").__getitem__, 9)
    assert found == scored((1, 3.0))


def test_no_more_than_the_limit_and_those_pinned() -> None:
    ranked = scored((1, 3.0), (3, 2.0))
    assert [result.matched for result in folded(ranked, limit=1)] == [1]
    assert [result.matched for result in folded(ranked, limit=1, pinned=(4,))] == [1, 3]


def test_pins_come_first_in_their_order_and_keep_their_scores() -> None:
    results = [Scored(1, 1, 3.0), Scored(3, 3, 2.0), Scored(5, 4, 1.0, (6,))]
    assert put_pins_first(results, {}) == results
    assert [result.log_odds for result in put_pins_first(results, {6: 0, 3: 1})] == [1.0, 2.0, 3.0]
    assert [result.pinned for result in put_pins_first(results, {6: 0, 3: 1})] == [True, True, False]
    assert [result.log_odds for result in put_pins_first(results, {4: 7})] == [1.0, 3.0, 2.0]
    assert [result.log_odds for result in put_pins_first(results, {99: 0})] == [3.0, 2.0, 1.0]


def test_pins_of_one_place_stay_in_order_of_score() -> None:
    results = [Scored(1, 1, 3.0), Scored(3, 3, 2.0), Scored(5, 5, 1.0)]
    assert [result.shown for result in put_pins_first(results, {5: 9, 3: 9})] == [3, 5, 1]


def test_of_two_pinned_translations_the_first_place_counts() -> None:
    results = [Scored(1, 1, 3.0), Scored(3, 3, 2.0), Scored(5, 5, 1.0, (6,))]
    assert [result.shown for result in put_pins_first(results, {5: 2, 3: 1, 6: 0})] == [5, 3, 1]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(-20, 20)), unique_by=lambda pair: pair[0]),
    st.lists(st.integers(0, 9), min_size=10, max_size=10),
    st.permutations(range(10)),
)
def test_folding_keeps_order_and_families_apart(
    pairs: list[tuple[int, int]], keys: list[int], ranks: list[int]
) -> None:
    family_of = np.array([keys.index(key) for key in keys])
    ranked = order_articles(
        np.array([row for row, _ in pairs], np.int64), np.array([odds for _, odds in pairs], np.float64)
    )
    results = fold(ranked, family_of, lambda f: np.flatnonzero(family_of == f).tolist(), ranks.__getitem__, 99)
    seen = [int(family_of[result.matched]) for result in results]
    assert len(set(seen)) == len(seen) == len({int(family_of[row]) for row, _ in pairs})
    assert [result.log_odds for result in results] == sorted((result.log_odds for result in results), reverse=True)
    for result in results:
        everyone = {result.shown, *result.translations}
        assert everyone == set(np.flatnonzero(family_of == family_of[result.matched]).tolist())
        assert ranks[result.shown] == min(ranks[row] for row in everyone)
        assert result.log_odds == max(odds for row, odds in pairs if row in everyone)


def test_results_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Scored(1, 1, 0.0).shown = 2  # type: ignore[misc]
