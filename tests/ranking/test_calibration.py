from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.ranking.calibration import Calibration

Vectors = NDArray[np.float32]


def cone(count: int, dimension: int = 16) -> Vectors:
    vectors = np.random.default_rng(5).normal(size=(count, dimension)) + 2.0
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


MANY = cone(5_000)
QUERY = cone(1)[0]


def test_the_background_is_mean_and_deviation_of_the_cosines_with_all_vectors() -> None:
    cosines = MANY.astype(np.float64) @ QUERY
    mean, deviation = Calibration.fit(MANY).background(QUERY)
    assert mean == pytest.approx(cosines.mean(), abs=1e-9)
    assert deviation**2 == pytest.approx((5_000 * cosines.var() + 50 * 0.03**2) / 5_050, rel=1e-6)


def test_the_pairs_are_mean_and_deviation_of_the_cosines_of_all_pairs() -> None:
    some = MANY[:500]
    cosines = some.astype(np.float64) @ some.T
    mean, deviation = Calibration.fit(some).pairs
    assert mean == pytest.approx(cosines.mean(), abs=1e-9)
    assert deviation**2 == pytest.approx((500 * cosines.var() + 50 * 0.03**2) / 550, rel=1e-6)


def test_few_vectors_hardly_move_the_deviation_from_its_prior() -> None:
    east, north = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    assert Calibration.fit(np.empty((0, 2), np.float32)).background(east) == pytest.approx((0.0, 0.03))
    assert Calibration.fit(np.array([east])).background(east) == pytest.approx((1.0, 0.03 * np.sqrt(50 / 51)))
    # Cosines 1 and 0: mean 0.5, variance 0.25; shrunk, (2 · 0.25 + 50 · 0.0009) / 52
    assert Calibration.fit(np.array([east, north])).background(east) == pytest.approx((0.5, np.sqrt(0.545 / 52)))


def test_evidence_is_half_by_the_query_and_half_by_the_view() -> None:
    # μ = (½, ½), Σ = ¼·((1, −1), (−1, 1)); with east: mean ½, variance ¼. Pairs: 1, 0, 0, 1: mean ½, variance ¼.
    calibration = Calibration.fit(np.array([[1, 0], [0, 1]] * 50, np.float32))
    deviation = np.sqrt((100 * 0.25 + 50 * 0.0009) / 150)
    assert calibration.background(np.array([1, 0], np.float32)) == pytest.approx((0.5, deviation))
    assert calibration.pairs == pytest.approx((0.5, deviation))
    evidence = calibration.evidence(np.array([1, 0], np.float32), np.array([0.5, 1.0, 0.0]))
    np.testing.assert_allclose(evidence, np.array([0.0, 0.5, -0.5]) / deviation)


def test_the_order_of_the_vectors_does_not_matter() -> None:
    one, other = Calibration.fit(MANY), Calibration.fit(MANY[np.random.default_rng(1).permutation(len(MANY))])
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-12, rtol=0)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-12, rtol=0)


def test_save_and_load(tmp_path: Path) -> None:
    calibration = Calibration.fit(MANY[:100])
    calibration.save(tmp_path / "one.npz")
    calibration.save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    loaded = Calibration.load(tmp_path / "one.npz")
    assert loaded.count == 100
    np.testing.assert_array_equal(loaded.mean, calibration.mean.astype(np.float32))
    np.testing.assert_array_equal(loaded.covariance, calibration.covariance.astype(np.float32))
    assert loaded.background(QUERY) == pytest.approx(calibration.background(QUERY), rel=1e-5)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "calibration.npz").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"calibration\.npz cannot be read \(.*\)\. Build the index anew\."):
        Calibration.load(tmp_path / "calibration.npz")
