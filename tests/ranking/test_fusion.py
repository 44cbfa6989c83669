from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.ranking import fusion
from kb_search.types import Mode, Outcome

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]
SEMANTIC = st.floats(-50, 50)
SHARE = st.floats(0, 1)
ARTICLES = st.floats(0, 10_000_000)
NAMED = st.none() | st.floats(-3, 3)


@given(st.sampled_from(MODES), ARTICLES, NAMED, SEMANTIC, SHARE, st.floats(-3, 3), SHARE)
def test_the_ledger_adds_up_to_the_log_odds(
    mode: Mode, articles: float, nearest: float | None, semantic: float, keyword: float, own: float, called: float
) -> None:
    asked, named = fusion.Asked(articles, nearest), own if nearest is not None else 0.0
    ledger = fusion.ledger(mode, asked, semantic, keyword, named, called)
    assert set(ledger) - {"named"} == {"prior", "semantic", "keyword", "called"}
    evidence = [np.array([value]) for value in (semantic, keyword, named, called)]
    assert sum(ledger.values()) == pytest.approx(fusion.log_odds(mode, asked, *evidence)[0], abs=1e-9)


def test_of_two_hits_the_one_that_is_called_so_comes_first() -> None:
    asked, same = fusion.Asked(100, 2.0), np.zeros(2)
    by_meaning = fusion.log_odds("hybrid", asked, same, same, np.array([1.0, -1.0]))
    by_words = fusion.log_odds("hybrid", asked, same, same, same, np.array([0.5, 0.0]))
    assert by_meaning[0] - by_meaning[1] == pytest.approx(0.6)  # half of the weight of a name, times two deviations
    assert by_words[0] - by_words[1] == pytest.approx(1.75)
    assert len(set(fusion.log_odds("keyword", asked, same, same, np.array([1.0, -1.0])).tolist())) == 1


def test_half_of_the_words_tell_little_and_all_of_them_most() -> None:
    assert fusion.called(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, (1.5 / 4 + 2 / 256) / 3.5, 1.0])


def test_to_have_words_tells_the_less_the_more_articles_have_them() -> None:
    # One term in 4 of 100 articles, and in 0.4 of 20 more.
    assert fusion.telling([(1.0, 4)], 100) == pytest.approx((1 - 2 * 4.4 / 120) ** 2)
    assert fusion.telling([(3.0, 4), (1.0, 90)], 100) == pytest.approx(0.75 * (1 - 2 * 4.4 / 120) ** 2)
    assert fusion.telling([], 100) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_branch_that_did_not_run_is_not_in_the_ledger_and_adds_nothing(mode: Mode) -> None:
    assert fusion.ledger(mode, fusion.Asked(10), None, None) == {"prior": fusion.prior(mode, 10)}
    nothing = fusion.log_odds(mode, fusion.Asked(10), np.zeros(1), np.zeros(1))
    assert nothing.tolist() == [fusion.prior(mode, 10)]


@given(st.sampled_from(MODES), SEMANTIC, SEMANTIC, SHARE, SHARE)
def test_more_evidence_never_lowers_a_score(mode: Mode, one: float, other: float, share: float, more: float) -> None:
    (low, high), (few, many) = sorted((one, other)), sorted((share, more))
    odds = fusion.log_odds(mode, fusion.Asked(100), np.array([low, high, high]), np.array([few, few, many]))
    assert odds.tolist() == sorted(odds.tolist())


@given(st.sampled_from(MODES), ARTICLES, NAMED)
def test_what_holds_for_a_query_moves_all_of_its_hits_alike(mode: Mode, articles: float, named: float | None) -> None:
    evidence = np.array([0.0, 1.5, 4.0]), np.array([3.0, 0.5, 1.0])
    plain, moved = (
        fusion.log_odds(mode, asked, *evidence) for asked in (fusion.Asked(1), fusion.Asked(articles, named))
    )
    np.testing.assert_allclose(moved - plain, moved[0] - plain[0], atol=1e-9)


def test_a_mode_listens_to_its_own_branch_only() -> None:
    both = np.array([3.0, -3.0]), np.array([1.0, 0.0])
    same, asked = np.zeros(2), fusion.Asked(100)
    for mode, ignored in (
        ("keyword", fusion.log_odds("keyword", asked, both[0], same)),
        ("semantic", fusion.log_odds("semantic", asked, same, both[1])),
    ):
        assert ignored[0] == ignored[1], mode
    assert len(set(fusion.log_odds("hybrid", asked, both[0], same).tolist())) == 2
    assert len(set(fusion.log_odds("hybrid", asked, same, both[1]).tolist())) == 2


@pytest.mark.parametrize("mode", MODES)
def test_the_prior_falls_with_the_articles_of_a_language_until_there_are_many(mode: Mode) -> None:
    priors = [fusion.prior(mode, articles) for articles in (50, 51, 100, 350)]
    assert priors == sorted(set(priors), reverse=True)
    assert fusion.prior(mode, 12) == priors[0] == fusion.WEIGHTS[mode].few
    assert fusion.prior(mode, 1_000_000) == pytest.approx(priors[-1]) == pytest.approx(fusion.WEIGHTS[mode].many)
    # Half of the way down at the geometric mean.
    assert fusion.prior(mode, math.sqrt(50 * 350)) == pytest.approx((priors[0] + priors[-1]) / 2)


@pytest.mark.parametrize("mode", MODES)
def test_the_prior_rises_where_there_are_hardly_any_articles_but_never_to_a_fit(mode: Mode) -> None:
    few = [fusion.prior(mode, articles) for articles in (0, 1, 3, 6, 11.99, 12)]
    assert few == sorted(few, reverse=True)
    assert few[0] == few[2] == pytest.approx(fusion.WEIGHTS[mode].few + math.log(2))  # ½ · ln(12 / 3)
    assert few[3] == pytest.approx(fusion.WEIGHTS[mode].few + math.log(2) / 2)
    assert few[0] < fusion.WEAK_LOG_ODDS  # without evidence nothing fits, however few there are


