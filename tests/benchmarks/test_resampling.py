"""Indexes of other sizes, made of a small help center: which articles, which vectors, and that they open and answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.resample import base_of
from benchmarks.resampling import Sampled, choose, make, turn
from kb_search.embedding import loading
from kb_search.errors import ConfigError
from tests.fakes import FakeEmbedder, build, searcher_for
from tests.help_center import FILES, PUBLIC


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "load_for_serving", lambda settings, spec: FakeEmbedder())
    return build(tmp_path, FILES)


def test_fewer_are_whole_articles_evenly_spread() -> None:
    assert choose([1] * 8, 8) == [Sampled(row, 0) for row in range(8)]
    assert [one.article for one in choose([1] * 8, 3)] == [0, 2, 5]
    assert choose([5, 5], 1) == [Sampled(0, 0)]
    assert sum([3, 1, 4][one.article] for one in choose([3, 1, 4], 5)) >= 5


def test_more_are_all_of_them_and_numbered_copies() -> None:
    chosen = choose([1, 2, 0], 100)
    assert chosen[:3] == [Sampled(0, 0), Sampled(1, 0), Sampled(2, 0)]
    assert len(set(chosen)) == len(chosen)
    assert 100 <= sum([1, 2, 0][one.article] for one in chosen) <= 101
    copies = [one.copy for one in chosen[3:] if one.article == 1]
    assert copies == list(range(1, len(copies) + 1))
    assert not [one for one in chosen[3:] if one.article == 2]  # without a passage it would add none
    assert choose([1, 2, 0], 100) == chosen


def test_nothing_to_choose_from_is_said() -> None:
    with pytest.raises(ConfigError, match="10 passages of an index of 0"):
        choose([0], 10)


def test_a_turned_vector_is_near_and_of_length_one() -> None:
    before = np.eye(50, dtype=np.float32)
    after = turn(before, np.random.default_rng(0))
    assert np.linalg.norm(after, axis=1) == pytest.approx(np.ones(50), abs=1e-6)
    cosines = np.vecdot(before, after)
    assert cosines.min() > 0.99 and cosines.max() < 0.9999


def test_copies_keep_the_texts_and_have_ids_and_vectors_of_their_own(index: Path) -> None:
    with base_of(index, "public") as (base, _):
        assert [article.id for article in base.articles] == PUBLIC
        read, prepared, plans = make(base, 30)
        ids = [article.id for article in read.articles]
        assert ids == sorted(set(ids)) and len(ids) == 30
        assert len({chunk.id for entry in prepared for chunk in entry.chunks or ()}) == 30
        copy = next(article for article in read.articles if article.id.startswith("fr/password~"))
        number = copy.id.partition("~")[2]
        assert (copy.title, copy.translation_of) == ("Réinitialiser le mot de passe", f"en/password~{number}")
        (chunk,) = prepared[ids.index(copy.id)].chunks or ()
        assert chunk.id == f"{copy.id}#~0" and chunk.text.startswith("Choisissez un nouveau mot de passe")
        original = plans.chunks.vectors[plans.chunks.keys[ids.index("fr/password")]]
        turned = plans.chunks.vectors[plans.chunks.keys[ids.index(copy.id)]]
        assert 0.99 < float(original @ turned) < 0.9999
        assert np.array_equal(original, base.matrix[base.chunk_rows[PUBLIC.index("fr/password")].start])


@pytest.mark.parametrize(("wanted", "articles"), [(4, 4), (8, 8), (200, 200)])
def test_the_index_is_a_real_one(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: int, articles: int
) -> None:
    arguments = ["resample", "--index", str(index), "--chunks", str(wanted), "--out", str(tmp_path / "made")]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith(f"{wanted} passages of {articles} articles are in ")
    with searcher_for(tmp_path / "made") as searcher, searcher_for(index) as original:
        assert list(searcher.snapshot.views) == ["public"]
        found = searcher.search("password", locale="fr", limit=200)
        assert {hit.id.partition("~")[0] for hit in found.hits} <= set(PUBLIC)
        if wanted == 8:  # the same articles with the same vectors give the same answer
            expected = original.search("password", locale="fr", limit=200)
            assert [(hit.id, hit.score) for hit in found.hits] == [(hit.id, hit.score) for hit in expected.hits]
            assert [hit.passage for hit in found.hits] == [hit.passage for hit in expected.hits]
    assert main(arguments) == 2
    assert "is not empty" in capsys.readouterr().err


def test_a_view_that_is_not_there(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["resample", "--index", str(index), "--chunks", "4", "--out", str(tmp_path / "made"), "--view", "x"]
    assert main(arguments) != 0
    assert "no view 'x'" in capsys.readouterr().err
