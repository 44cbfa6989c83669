"""The contract of a VectorStore (kb_search/stores/base.py), and what is FAISS's own. Another engine adds a maker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.stores import vectors
from kb_search.stores.base import Ordinals, Ranking, VectorStore
from kb_search.stores.matrix import Residency, create_matrix, open_matrix
from kb_search.stores.vectors import FaissVectors, Tuning, build_vectors

Vectors = NDArray[np.float32]
MakeStore = Callable[[Vectors, Ordinals], VectorStore]


CODES = Tuning("rabitq", lists=1, candidates=800)


def faiss_store(folder: Path, tuning: Tuning | None = None) -> MakeStore:
    def make(matrix: Vectors, rows: Ordinals) -> FaissVectors:
        build_vectors(folder / "vectors.faiss", matrix[rows])
        return FaissVectors(folder / "vectors.faiss", rows, matrix, tuning)

    return make


@pytest.fixture(params=[faiss_store, partial(faiss_store, tuning=CODES)], ids=["exact", "codes"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    maker: Callable[[Path], MakeStore] = request.param
    return maker(tmp_path)


def at(*degrees: float) -> Vectors:
    """Unit vectors in a plane: the cosine of two of them is that of the angle between them."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def answer(ranking: Ranking) -> list[tuple[int, float]]:
    return [(ordinal, round(score, 4)) for ordinal, score in zip(*(part.tolist() for part in ranking), strict=True)]


EVERYTHING = np.arange(5)
FIVE = at(0, 90, 60, 180, 30)
EAST = at(0)[0]


def test_nearest_first_with_exact_cosines(make_store: MakeStore) -> None:
    ranking = make_store(FIVE, EVERYTHING).search(EAST, 3)
    assert answer(ranking) == [(0, 1.0), (4, 0.866), (2, 0.5)]
    assert ranking.ordinals.dtype == np.int64
    assert ranking.scores.dtype == np.float32


def test_all_of_them_when_k_is_larger(make_store: MakeStore) -> None:
    found = answer(make_store(FIVE, EVERYTHING).search(EAST, 99))
    assert found == [(0, 1.0), (4, 0.866), (2, 0.5), (1, 0.0), (3, -1.0)]


def test_none_when_k_is_zero_or_there_are_none(make_store: MakeStore) -> None:
    assert answer(make_store(FIVE, EVERYTHING).search(EAST, 0)) == []


def test_an_empty_store(make_store: MakeStore) -> None:
    store = make_store(FIVE, np.empty(0, np.int64))
    assert answer(store.search(EAST, 3)) == []
    assert answer(store.search(EAST, 3, np.ones(5, np.bool_))) == []
    assert store.similarity(EAST, np.empty(0, np.int64)).tolist() == []


def test_a_view_holds_some_of_the_chunks_under_their_own_ordinals(make_store: MakeStore) -> None:
    store = make_store(FIVE, np.array([1, 2, 4]))
    assert answer(store.search(EAST, 9)) == [(4, 0.866), (2, 0.5), (1, 0.0)]


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ([0, 0, 0, 0, 0], []),
        ([0, 1, 0, 1, 0], [(1, 0.0), (3, -1.0)]),
        ([1, 0, 0, 0, 1], [(0, 1.0), (4, 0.866)]),
        ([1, 1, 1, 1, 1], [(0, 1.0), (4, 0.866)]),
    ],
)
def test_what_is_not_allowed_is_as_if_it_were_not_there(
    make_store: MakeStore, allowed: list[int], expected: list[tuple[int, float]]
) -> None:
    ranking = make_store(FIVE, EVERYTHING).search(EAST, 2, np.array(allowed, np.bool_))
    assert answer(ranking) == expected


def test_allowed_is_indexed_by_chunk_ordinal_not_by_row_of_the_view(make_store: MakeStore) -> None:
    allowed = np.array([True, True, False, True, True])
    assert answer(make_store(FIVE, np.array([2, 3, 4])).search(EAST, 9, allowed)) == [(4, 0.866), (3, -1.0)]


