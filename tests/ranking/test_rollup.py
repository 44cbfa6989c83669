from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.ranking.families import Families, language_rank
from kb_search.ranking.rollup import Ordered, Scored, Window, fold, order_articles, put_pins_first, unfolded

LOCALES = np.array(["en", "fr", "tr", "en", "fr"])
FAMILIES = Families(np.array([0, 0, 0, 3, 3]), LOCALES)


def ranked(*pairs: tuple[int, float]) -> Ordered:
    return Ordered(np.array([row for row, _ in pairs], np.int64), np.array([odds for _, odds in pairs]))


def everything(window: Window) -> list[Scored]:
    return window.page(0, len(window))


def folded(
    pairs: Ordered, languages: tuple[str, ...] = (), limit: int = 99, pinned: tuple[int, ...] = ()
) -> list[Scored]:
    return everything(fold(pairs, FAMILIES, languages, limit, pinned=pinned))


def among(pairs: Ordered, visible: str, languages: tuple[str, ...] = ()) -> list[Scored]:
    """Fold where a filter leaves those articles that have a 1."""
    members = np.array([mark == "1" for mark in visible])
    return everything(fold(pairs, FAMILIES, languages, 99, members=members, locales=LOCALES))


def test_articles_are_ordered_best_first_and_equals_by_ordinal() -> None:
    ordered = order_articles(np.array([7, 3, 9, 5]), np.array([1.0, 2.0, 1.0, -4.0]))
    assert everything(unfolded(ordered, 9)) == [
        Scored(3, 3, 2.0),
        Scored(7, 7, 1.0),
        Scored(9, 9, 1.0),
        Scored(5, 5, -4.0),
    ]


def test_a_difference_below_a_billionth_is_none() -> None:
    ordered = order_articles(np.array([9, 7]), np.array([1.0 + 1e-12, 1.0]))
    assert ordered.articles.tolist() == [7, 9]


def test_nothing_to_order() -> None:
    ordered = order_articles(np.empty(0, np.int64), np.empty(0))
    assert folded(ordered) == everything(unfolded(ordered, 9)) == []


def test_unfolded_there_is_the_limit_and_what_is_pinned() -> None:
    three = ranked((1, 3.0), (0, 2.0), (2, 1.0))
    assert unfolded(three, 1).shown.tolist() == [1]
    assert unfolded(three, 1, (2,)).shown.tolist() == [1, 2]


def test_a_family_is_one_result_with_its_best_score() -> None:
    assert folded(ranked((1, 3.0), (3, 2.0), (0, 1.0))) == [
        Scored(shown=1, matched=1, log_odds=3.0, translations=(0, 2)),
        Scored(shown=3, matched=3, log_odds=2.0, translations=(4,)),
    ]


def test_the_reader_s_language_is_shown_whichever_matched() -> None:
    assert folded(ranked((1, 3.0), (3, 2.0)), ("tr", "fr")) == [
        Scored(shown=2, matched=1, log_odds=3.0, translations=(0, 1)),
        Scored(shown=4, matched=3, log_odds=2.0, translations=(3,)),
    ]


def test_among_equals_in_language_the_one_that_matched_is_shown_then_the_first() -> None:
    everyone = Families(np.zeros(5, np.int64), LOCALES)
    assert fold(ranked((3, 1.0)), everyone, ("en",), 9).shown.tolist() == [3]
    assert fold(ranked((1, 1.0)), everyone, ("en",), 9).shown.tolist() == [0]


def test_only_what_is_visible_is_listed() -> None:
    assert among(ranked((1, 3.0)), "01000", ("en",)) == [Scored(1, 1, 3.0)]
    assert among(ranked((1, 3.0)), "01100", ("en", "tr")) == [Scored(2, 1, 3.0, (1,))]


