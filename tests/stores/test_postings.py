"""Postings: how often which article has a term, and BM25 from it, as tantivy gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_search.errors import IndexCorrupt
from kb_search.stores.postings import GONE, Kept, Postings, write_postings
from kb_search.text.slots import Clause, plain
from tests.stores.test_keywords import store_of

TERMS = ["parcel", "late", "e-1042", "ışık", "refund", "password"]


def postings_of(path: Path, documents: Sequence[str]) -> Postings:
    write_postings(path, len(documents), enumerate(documents))
    return Postings(path)


def test_how_many_articles_have_a_term(tmp_path: Path) -> None:
    postings = postings_of(tmp_path / "postings", ["parcel parcel late", "parcel ışık", ""])
    assert postings.size == 3
    assert [postings.frequency(term) for term in ("parcel", "late", "ışık", "isik", "")] == [2, 1, 1, 0, 0]
    assert postings.lengths.tolist() == [3, 2, 0]


def test_without_articles_nothing_is_known(tmp_path: Path) -> None:
    postings = postings_of(tmp_path / "postings", [])
    assert (postings.size, postings.frequency("parcel")) == (0, 0)
    assert postings.bm25(plain("parcel"), np.empty(0, np.int64)).tolist() == []


def test_a_term_may_be_there_very_often(tmp_path: Path) -> None:
    postings = postings_of(tmp_path / "postings", ["parcel " * 70_000, "late"])
    assert postings.lengths.tolist() == [70_000, 1]
    assert postings.counts.max() == 65_535


documents = st.lists(st.lists(st.sampled_from(TERMS), max_size=70).map(" ".join), min_size=1, max_size=12)
clauses = st.builds(
    Clause, st.lists(st.sampled_from([*TERMS, "unknown"]), min_size=1, max_size=3).map(tuple), st.floats(0.1, 1)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    documents=documents, words=st.lists(st.lists(clauses, min_size=1, max_size=3).map(tuple), min_size=1, max_size=5)
)
def test_scores_are_those_of_tantivy(
    documents: list[str], words: list[tuple[Clause, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = store_of(tmp_path_factory.mktemp("store"), documents, np.arange(len(documents)))
    ranking = store.search(words, len(documents))
    expected = np.zeros(len(documents))
    expected[ranking.ordinals] = ranking.scores
    assert store.scores(words, np.arange(len(documents))).tolist() == pytest.approx(expected.tolist(), rel=1e-6)


@given(
    before=st.dictionaries(st.integers(0, 9), documents.map(lambda texts: texts[0]), max_size=8),
    after=st.dictionaries(st.integers(0, 9), documents.map(lambda texts: texts[0]), max_size=8),
    backwards=st.booleans(),
)
def test_counting_on_gives_the_same_file(
    before: Mapping[int, str], after: Mapping[int, str], backwards: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("postings")
    old = [before[key] for key in sorted(before)]
    names = sorted(after, reverse=backwards)  # articles keep their terms, and may stand in another order
    new = [after[name] for name in names]
    whole = postings_of(folder / "whole", new)
    same = [name for name in names if before.get(name) == after[name]]
    places = [names.index(name) if name in same else GONE for name in sorted(before)]
    kept = Kept(postings_of(folder / "old", old), np.array(places, np.int64))
    changed = [(row, after[name]) for row, name in enumerate(names) if name not in same]
    write_postings(folder / "new", len(new), changed, kept)
    assert (folder / "new").read_bytes() == (folder / "whole").read_bytes()
    assert Postings(folder / "new").size == whole.size


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "postings"
    with pytest.raises(IndexCorrupt, match=r"postings cannot be read \(.*\)\. Build the index anew\."):
        Postings(path)
    for content in (b"", b"short"):
        path.write_bytes(content)
        with pytest.raises(IndexCorrupt, match=r"postings cannot be read"):
            Postings(path)
    write_postings(path, 1, [(0, "parcel")])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match=r"postings has 57 bytes, expected 58\. Build the index anew\."):
        Postings(path)
