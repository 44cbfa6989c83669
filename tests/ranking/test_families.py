from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.ranking.families import families, members_of


def of(originals: list[int], hidden: Collection[int] = ()) -> list[int]:
    members = np.array([row not in hidden for row in range(len(originals))], np.bool_)
    found: list[int] = families(np.array(originals, np.int64), members).tolist()
    return found


def test_without_translations_everyone_is_alone() -> None:
    assert of([-1, -1, -1]) == [0, 1, 2]
    assert of([]) == []


def test_translations_of_one_original() -> None:
    assert of([-1, 0, 0, -1]) == [0, 0, 0, 3]
    assert of([2, 2, -1]) == [0, 0, 0]  # the lowest ordinal stands for them, whoever is the original


def test_a_chain_is_one_family() -> None:
    assert of([-1, 0, 1, 2]) == [0, 0, 0, 0]
    assert of([1, 2, 3, -1]) == [0, 0, 0, 0]


def test_a_circle_is_one_family() -> None:
    assert of([1, 0]) == [0, 0]
    assert of([1, 2, 0, 2, -1]) == [0, 0, 0, 0, 4]
    assert of([0, -1]) == [0, 1]


def test_naming_the_same_missing_original_ties_together() -> None:
    assert of([-1, 5, 5, 6, 1]) == [0, 1, 1, 3, 1]


@pytest.mark.parametrize("exists", [True, False])
def test_naming_the_same_hidden_original_does_as_if_it_were_missing(exists: bool) -> None:
    # Articles 1 and 2 translate 0, which is hidden or does not exist at all.
    found = of([-1, 0, 0], {0}) if exists else [0, *(row + 1 for row in of([2, 2]))]
    assert found == [0, 1, 1]


def test_what_a_hidden_article_says_ties_nothing_together() -> None:
    assert of([-1, 0, 1], hidden={1}) == [0, 1, 2]  # 2 → 1 → 0, and 1 is hidden
    assert of([-1, 0, 1, 1], hidden={1}) == [0, 1, 2, 2]


def test_members_of_families_that_have_several() -> None:
    assert members_of(np.array([0, 1, 0, 3, 1, 0])) == {0: (0, 2, 5), 1: (1, 4)}
    assert members_of(np.array([0, 1])) == {}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], set[int]]:
    count = draw(st.integers(1, 12))
    originals = draw(st.lists(st.integers(-1, count + 2), min_size=count, max_size=count))
    return originals, draw(st.sets(st.integers(0, count - 1)))


@given(worlds())
def test_families_are_the_connected_components_of_what_is_visible(world: tuple[list[int], set[int]]) -> None:
    originals, hidden = world
    visible = [row for row in range(len(originals)) if row not in hidden]
    label = {number: number for number in range(len(originals) + 3)}
    for _ in range(len(label)):  # so often until nothing changes any more
        for row in visible:
            if originals[row] >= 0:
                label[row] = label[originals[row]] = min(label[row], label[originals[row]])
    expected = [
        min(other for other in visible if label[other] == label[row]) if row in visible else row
        for row in range(len(originals))
    ]
    assert of(originals, hidden) == expected