def test_equals_come_by_ordinal(make_store: MakeStore) -> None:
    store = make_store(at(30, 0, 30, 90, 30, 0), np.arange(6))
    assert answer(store.search(EAST, 4)) == [(1, 1.0), (5, 1.0), (0, 0.866), (2, 0.866)]


def test_of_many_equals_the_first_are_kept(make_store: MakeStore) -> None:
    better = at(*np.linspace(0, 20, 50))
    matrix = np.concatenate([np.repeat(at(45), 300, axis=0), better])
    found = make_store(matrix, np.arange(350)).search(EAST, 60).ordinals.tolist()
    assert found == [*range(300, 350), *range(10)]


def test_similarity_is_the_exact_cosine_in_the_order_asked(make_store: MakeStore) -> None:
    similarity = make_store(FIVE, EVERYTHING).similarity(EAST, np.array([3, 4, 0, 4]))
    assert similarity.dtype == np.float32
    np.testing.assert_allclose(similarity, np.cos(np.radians([180, 30, 0, 30])), atol=1e-7)


def clustered(count: int, dimension: int = 64) -> Vectors:
    """Unit vectors in a narrow cone around 20 centres, as those of sentence embedders are."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(20, dimension)) + 3.0
    vectors = centres[random.integers(0, 20, count)] + random.normal(size=(count, dimension)) * 0.3
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


CLUSTERED = clustered(4_000)


@pytest.fixture(scope="module")
def clustered_store(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    return faiss_store(tmp_path_factory.mktemp("clustered"))(CLUSTERED, np.arange(len(CLUSTERED)))


@given(st.sets(st.integers(0, 299), min_size=1))
def test_a_similarity_does_not_depend_on_what_else_is_asked(clustered_store: VectorStore, chosen: set[int]) -> None:
    query, rows = CLUSTERED[7], np.array(sorted(chosen))
    alone = [clustered_store.similarity(query, rows[i : i + 1]).item() for i in range(len(rows))]
    assert clustered_store.similarity(query, rows).tolist() == alone


def assert_finds_the_true_top_10(store: VectorStore, share: float, least: float) -> None:
    random = np.random.default_rng(11)
    allowed = random.random(len(CLUSTERED)) < share
    found = 0
    for row in random.integers(0, len(CLUSTERED), 50):
        query = CLUSTERED[row]
        exact = np.where(allowed, CLUSTERED.astype(np.float64) @ query, -2.0)
        truth = np.argsort(-exact, kind="stable")[:10]
        answer = store.search(query, 10, allowed).ordinals
        assert allowed[answer].all()
        found += len(set(answer.tolist()) & set(truth.tolist()))
    assert found >= least * 500


@pytest.mark.parametrize("share", [1.0, 0.5, 0.02])
def test_the_candidates_hold_the_true_top_10(make_store: MakeStore, share: float) -> None:
    assert_finds_the_true_top_10(make_store(CLUSTERED, np.arange(len(CLUSTERED))), share, 0.99)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_filter_does_not_lose_what_stands_in_other_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(vectors, "_PARTITIONED", 1_000)
    monkeypatch.setattr(vectors, "_LIST", 200)
    store = faiss_store(tmp_path, Tuning("rabitq", lists=3, candidates=300))(CLUSTERED, np.arange(len(CLUSTERED)))
    assert isinstance(store, FaissVectors)
    assert store.lists == 20
    assert_finds_the_true_top_10(store, share, 0.95)
    assert len(store.search(CLUSTERED[0], 4_000).ordinals) == 4_000  # however few lists are looked at at first


def test_the_length_of_a_query_changes_nothing(clustered_store: VectorStore) -> None:
    assert isinstance(clustered_store, FaissVectors)
    query = CLUSTERED[3] - 0.6 * CLUSTERED.mean(axis=0)
    found = [clustered_store.nearest_by_codes(scale * query, 50, 1)[0].tolist() for scale in (0.25, 1.0, 4.0)]
    assert found[0] == found[1] == found[2]


def test_a_query_that_is_far_from_all_is_answered(make_store: MakeStore) -> None:
    store = make_store(CLUSTERED, np.arange(len(CLUSTERED)))
    for query in (-CLUSTERED[0], np.zeros(64, np.float32)):
        assert len(store.search(query, 10).ordinals) == 10


# ── FAISS and the matrix file ────────────────────────────────────────────────────────────────────────────


def test_the_matrix_file_round_trips(tmp_path: Path) -> None:
    matrix = create_matrix(tmp_path / "vectors.f32", 2, 5)
    matrix[:] = FIVE
    del matrix
    assert (tmp_path / "vectors.f32").read_bytes() == FIVE.astype("<f4").tobytes()
    read = open_matrix(tmp_path / "vectors.f32", 2, 5)
    np.testing.assert_array_equal(read, FIVE)
    assert not read.flags.writeable


def test_a_matrix_without_rows(tmp_path: Path) -> None:
    assert create_matrix(tmp_path / "vectors.f32", 2, 0).shape == (0, 2)
    assert open_matrix(tmp_path / "vectors.f32", 2, 0).shape == (0, 2)


def test_a_matrix_of_another_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vectors.f32").write_bytes(FIVE.tobytes()[:-1])
    with pytest.raises(IndexCorrupt, match=r"vectors\.f32 has 39 bytes, expected 5 × 2 × 4\. Build the index anew\."):
        open_matrix(tmp_path / "vectors.f32", 2, 5)


@pytest.mark.parametrize(("rows", "matrix"), [(np.arange(4), FIVE), (EVERYTHING, np.zeros((5, 3), np.float32))])
def test_an_index_that_contradicts_its_rows_is_refused(tmp_path: Path, rows: Ordinals, matrix: Vectors) -> None:
    build_vectors(tmp_path / "vectors.faiss", FIVE)
    with pytest.raises(IndexCorrupt, match=r"vectors\.faiss holds 5 vectors of dimension 2, expected [45] of dimensi"):
        FaissVectors(tmp_path / "vectors.faiss", rows, matrix)


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"x" + data])
def test_a_damaged_index_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "vectors.faiss"
    build_vectors(path, FIVE)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexCorrupt, match=r"vectors\.faiss cannot be read by FAISS \(.*\)\. Build the index anew\."):
        FaissVectors(path, EVERYTHING, FIVE)


def test_the_same_vectors_give_the_same_bytes(tmp_path: Path) -> None:
    build_vectors(tmp_path / "one", CLUSTERED)
    build_vectors(tmp_path / "two", CLUSTERED)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_how_near_the_kth_nearest_is(clustered_store: VectorStore) -> None:
    assert isinstance(clustered_store, FaissVectors)
    queries = CLUSTERED[:7]
    expected = np.sort(queries.astype(np.float64) @ CLUSTERED.T, axis=1)[:, -3]
    np.testing.assert_allclose(clustered_store.kth_best(queries, 3), expected, atol=1e-6)


def test_a_large_matrix_does_not_stay_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, dimension = 4_096, 512  # 8 MB
    matrix = create_matrix(tmp_path / "vectors.f32", dimension, rows)
    matrix[:] = np.arange(rows)[:, None]
    del matrix
    opened = open_matrix(tmp_path / "vectors.f32", dimension, rows)

    def mapped() -> int:
        """Kilobytes of the file that count as this process's memory."""
        found, inside = 0, False
        for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
            if "-" in line.split()[0]:
                inside = line.endswith(str(tmp_path / "vectors.f32"))
            elif inside and line.startswith("Rss:"):
                found += int(line.split()[1])
        return found

    if not Path("/proc/self/smaps").is_file():
        pytest.skip("The system does not tell what is mapped.")
    for large, kept in ((1 << 29, True), (1 << 20, False)):
        monkeypatch.setattr("kb_search.stores.matrix.LARGE", large)
        residency = Residency(opened)
        assert opened[:, 0].sum() == rows * (rows - 1) / 2
        assert mapped() == 8_192
        residency.read(3_999)
        assert mapped() == 8_192
        residency.read(1)
        assert (mapped() == 8_192) == kept
        assert opened[-1, 0] == rows - 1