def test_articles_are_counted_in_the_language_of_the_query() -> None:
    sizes = {"en-GB": 30, "en-US": 70, "tr": 25}
    assert fusion.articles_asked({"en": 1.0, "tr": 0.0}, sizes) == pytest.approx(100)
    assert fusion.articles_asked({"tr": 1.0}, sizes) == pytest.approx(25)
    assert fusion.articles_asked({"en": 0.5, "tr": 0.5}, sizes) == pytest.approx(50)  # √(100 · 25)
    for unknown in ({}, {"fr": 1.0}):
        assert fusion.articles_asked(unknown, sizes) == 125
    assert fusion.articles_asked({"en": 1.0}, {}) == 0


def test_the_ideal_bm25() -> None:
    # N = 10. df = 1: ln(1 + 9.5 / 1.5) = 1.9924; df = 0: ln(1 + 10.5 / 0.5) = 3.0910; each times k1 + 1 = 2.2
    assert fusion.ideal_bm25([1], 10) == pytest.approx(2.2 * math.log(1 + 9.5 / 1.5))
    assert fusion.ideal_bm25([1], 10) == pytest.approx(4.383, abs=1e-3)
    assert fusion.ideal_bm25([0, 1, 1], 10) == pytest.approx(6.8003 + 2 * 4.3834, abs=1e-3)
    assert fusion.ideal_bm25([], 10) == 0
    assert fusion.ideal_bm25([0], 0) == pytest.approx(2.2 * math.log(2))


def test_the_share_of_the_ideal() -> None:
    assert fusion.share_of_ideal(np.array([0.0, 1.0, 4.0]), 4.0).tolist() == [0.0, 0.25, 1.0]
    assert fusion.share_of_ideal(np.array([0.0, 1.0]), 0.0).tolist() == [0.0, 0.0]


def spread(*frequencies: int, documents: int = 100) -> float:
    return fusion.share_spread([(fusion.idf(df, documents), df) for df in frequencies], documents)


def test_the_spread_of_a_share_worked_out_by_hand() -> None:
    # One term in 4 of 100 articles, and 0.4 of 20 more: its share is all or nothing.
    chance = 4.4 / 120
    one = math.sqrt(chance * (1 - chance))
    assert spread(4) == pytest.approx(0.02 + one)
    # With a second term like it, half as much varies twice.
    assert spread(4, 4) == pytest.approx(0.02 + one / math.sqrt(2))
    assert fusion.share_spread([], 0) == 0.02


def test_a_term_that_is_given_twice_is_one_term() -> None:
    assert fusion.share_spread([(3 * fusion.idf(4, 100), 4)], 100) == pytest.approx(spread(4))


@given(df=st.integers(0, 100), more=st.integers(0, 100), documents=st.integers(100, 1_000_000))
def test_the_more_articles_have_a_term_the_less_it_tells(df: int, more: int, documents: int) -> None:
    assert spread(df, documents=documents) <= spread(min(df + more, documents), documents=documents)


def test_a_word_that_every_article_has_tells_next_to_nothing() -> None:
    assert 1 / spread(100) < 2  # deviations
    assert 1 / spread(1) > 7
    assert 1 / spread(1, documents=1) == pytest.approx(1 / (0.02 + math.sqrt(1.4 / 21 * 19.6 / 21)))


def test_words_of_another_language_are_worth_little() -> None:
    plainly_turkish = {"tr": 0.98, "en": 0.02}
    assert fusion.language_worth(plainly_turkish, "tr") == 1
    assert fusion.language_worth(plainly_turkish, "en-GB") == 0.03
    assert fusion.language_worth({"en": 0.6, "fr": 0.3}, "fr-CA") == pytest.approx(0.5)


def test_a_query_that_says_nothing_of_its_language_counts_everywhere() -> None:
    for languages in ({}, {"en": 0.5, "tr": 0.5}, {"en": 0.0}):
        assert fusion.language_worth(languages, "tr") == 1


@given(tf=st.integers(1, 1_000_000), length=st.floats(0.01, 100), df=st.integers(1, 100))
def test_no_bm25_is_above_the_ideal(tf: int, length: float, df: int) -> None:
    idf = math.log(1 + (100 - df + 0.5) / (df + 0.5))
    bm25 = idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length))
    assert 0 < bm25 / fusion.ideal_bm25([df], 100) < 1


def test_sigmoid() -> None:
    assert fusion.sigmoid(0) == 0.5
    assert fusion.sigmoid(math.log(3)) == pytest.approx(0.75)
    assert fusion.sigmoid(-math.log(3)) == pytest.approx(0.25)
    assert (fusion.sigmoid(10_000), fusion.sigmoid(-10_000)) == (1.0, 0.0)


@given(st.floats(-800, 800), st.floats(-800, 800))
def test_sigmoid_is_symmetric_and_rises(one: float, other: float) -> None:
    assert fusion.sigmoid(one) + fusion.sigmoid(-one) == pytest.approx(1)
    assert fusion.sigmoid(min(one, other)) <= fusion.sigmoid(max(one, other))


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (None, "none"),
        (0.0, "none"),
        (fusion.WEAK - 1e-9, "none"),
        (fusion.WEAK, "weak"),
        (fusion.OK - 1e-9, "weak"),
        (fusion.OK, "ok"),
        (1.0, "ok"),
    ],
)
def test_the_outcome_is_a_label_of_the_best_score(score: float | None, outcome: Outcome) -> None:
    assert fusion.outcome_of(score) == outcome
