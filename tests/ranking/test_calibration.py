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
    mean, deviation = Calibration.fit(MANY).unfocused(QUERY).background
    assert mean == pytest.approx(cosines.mean(), abs=1e-9)
    assert deviation**2 == pytest.approx((5_000 * cosines.var() + 50 * 0.03**2) / 5_050, rel=1e-6)


def test_the_pairs_are_mean_and_deviation_of_the_cosines_of_all_pairs() -> None:
    some = MANY[:500]
    cosines = some.astype(np.float64) @ some.T
    mean, deviation = Calibration.fit(some).unfocused(QUERY).pairs
    assert mean == pytest.approx(cosines.mean(), abs=1e-9)
    assert deviation**2 == pytest.approx((500 * cosines.var() + 50 * 0.03**2) / 550, rel=1e-6)


def test_few_vectors_hardly_move_the_deviation_from_its_prior() -> None:
    east, north = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    assert Calibration.fit(np.empty((0, 2), np.float32)).unfocused(east).background == pytest.approx((0.0, 0.03))
    assert Calibration.fit(np.array([east])).unfocused(east).background == pytest.approx((1.0, 0.03 * np.sqrt(50 / 51)))
    # Cosines 1 and 0: mean 0.5, variance 0.25; shrunk, (2 · 0.25 + 50 · 0.0009) / 52
    assert Calibration.fit(np.array([east, north])).unfocused(east).background == pytest.approx(
        (0.5, np.sqrt(0.545 / 52))
    )


def test_evidence_is_half_by_the_query_and_half_by_the_view() -> None:
    # μ = (½, ½), Σ = ¼·((1, −1), (−1, 1)); with east: mean ½, variance ¼. Pairs: 1, 0, 0, 1: mean ½, variance ¼.
    focus = Calibration.fit(np.array([[1, 0], [0, 1]] * 50, np.float32)).unfocused(np.array([1, 0], np.float32))
    deviation = np.sqrt((100 * 0.25 + 50 * 0.0009) / 150)
    assert focus.background == pytest.approx((0.5, deviation))
    assert focus.pairs == pytest.approx((0.5, deviation))
    evidence = focus.evidence(np.array([0.5, 1.0, 0.0]))
    np.testing.assert_allclose(evidence, np.array([0.0, 0.5, -0.5]) / deviation)


EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
TITLES = {"en": np.array([EAST] * 10), "tr": np.array([NORTH] * 30)}


def test_a_query_is_focused_by_what_the_titles_of_its_language_have_in_common() -> None:
    calibration = Calibration.fit(np.array([EAST, NORTH]), TITLES)
    # Of 10 titles half of the share of 0.6 is taken off, of 30 three quarters.
    np.testing.assert_allclose(calibration.focus(NORTH, {"en": 1.0, "tr": 0.0}).vector, [-0.3, 1])
    np.testing.assert_allclose(calibration.focus(NORTH, {"tr": 1.0}).vector, [0, 0.55], atol=1e-7)
    # Half and half takes half of either: (0.15, 0.225). Where nothing is known, every title counts: ¼ and ¾ of each.
    np.testing.assert_allclose(calibration.focus(NORTH, {"en": 0.5, "tr": 0.5}).vector, [-0.15, 1 - 0.225])
    for unknown in ({}, {"fr": 1.0}):
        np.testing.assert_allclose(calibration.focus(NORTH, unknown).vector, [-0.3 / 4, 1 - 0.45 * 3 / 4])


def test_without_titles_a_query_stays_as_it_is() -> None:
    np.testing.assert_array_equal(Calibration.fit(MANY).focus(QUERY, {"en": 1.0}).vector, QUERY)


def test_the_ordinary_of_a_focused_query_is_that_of_its_similarities() -> None:
    titles = {"en": cone(200)[:100]}
    some = MANY[:500].astype(np.float64)
    focus = Calibration.fit(MANY[:500], titles).focus(QUERY, {"en": 1.0})
    similarities = some @ focus.vector
    shift = QUERY - focus.vector
    pairs = (some - shift) @ some.T
    assert focus.background[0] == pytest.approx(similarities.mean(), abs=1e-6)
    assert focus.background[1] ** 2 == pytest.approx((500 * similarities.var() + 50 * 0.03**2) / 550, rel=1e-4)
    assert focus.pairs[0] == pytest.approx(pairs.mean(), abs=1e-6)
    assert focus.pairs[1] ** 2 == pytest.approx((500 * pairs.var() + 50 * 0.03**2) / 550, rel=1e-4)


def test_a_hub_falls_behind_what_only_this_query_is_near_to() -> None:
    # The hub is near all titles, the other passage near one side only; by cosine alone the hub wins.
    hub, own = np.array([0.8, 0.6, 0], np.float32), np.array([0.64, 0, 0.768], np.float32)
    query = np.array([0.7, 0.1, 0.7], np.float32) / np.float32(np.sqrt(0.99))
    title = np.array([0.8, 0.6, 0], np.float32)
    focus = Calibration.fit(np.array([hub, own]), {"en": np.array([title] * 90)}).focus(query, {"en": 1.0})
    assert own @ focus.vector > hub @ focus.vector


def test_the_order_of_the_vectors_does_not_matter() -> None:
    one, other = Calibration.fit(MANY), Calibration.fit(MANY[np.random.default_rng(1).permutation(len(MANY))])
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-12, rtol=0)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-12, rtol=0)


def test_titles_are_saved_too(tmp_path: Path) -> None:
    Calibration.fit(np.array([EAST, NORTH]), TITLES).save(tmp_path / "titles.npz")
    loaded = Calibration.load(tmp_path / "titles.npz")
    assert {locale: (known.mean.tolist(), known.count) for locale, known in loaded.titles.items()} == {
        "en": ([1, 0], 10),
        "tr": ([0, 1], 30),
    }


def test_save_and_load(tmp_path: Path) -> None:
    calibration = Calibration.fit(MANY[:100])
    calibration.save(tmp_path / "one.npz")
    calibration.save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    loaded = Calibration.load(tmp_path / "one.npz")
    assert loaded.count == 100
    np.testing.assert_array_equal(loaded.mean, calibration.mean.astype(np.float32))
    np.testing.assert_array_equal(loaded.covariance, calibration.covariance.astype(np.float32))
    assert loaded.titles == {}
    assert loaded.unfocused(QUERY).background == pytest.approx(calibration.unfocused(QUERY).background, rel=1e-5)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "calibration.npz").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"calibration\.npz cannot be read \(.*\)\. Build the index anew\."):
        Calibration.load(tmp_path / "calibration.npz")
