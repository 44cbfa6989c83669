"""How near is near: names asked for the nearest name of another article, with answers worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt
from kb_search.ranking import naming
from kb_search.ranking.naming import Naming, Nearest

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
BETWEEN = [0.6, 0.8]
ORDINARY = Naming({"en": Nearest(mean=0.8, deviation=0.05, count=30), "tr": Nearest(0.9, 0.03, 10)})


def rows(*vectors: list[float]) -> NDArray[np.float32]:
    return np.array(vectors, np.float32)


def evidence(cosine: float, languages: dict[str, float]) -> float:
    ordinary = ORDINARY.ordinary(languages)
    assert ordinary is not None
    return float(ordinary.evidence(np.array([cosine], np.float32))[0])


def fit(vectors: NDArray[np.float32], keys: str, families: str, languages: str) -> dict[str, Nearest]:
    return Naming.fit(vectors, [key.encode() for key in keys], list(families), languages.split()).nearest


def shrunk(count: int, variance: float) -> float:
    return math.sqrt((count * variance + 50 * 0.0009) / (count + 50))


def test_each_name_is_asked_for_the_nearest_of_another_article() -> None:
    # East is nearest to what is between (0.6), north too (0.8), and that to north (0.8).
    (known,) = fit(rows(EAST, NORTH, BETWEEN), "abc", "abc", "en en en").values()
    assert known.count == 3
    assert known.mean == pytest.approx((0.6 + 0.8 + 0.8) / 3)
    assert known.deviation == pytest.approx(shrunk(3, float(np.var([0.6, 0.8, 0.8]))))


def test_names_of_the_same_article_and_of_its_translations_are_no_others() -> None:
    # North and between are of one family: both can only come near to east, and east is nearest to between.
    found = fit(rows(EAST, NORTH, BETWEEN), "abc", "xyy", "en en tr")
    assert {language: (round(one.mean, 6), one.count) for language, one in found.items()} == {
        "en": (0.3, 2),
        "tr": (0.6, 1),
    }


def test_the_same_words_are_no_other_name() -> None:
    (known,) = fit(rows(EAST, EAST, NORTH), "aab", "xyz", "en en en").values()
    assert (known.mean, known.count) == (0.0, 3)


def test_where_there_is_no_other_article_nothing_is_known() -> None:
    assert fit(rows(EAST, NORTH), "ab", "xx", "en en") == {}
    assert Naming.fit(np.empty((0, 2), np.float32), [], [], []).ordinary({"en": 1.0}) is None


@given(st.permutations(range(4)))
def test_the_order_of_names_does_not_matter(order: list[int]) -> None:
    vectors, keys, families = rows(EAST, NORTH, BETWEEN, [0.8, 0.6]), "abcd", "wxyz"
    turned = fit(
        vectors[order], "".join(keys[row] for row in order), "".join(families[row] for row in order), "en " * 4
    )
    assert turned["en"].mean == pytest.approx(fit(vectors, keys, families, "en " * 4)["en"].mean)


def test_evidence_is_in_deviations_and_counts_half_where_ten_were_asked() -> None:
    assert evidence(0.9, {"en": 1.0}) == pytest.approx(2 * 30 / 40, abs=1e-4)
    assert evidence(0.87, {"tr": 1.0}) == pytest.approx(-1 / 2, abs=1e-4)


def test_languages_count_by_how_probable_they_are() -> None:
    # Expected 0.85, deviation 0.04, trust (¾ + ½) / 2.
    assert evidence(0.89, {"en": 0.5, "tr": 0.5}) == pytest.approx(5 / 8, abs=1e-4)
    # Nothing known of the language: by how many were asked, ¾ and ¼.
    assert evidence(0.825 + 0.045, {"fr": 1.0}) == pytest.approx(0.75 * 3 / 4 + 0.25 / 2, abs=1e-4)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_nearer_is_never_less_and_never_beyond_three_deviations(one: float, other: float) -> None:
    low, high = (evidence(cosine, {"en": 1.0}) for cosine in sorted((one, other)))
    assert -2.25 <= low <= high <= 2.25


def test_what_is_written_is_read(tmp_path: Path) -> None:
    ORDINARY.save(tmp_path / "naming.json")
    assert Naming.load(tmp_path / "naming.json") == ORDINARY


@pytest.mark.parametrize("content", [b"", b"{}", b'{"nearest": {"en": {"mean": "near"}}}'])
def test_a_damaged_file_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "naming.json").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"naming\.json cannot be read"):
        Naming.load(tmp_path / "naming.json")


def test_of_very_many_names_fewer_are_asked_but_never_too_few() -> None:
    counts = {names: naming._asked(names) for names in (0, 1_999, 25_000, 85_000, 10_000_000)}
    assert counts == {0: 2_000, 1_999: 2_000, 25_000: 2_000, 85_000: 588, 10_000_000: 500}
