"""How a store is searched is chosen by what that finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb_search.errors import IndexCorrupt
from kb_search.stores import vectors
from kb_search.stores.tuning import load_tuning, save_tuning, tune
from kb_search.stores.vectors import EXACT, FaissVectors, Tuning, build_vectors
from tests.stores.test_vectors import Vectors, clustered


def store_of(folder: Path, matrix: Vectors) -> FaissVectors:
    build_vectors(folder / "vectors.faiss", matrix)
    return FaissVectors(folder / "vectors.faiss", np.arange(len(matrix)), matrix)


MANY = clustered(EXACT + 1_000)


def test_few_vectors_are_compared_one_by_one(tmp_path: Path) -> None:
    assert tune(store_of(tmp_path, MANY[:EXACT]), MANY[:50]) == Tuning("exact", recall=1.0)


def test_without_queries_nothing_is_known_and_all_is_compared(tmp_path: Path) -> None:
    assert tune(store_of(tmp_path, MANY), MANY[:0]).kind == "exact"


def test_who_wants_all_of_them_has_all_compared(tmp_path: Path) -> None:
    store = store_of(tmp_path, MANY)
    assert tune(store, MANY[:1], 0.5).kind == "rabitq"
    assert tune(store, MANY[:1], 1.0).kind == "exact"  # though the codes miss nothing of one query


def test_many_are_searched_by_their_codes_as_deep_as_it_takes(tmp_path: Path) -> None:
    store = store_of(tmp_path, MANY)
    loose, strict = tune(store, MANY[::50], 0.8), tune(store, MANY[::50], 0.999)
    assert loose.kind == strict.kind == "rabitq"
    assert 0.8 <= loose.recall
    assert 0.999 <= strict.recall
    assert loose.candidates < strict.candidates
    assert strict.queries == 102


def test_what_is_promised_is_what_a_search_finds(tmp_path: Path) -> None:
    store = store_of(tmp_path, MANY)
    tuned = FaissVectors(tmp_path / "vectors.faiss", store.rows, MANY, tune(store, MANY[::50], 0.9))
    shares = []
    for query in MANY[::50]:
        least = np.sort(MANY @ query)[-10]
        shares.append(np.mean(tuned.search(query, 10).scores >= least - 1e-6))
    # A search looks at no fewer candidates than was measured.
    assert np.mean(shares) >= tuned.tuning.recall - 1e-4


def test_codes_that_tell_nothing_are_not_used(tmp_path: Path) -> None:
    """Two bits for vectors on a circle: only four different codes."""
    angles = np.linspace(0, 2 * np.pi, 6 * EXACT)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert tune(store_of(tmp_path, circle), circle[::900], 1.0).kind == "exact"


def test_fewer_lists_are_scanned_where_they_hold_the_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_PARTITIONED", 1_000)
    monkeypatch.setattr(vectors, "_LIST", 200)
    store = store_of(tmp_path, MANY)
    tuned = tune(store, MANY[::50])
    assert tuned.kind == "rabitq"
    assert tuned.lists < store.lists == 25


def test_a_tuning_round_trips(tmp_path: Path) -> None:
    tuning = Tuning("rabitq", 3, 150, 0.9921, 256)
    save_tuning(tmp_path / "vectors.json", tuning)
    assert load_tuning(tmp_path / "vectors.json") == tuning


@pytest.mark.parametrize("data", [b"", b"{", b'{"kind": 3}'])
def test_a_damaged_tuning_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "vectors.json").write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"vectors\.json cannot be read .* Build the index anew\."):
        load_tuning(tmp_path / "vectors.json")
