"""The contract of a KeywordStore (kb_search/stores/base.py), with scores worked out by hand.

BM25 with k1 = 1.2 and b = 0.75: a term that N articles know, df of them containing it, gives an article that has it
tf times among its `length` terms (the average being `average`)

    idf · tf · 2.2 / (tf + 1.2 · (0.25 + 0.75 · length / average)),   idf = ln(1 + (N − df + 0.5) / (df + 0.5))

tantivy keeps an article's length in one byte: up to 40 it is exact, above it is rounded down to one of 40, 42, 44,
46, 48, 50, 52, 54, 56, 60, 64 …. The average is that of the exact lengths. A term of the title is three terms, in
the length too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from kb_search.errors import IndexCorrupt
from kb_search.stores import keywords
from kb_search.stores.base import KeywordStore, Ordinals, Ranking
from kb_search.stores.keywords import FIELD_WEIGHTS, TantivyKeywords, weighted, write_keywords
from kb_search.stores.postings import Postings, write_postings
from kb_search.text.slots import Clause, plain

Fields = Mapping[str, Sequence[str]]
MakeStore = Callable[[Sequence[Fields], Ordinals], KeywordStore]


def tantivy_store(folder: Path) -> MakeStore:
    return lambda documents, ordinals: store_of(folder, list(map(weighted, documents)), ordinals)


def store_of(folder: Path, documents: Sequence[str], ordinals: Ordinals) -> TantivyKeywords:
    """Write both parts of a store and open them."""
    write_keywords(folder / "keywords", documents)
    write_postings(folder / "postings", len(documents), enumerate(documents))
    return TantivyKeywords(folder / "keywords", Postings(folder / "postings"), ordinals)


@pytest.fixture(params=[tantivy_store], ids=["tantivy"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    maker: Callable[[Path], MakeStore] = request.param
    return maker(tmp_path)


def fields(title: str = "", body: str = "", headings: str = "", keywords: str = "") -> Fields:
    texts = {"title": title, "keywords": keywords, "headings": headings, "body": body}
    return {name: text.split() for name, text in texts.items()}


def bm25(tf: int, length: int, average: float, df: int, articles: int) -> float:
    idf = math.log(1 + (articles - df + 0.5) / (df + 0.5))
    return idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / average))


def answer(ranking: Ranking) -> list[tuple[int, float]]:
    return list(zip(ranking.ordinals.tolist(), ranking.scores.tolist(), strict=True))


def scores(*expected: tuple[int, float]) -> list[tuple[int, object]]:
    return [(ordinal, pytest.approx(score, rel=1e-6)) for ordinal, score in expected]


# Lengths 5, 4 and 3: the average is 4.
THREE = [
    fields(title="reset", body="password link"),
    fields(body="password password parcel invoice"),
    fields(body="parcel late again"),
]


def test_scores_are_bm25(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    ranking = store.search(plain("password"), 10)
    # idf = ln(1 + 1.5 / 2.5) = 0.47; article 1: 0.47 · 2 · 2.2 / (2 + 1.2); article 0: 0.47 · 2.2 / (1 + 1.425)
    assert answer(ranking) == scores((1, 0.6462551), (0, 0.4263951))
    assert answer(ranking) == scores((1, bm25(2, 4, 4.0, 2, 3)), (0, bm25(1, 5, 4.0, 2, 3)))
    assert ranking.ordinals.dtype == np.int64
    assert ranking.scores.dtype == np.float32


def test_a_query_adds_up_its_terms(make_store: MakeStore) -> None:
    found = answer(make_store(THREE, np.arange(3)).search(plain("parcel", "late"), 10))
    expected = bm25(1, 3, 4.0, 2, 3) + bm25(1, 3, 4.0, 1, 3), bm25(1, 4, 4.0, 2, 3)
    assert found == scores((2, expected[0]), (1, expected[1]))


def test_a_term_of_the_title_counts_three_times(make_store: MakeStore) -> None:
    assert FIELD_WEIGHTS["title"] == 3
    found = answer(make_store(THREE, np.arange(3)).search(plain("reset"), 10))
    assert found == scores((0, bm25(3, 5, 4.0, 1, 3)))


def test_every_field_counts_by_its_weight_before_saturation(make_store: MakeStore) -> None:
    document = fields(title="word", keywords="word", headings="word", body="word")
    length = sum(FIELD_WEIGHTS.values())
    found = answer(make_store([document, fields(body="other")], np.arange(2)).search(plain("word"), 10))
    assert found == scores((0, bm25(length, length, (length + 1) / 2, 1, 2)))


def test_a_term_given_twice_counts_twice(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    once, twice = answer(store.search(plain("late"), 10)), answer(store.search(plain("late", "late"), 10))
    assert twice == scores((2, 2 * once[0][1]))


# ── Words with alternatives ──────────────────────────────────────────────────────────────────────────────


def test_a_word_adds_the_best_of_its_clauses_and_never_their_sum(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    parcel, late = Clause(("parcel",)), Clause(("late",), 0.5)
    # Article 2 has both: parcel, in two of three articles, gives 0.54, half of late gives 0.57.
    half_of_late = 0.5 * bm25(1, 3, 4.0, 1, 3)
    assert half_of_late > bm25(1, 3, 4.0, 2, 3)
    assert answer(store.search([(parcel, late)], 10)) == scores((2, half_of_late), (1, bm25(1, 4, 4.0, 2, 3)))


def test_a_clause_of_several_terms_adds_them_up(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    both = Clause(("parcel", "late"), 0.25)
    expected = bm25(1, 3, 4.0, 2, 3) + bm25(1, 3, 4.0, 1, 3), bm25(1, 4, 4.0, 2, 3)
    assert answer(store.search([(both,)], 10)) == scores((2, 0.25 * expected[0]), (1, 0.25 * expected[1]))


def test_a_long_article_s_length_is_rounded_down_for_its_score_but_not_for_the_average(make_store: MakeStore) -> None:
    documents = [fields(body="rare " + "filler " * 52), fields(body="rare short"), fields(body="other")]
    found = answer(make_store(documents, np.arange(3)).search(plain("rare"), 10))
    average = (53 + 2 + 1) / 3
    assert found == scores((1, bm25(1, 2, average, 2, 3)), (0, bm25(1, 52, average, 2, 3)))


def test_equals_come_by_ordinal_and_k_cuts(make_store: MakeStore) -> None:
    store = make_store([fields(body="same words")] * 5, np.array([3, 4, 6, 7, 9]))
    assert store.search(plain("same"), 3).ordinals.tolist() == [3, 4, 6]
    assert store.search(plain("same"), 99).ordinals.tolist() == [3, 4, 6, 7, 9]
    assert store.search(plain("same"), 2, np.arange(10) > 5).ordinals.tolist() == [6, 7]


def test_what_is_found_by_nothing(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    for terms, k in ([], 10), (["unknown"], 10), (["password"], 0):
        ranking = store.search(plain(*terms), k)
        assert ranking.ordinals.dtype == np.int64
        assert ranking.scores.dtype == np.float32
        assert answer(ranking) == []
    assert answer(store.search(plain("password"), 10, np.zeros(3, np.bool_))) == []


def test_an_unknown_term_beside_a_known_one_changes_nothing(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    assert answer(store.search(plain("late", "unknown"), 10)) == answer(store.search(plain("late"), 10))


def test_an_empty_store(make_store: MakeStore) -> None:
    store = make_store([], np.empty(0, np.int64))
    assert (store.size, store.document_frequency("word"), answer(store.search(plain("word"), 10))) == (0, 0, [])


def test_an_article_without_terms_is_counted_and_never_found(make_store: MakeStore) -> None:
    store = make_store([fields(), fields(body="word")], np.arange(2))
    assert store.size == 2
    assert answer(store.search(plain("word"), 10)) == scores((1, bm25(1, 1, 0.5, 1, 2)))


def test_document_frequency_and_size(make_store: MakeStore) -> None:
    store = make_store(THREE, np.arange(3))
    assert [store.document_frequency(term) for term in ("password", "late", "reset", "unknown")] == [2, 1, 1, 0]
    assert store.size == 3


def test_terms_are_taken_as_they_are(make_store: MakeStore) -> None:
    store = make_store(
        [fields(body="e-1042 ışık user@example.com c++ +must"), fields(body="E-1042 isik")], np.arange(2)
    )
    for term in ("e-1042", "ışık", "user@example.com", "c++", "+must"):
        assert store.search(plain(term), 10).ordinals.tolist() == [0]


@pytest.mark.parametrize(
    ("allowed", "expected"), [([0, 0, 0], []), ([1, 0, 0], [0]), ([0, 1, 1], [1]), ([1, 1, 1], [1, 0])]
)
def test_what_is_not_allowed_is_left_out_and_scores_stay(
    make_store: MakeStore, allowed: list[int], expected: list[int]
) -> None:
    store = make_store(THREE, np.arange(3))
    everything = dict(answer(store.search(plain("password"), 10)))
    found = answer(store.search(plain("password"), 10, np.array(allowed, np.bool_)))
    assert found == scores(*((ordinal, everything[ordinal]) for ordinal in expected))


# ── However it is filtered ───────────────────────────────────────────────────────────────────────────────

_WORDS = [f"w{number}" for number in range(12)]
_RANDOM = np.random.default_rng(3)
_MANY = [fields(body=" ".join(_RANDOM.choice(_WORDS, _RANDOM.integers(1, 30)))) for _ in range(120)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> KeywordStore:
    return tantivy_store(tmp_path_factory.mktemp("many"))(_MANY, np.arange(0, 240, 2))


@given(
    terms=st.lists(st.sampled_from([*_WORDS, "unknown"]), min_size=1, max_size=8),
    allowed=st.sets(st.integers(0, 239)),
    k=st.integers(1, 130),
    selective=st.sampled_from([0, 1_000]),
)
def test_a_filter_gives_the_full_ranking_without_the_others(
    many: KeywordStore, terms: list[str], allowed: set[int], k: int, selective: int
) -> None:
    mask = np.zeros(240, np.bool_)
    mask[list(allowed)] = True
    everything = dict(answer(many.search(plain(*terms), 240)))
    expected = sorted((score for ordinal, score in everything.items() if mask[ordinal]), reverse=True)[:k]
    with pytest.MonkeyPatch.context() as patch:  # 0: results are filtered as they come; 1000: all allowed are scored
        patch.setattr(keywords, "_SELECTIVE", selective)
        found = answer(many.search(plain(*terms), k, mask))
    # Which of two comes first that differ by rounding alone depends on who added up.
    assert [score for _, score in found] == pytest.approx(expected, rel=1e-6)
    assert all(mask[ordinal] and everything[ordinal] == pytest.approx(score, rel=1e-6) for ordinal, score in found)


def test_equals_come_by_ordinal_whatever_segments_they_are_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "_HEAP", 15_000_000)  # as little as tantivy takes: some 1,500 of these articles
    words = [f"{number:090}" for number in range(80)]
    documents = [fields(body=f"same w{row} {' '.join(f'{row}{word}' for word in words)}") for row in range(2_500)]
    store = store_of(tmp_path, list(map(weighted, documents)), np.arange(2_500))
    assert len(list((tmp_path / "keywords").glob("*.store"))) > 1
    odd = np.arange(2_500) % 2 == 1
    assert store.search(plain("same"), 20).ordinals.tolist() == list(range(20))
    assert store.search(plain("same"), 20, odd).ordinals.tolist() == list(range(1, 40, 2))
    assert store.search(plain("same", "w2400"), 3).ordinals.tolist() == [2400, 0, 1]
    assert len(store.search(plain("same"), 5_000).ordinals) == 2_500


def test_any_articles_can_be_scored_and_those_that_do_not_match_have_nothing(make_store: MakeStore) -> None:
    store = make_store(THREE, np.array([2, 5, 9]))
    found = store.scores(plain("parcel", "late"), np.array([2, 9]))
    assert found.dtype == np.float32
    assert found.tolist() == [0, pytest.approx(bm25(1, 3, 4.0, 2, 3) + bm25(1, 3, 4.0, 1, 3), rel=1e-6)]


# ── tantivy's own ────────────────────────────────────────────────────────────────────────────────────────


def test_an_index_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match=r"keywords holds 3 articles, expected 2\. Build the index anew\."):
        store_of(tmp_path, list(map(weighted, THREE)), np.arange(2))
    write_postings(tmp_path / "postings", 2, [(0, "a"), (1, "b")])
    with pytest.raises(IndexCorrupt, match=r"The postings beside .*keywords are of 2 articles, expected 3\. Build"):
        TantivyKeywords(tmp_path / "keywords", Postings(tmp_path / "postings"), np.arange(3))


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    store_of(tmp_path, list(map(weighted, THREE)), np.arange(3))
    postings = Postings(tmp_path / "postings")
    (tmp_path / "keywords" / "meta.json").write_text("{")
    with pytest.raises(IndexCorrupt, match=r"keywords cannot be read by tantivy \(.*\)\. Build the index anew\."):
        TantivyKeywords(tmp_path / "keywords", postings, np.arange(3))
    with pytest.raises(IndexCorrupt, match="absent cannot be read by tantivy"):
        TantivyKeywords(tmp_path / "absent", postings, np.arange(3))


def test_an_index_that_may_only_be_read_opens_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keywords"
    store_of(tmp_path, ["password reset"], np.array([7]))

    class ReadOnly:
        """tantivy, where the lock file in `folder` may not be written."""

        class Index:
            @staticmethod
            def open(path: str) -> tantivy.Index:
                if path == str(folder):
                    raise ValueError("Failed to acquire Lockfile: PermissionDenied")
                return tantivy.Index.open(path)

        def __getattr__(self, name: str) -> object:
            return getattr(tantivy, name)

    monkeypatch.setattr("kb_search.stores.keywords.tantivy", ReadOnly())
    store = TantivyKeywords(folder, Postings(tmp_path / "postings"), np.array([7]))
    assert store.search(plain("password"), 10).ordinals.tolist() == [7]
