from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.embedding.batching import token_batches

LENGTHS = st.lists(st.integers(0, 600))


@pytest.mark.parametrize(
    ("lengths", "budget", "expected"),
    [
        ([], 10, []),
        ([3], 10, [[0]]),
        ([1, 5, 2, 5], 10, [[1, 3], [2, 0]]),
        ([4, 4, 4], 10, [[0, 1], [2]]),
        ([99, 1], 10, [[0], [1]]),  # longer than the budget: alone
        ([0, 0, 0], 2, [[0, 1], [2]]),  # an empty text takes a row all the same
    ],
)
def test_longest_first_and_within_the_budget(lengths: list[int], budget: int, expected: list[list[int]]) -> None:
    assert list(token_batches(lengths, budget)) == expected


@given(LENGTHS, st.integers(1, 5_000))
def test_every_row_is_in_one_batch_and_the_budget_is_kept(lengths: list[int], budget: int) -> None:
    batches = list(token_batches(lengths, budget))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= budget


@given(LENGTHS, st.integers(1, 5_000))
def test_no_batch_is_longer_than_the_one_before(lengths: list[int], budget: int) -> None:
    longest = [max(lengths[row] for row in batch) for batch in token_batches(lengths, budget)]
    assert longest == sorted(longest, reverse=True)
