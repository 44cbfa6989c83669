from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.anchors import page_anchor, slug, split_explicit, unique_anchors


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Reset your password", "reset-your-password"),
        ("What's new in 2.0?", "whats-new-in-20"),
        ("Réinitialiser l’accès", "réinitialiser-laccès"),
        ("İade ve IŞIK", "iade-ve-işik"),
        ("パスワードの変更", "パスワードの変更"),
        ("पासवर्ड बदलें", "पासवर्ड-बदलें"),
        ("snake_case & kebab-case", "snake_case--kebab-case"),
        ("🎉", "section"),
        ("", "section"),
    ],
)
def test_a_slug_is_the_one_github_gives(heading: str, expected: str) -> None:
    assert slug(heading) == expected


def test_equal_headings_are_numbered_in_order() -> None:
    headings = [("Usage", None), ("Usage", None), ("Usage 1", None), ("Usage", None)]
    assert unique_anchors(headings) == ["usage", "usage-1", "usage-1-1", "usage-2"]


def test_an_anchor_chosen_by_the_author_comes_before_one_made_from_text() -> None:
    assert unique_anchors([("Refunds", None), ("Getting money back", "refunds")]) == ["refunds-1", "refunds"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Refunds {#money-back}", ("Refunds", "money-back")),
        ("Refunds {: #money-back .wide }", ("Refunds", "money-back")),
        ("{#only}", ("", "only")),
        ("Use {#tag} in text", ("Use {#tag} in text", None)),
        ("Set {x}", ("Set {x}", None)),
        ("Not glued{#x}", ("Not glued{#x}", None)),
    ],
)
def test_an_explicit_anchor_is_taken_off_the_heading(heading: str, expected: tuple[str, str | None]) -> None:
    assert split_explicit(heading) == expected


@pytest.mark.parametrize("taken", ["page:content", "Page:q", "kb-search"])
def test_an_anchor_never_is_one_of_the_page_around_the_article(taken: str) -> None:
    assert unique_anchors([("Refunds", taken)]) == [f"section-{taken}"]
    assert page_anchor(taken) == f"section-{taken}"
    assert page_anchor("page") == "page"


_HEADINGS = st.lists(st.tuples(st.text("ab1- İ", max_size=4), st.none() | st.text("ab1-", min_size=1, max_size=3)))


@given(_HEADINGS)
def test_anchors_are_unique_and_never_empty(headings: list[tuple[str, str | None]]) -> None:
    anchors = unique_anchors(headings)
    assert len(set(anchors)) == len(anchors) == len(headings)
    assert all(anchors)
