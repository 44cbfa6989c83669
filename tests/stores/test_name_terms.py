"""What articles are called: which of them have the words of a query in their names, and where their names are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_search.errors import IndexCorrupt
from kb_search.stores.name_terms import Called, NameTerms, digests, write_name_terms
from kb_search.text.slots import Option

TERMS = ["reset", "password", "parcel", "late", "ışık"]


def name_terms(path: Path, *articles: tuple[Sequence[str], bool]) -> NameTerms:
    """Write articles, each with the terms of its names and whether the first is none."""
    write_name_terms(path, [Called([digests(name.split()) for name in names], none) for names, none in articles])
    return NameTerms(path, len(articles), sum(len(names) for names, _ in articles))


def words(*shares: tuple[str, float]) -> list[list[Option]]:
    return [[Option(tuple(terms.split()), share)] for terms, share in shares]


def test_how_much_of_a_query_each_article_is_called_by(tmp_path: Path) -> None:
    stored = name_terms(tmp_path / "terms", (["reset password"], False), (["parcel late"], False), ([""], True))
    asked = words(("password", 0.7), ("late", 0.2), ("gone", 0.1))
    assert stored.coverage(asked, np.array([0, 1, 2])) == pytest.approx([0.7, 0.2, 0.0])
    assert stored.coverage(asked, np.array([1])) == pytest.approx([0.2])
    assert stored.coverage(words(("late parcel", 1.0)), np.array([1, 0])) == pytest.approx([1.0, 0.0])
    assert stored.coverage([], np.array([0, 1])).tolist() == [0.0, 0.0]
    assert stored.coverage(asked, np.empty(0, np.int64)).tolist() == []


def test_a_word_is_met_by_the_best_of_what_it_may_stand_for_and_by_all_of_its_terms(tmp_path: Path) -> None:
    stored = name_terms(tmp_path / "terms", (["reset password"], False), (["password"], False))
    slip = [Option(("pasword",), 1.0), Option(("password",), 0.8), Option(("reset", "password"), 0.9)]
    assert stored.coverage([slip], np.array([0, 1])) == pytest.approx([0.9, 0.8])


def test_where_the_names_of_articles_are(tmp_path: Path) -> None:
    stored = name_terms(tmp_path / "terms", (["a", "z"], False), ([""], True), (["b", "", "y"], True), (["c"], False))
    names, places = stored.names(np.array([0, 1, 2, 3]))
    # The titles of the second and third article are the beginnings of their texts: names 2 and 3 are none.
    assert (names.tolist(), places.tolist()) == ([0, 1, 4, 5, 6], [0, 0, 2, 2, 3])
    assert stored.names(np.array([1]))[0].tolist() == []


def test_words_of_several_names_are_no_name(tmp_path: Path) -> None:
    """With a long list of keywords an article would be called by almost anything."""
    stored = name_terms(tmp_path / "terms", (["gift card", "late fee", "lost card"], False), (["lost parcel"], False))
    asked = words(("lost", 0.25), ("parcel", 0.5), ("late", 0.25))
    assert stored.coverage(asked, np.array([0, 1])) == pytest.approx([0.25, 0.75])


NAMES = st.lists(st.lists(st.sampled_from(TERMS), max_size=4).map(" ".join), min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    articles=st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=8),
    asked=st.lists(st.sampled_from([*TERMS, "gone"]), max_size=4),
    data=st.data(),
)
def test_any_articles_are_read_as_they_were_written(
    articles: Sequence[tuple[list[str], bool]], asked: list[str], data: st.DataObject, tmp_path: Path
) -> None:
    stored = name_terms(tmp_path / "terms", *articles)
    for row, (names, untitled) in enumerate(articles):
        found = stored.of(row)
        assert [name.tolist() for name in found.names] == [digests(name.split()).tolist() for name in names]
        assert found.untitled == untitled
    chosen = sorted(data.draw(st.sets(st.integers(0, len(articles) - 1))))
    share = 1 / max(len(asked), 1)
    named = [names[untitled:] for names, untitled in articles]
    expected = [
        max((sum(share for term in asked if term in name.split()) for name in named[row]), default=0) for row in chosen
    ]
    coverage = stored.coverage(words(*((term, share) for term in asked)), np.array(chosen, np.int64))
    assert coverage == pytest.approx(expected)


@pytest.mark.parametrize("content", [b"", b"x" * 23, b"\0" * 24, b"\xff" * 48])
def test_a_damaged_file_is_not_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "terms").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"terms .*Build the index anew"):
        NameTerms(tmp_path / "terms")


def test_a_file_of_another_generation_is_not_read(tmp_path: Path) -> None:
    name_terms(tmp_path / "terms", (["a", "b"], False))
    for articles, names, message in ((2, 2, "1 articles, expected 2"), (1, 3, "2 names, expected 3")):
        with pytest.raises(IndexCorrupt, match=message):
            NameTerms(tmp_path / "terms", articles, names)