def test_no_more_than_the_limit_and_those_pinned() -> None:
    both = ranked((1, 3.0), (3, 2.0))
    assert [result.matched for result in folded(both, limit=1)] == [1]
    assert [result.matched for result in folded(both, limit=1, pinned=(4,))] == [1, 3]


def results(*triples: tuple[int, int, float], translations: dict[int, tuple[int, ...]] | None = None) -> Window:
    """Results by shown article, matched article and log-odds."""
    known = translations or {}
    shown, matched, odds = (np.array(column) for column in zip(*triples, strict=True))
    return Window(shown, matched, odds, lambda row: known.get(row, ()))


def test_pins_come_first_in_their_order_and_keep_their_scores() -> None:
    three = results((1, 1, 3.0), (3, 3, 2.0), (5, 4, 1.0), translations={5: (6,)})
    assert put_pins_first(three, {}) is three
    assert put_pins_first(three, {6: 0, 3: 1}).log_odds.tolist() == [1.0, 2.0, 3.0]
    assert [result.pinned for result in everything(put_pins_first(three, {6: 0, 3: 1}))] == [True, True, False]
    assert put_pins_first(three, {4: 7}).log_odds.tolist() == [1.0, 3.0, 2.0]
    assert put_pins_first(three, {99: 0}).log_odds.tolist() == [3.0, 2.0, 1.0]


def test_pins_of_one_place_stay_in_order_of_score() -> None:
    three = results((1, 1, 3.0), (3, 3, 2.0), (5, 5, 1.0))
    assert put_pins_first(three, {5: 9, 3: 9}).shown.tolist() == [3, 5, 1]


def test_of_two_pinned_translations_the_first_place_counts() -> None:
    three = results((1, 1, 3.0), (3, 3, 2.0), (5, 5, 1.0), translations={5: (6,)})
    assert put_pins_first(three, {5: 2, 3: 1, 6: 0}).shown.tolist() == [5, 3, 1]


def test_a_page_and_the_first_of_a_window() -> None:
    three = put_pins_first(results((1, 1, 3.0), (3, 3, 2.0), (5, 5, 1.0)), {5: 0, 3: 1})
    assert [result.shown for result in three.page(1, 9)] == [3, 1]
    assert everything(three.first(1)) == [Scored(5, 5, 1.0, (), True)]
    assert three.first(3) is three


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(-20, 20)), unique_by=lambda pair: pair[0]),
    st.lists(st.integers(0, 9), min_size=10, max_size=10),
    st.lists(st.sampled_from(["en", "en-GB", "fr", "tr"]), min_size=10, max_size=10),
    st.lists(st.sampled_from(["en", "en-GB", "fr", "tr"]), max_size=3),
)
def test_folding_keeps_order_and_families_apart(
    pairs: list[tuple[int, int]], keys: list[int], tags: list[str], languages: list[str]
) -> None:
    of, locales = np.array([keys.index(key) for key in keys]), np.array(tags)
    families = Families(of, locales)
    ordered = order_articles(
        np.array([row for row, _ in pairs], np.int64), np.array([odds for _, odds in pairs], np.float64)
    )
    found = everything(fold(ordered, families, languages, 99))
    # Whoever filters nothing out gets the same from the slower way.
    everyone = np.ones(10, np.bool_)
    assert found == everything(fold(ordered, families, languages, 99, members=everyone, locales=locales))
    seen = [int(of[result.matched]) for result in found]
    assert len(set(seen)) == len(seen) == len({int(of[row]) for row, _ in pairs})
    assert [result.log_odds for result in found] == sorted((result.log_odds for result in found), reverse=True)
    for result in found:
        together = {result.shown, *result.translations}
        assert together == set(np.flatnonzero(of == of[result.matched]).tolist())
        ranks = {row: language_rank(tags[row], languages) for row in together}
        assert ranks[result.shown] == min(ranks.values())
        assert result.log_odds == max(odds for row, odds in pairs if row in together)


def test_results_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Scored(1, 1, 0.0).shown = 2  # type: ignore[misc]
