"""Weighing slots, by hand: N = 10 articles; idf(1) = 1.9924, idf(4) = 0.8938; the ideal of a term is its idf · 2.2."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.ranking.fusion import ideal_bm25, share_spread
from kb_search.ranking.wording import weigh
from kb_search.text.slots import Alternative, Slot, plain

FREQUENCIES = {"rare": 1, "usual": 4, "log": 4, "in": 4}
RARE, USUAL = math.log(1 + 9.5 / 1.5), math.log(1 + 6.5 / 4.5)


def frequency(term: str) -> int:
    return FREQUENCIES.get(term, 0)


def test_a_word_without_alternatives_is_asked_as_it_is() -> None:
    wording = weigh([Slot(("rare",)), Slot(("usual",))], frequency, 10)
    assert list(wording.words) == plain("rare", "usual")
    assert wording.ideal == pytest.approx(2.2 * (RARE + USUAL))
    assert wording.spread == share_spread([(RARE, 1), (USUAL, 4)], 10)


@given(terms=st.lists(st.sampled_from(["rare", "usual", "log", "unheard"]), min_size=1, max_size=5))
def test_an_alternative_that_nobody_wrote_changes_nothing(terms: list[str]) -> None:
    """A word without alternatives is weighed by a shorter way: this is the longer one."""
    plainly = weigh([Slot((term,)) for term in terms], frequency, 10)
    assert plainly == weigh([Slot((term,), (Alternative(("nowhere",), 0.5),)) for term in terms], frequency, 10)


def test_an_alternative_in_full_gives_its_weight_of_what_the_word_would_give() -> None:
    (word,), ideal, *_ = weigh([Slot(("usual",), (Alternative(("rare",), 0.8),))], frequency, 10)
    assert [clause.terms for clause in word] == [("usual",), ("rare",)]
    assert [clause.boost for clause in word] == pytest.approx([1, 0.8 * USUAL / RARE])
    assert ideal == pytest.approx(2.2 * USUAL)


def test_an_alternative_of_several_terms_is_measured_by_all_of_them() -> None:
    (word,), *_ = weigh([Slot(("rare",), (Alternative(("log", "in"), 0.5),))], frequency, 10)
    assert word[1].terms == ("log", "in")
    assert word[1].boost == pytest.approx(0.5 * RARE / (2 * USUAL))


def test_a_word_that_nobody_wrote_is_as_rare_as_what_it_may_stand_for() -> None:
    slot = Slot(("usaul",), (Alternative(("usual",), 0.8), Alternative(("gone",), 0.8)))
    wording = weigh([slot], frequency, 10)
    ((clause,),) = wording.words  # what no article has is not asked for
    assert clause.terms == ("usual",)
    assert clause.boost == pytest.approx(0.8)
    assert wording.ideal == pytest.approx(2.2 * USUAL)
    assert wording.known


def test_a_word_that_stands_for_nothing_counts_as_rarer_than_any() -> None:
    wording = weigh([Slot(("zzz",))], frequency, 10)
    assert wording.ideal == pytest.approx(ideal_bm25([0], 10))
    assert not wording.known


def test_a_synonym_makes_a_word_less_telling() -> None:
    alone = weigh([Slot(("rare",))], frequency, 10)
    wider = weigh([Slot(("rare",), (Alternative(("usual",), 0.8),))], frequency, 10)
    assert wider.ideal == alone.ideal
    assert wider.spread == share_spread([(RARE, 5)], 10) > alone.spread


def test_what_may_meet_each_word_and_what_it_then_says_of_the_query() -> None:
    slip = Slot(("usaul",), (Alternative(("log", "in"), 0.5), Alternative(("gone",), 0.8)))
    wording = weigh([Slot(("rare",)), slip], frequency, 10)
    rare, usual = RARE / (RARE + USUAL), USUAL / (RARE + USUAL)
    assert [[(option.terms, round(option.share, 9)) for option in listed] for listed in wording.options] == [
        [(("rare",), round(rare, 9))],
        [(("usaul",), round(usual, 9)), (("log", "in"), round(usual / 2, 9))],  # what nobody wrote meets nothing
    ]
    # One of 10 articles has the one, four the other; 20 more are imagined, of which 0.4 have it.
    assert wording.telling == pytest.approx(rare * (1 - 2 * 1.4 / 30) ** 2 + usual * (1 - 2 * 4.4 / 30) ** 2)


def test_what_each_term_says_of_the_query() -> None:
    shares = weigh([Slot(("rare",)), Slot(("usaul",), (Alternative(("log", "in"), 0.5),))], frequency, 10).shares
    whole = RARE + USUAL  # the slip is as rare as what it stands for
    assert shares["rare"] == pytest.approx(RARE / whole)
    assert shares["usaul"] == pytest.approx(USUAL / whole)
    assert shares["log"] == shares["in"] == pytest.approx(0.5 * USUAL / whole / 2)


def test_a_word_given_twice_counts_twice() -> None:
    once, twice = weigh([Slot(("rare",))], frequency, 10), weigh([Slot(("rare",))] * 2, frequency, 10)
    assert twice.words == once.words * 2
    assert twice.ideal == 2 * once.ideal
    assert twice.spread == once.spread


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=3),
    st.lists(st.tuples(st.lists(st.integers(0, 50), min_size=1, max_size=3), st.floats(0.1, 1)), max_size=4),
)
def test_no_alternative_can_give_more_than_the_word_could(
    typed: list[int], others: list[tuple[list[int], float]]
) -> None:
    names: dict[str, int] = {}

    def named(frequencies: list[int]) -> tuple[str, ...]:
        terms = tuple(f"t{len(names) + row}" for row in range(len(frequencies)))
        names.update(zip(terms, frequencies, strict=True))
        return terms

    slot = Slot(named(typed), tuple(Alternative(named(each), weight) for each, weight in others))
    (word,), ideal, spread, *_ = weigh([slot], names.__getitem__, 50)
    for terms, boost in word:
        in_some_article = [names[term] for term in terms if names[term]]
        assert boost * ideal_bm25(in_some_article, 50) <= ideal + 1e-9
    assert word
    assert spread > 0
