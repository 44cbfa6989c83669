"""open_searcher loads the model while it verifies the files: whichever fails, nothing stays open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb_search import open_searcher
from kb_search.errors import IndexCorrupt, ModelError
from kb_search.index_format import IndexLayout
from kb_search.snapshot import Snapshot
from tests.fakes import FakeEmbedder, article, build, settings

FILES = {"a.md": article("Parcel", "Track it.", locale="en")}


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """The snapshots that were closed."""
    seen: list[Snapshot] = []
    original = Snapshot.close

    def close(snapshot: Snapshot) -> None:
        seen.append(snapshot)
        original(snapshot)

    monkeypatch.setattr(Snapshot, "close", close)
    return seen


def load(monkeypatch: pytest.MonkeyPatch, outcome: FakeEmbedder | Exception) -> list[Any]:
    """Let loading a model end so; returns the models that were asked for."""
    asked: list[Any] = []

    def loading(options: object, spec: object) -> FakeEmbedder:
        asked.append(spec)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("kb_search.embedding.loading.load_for_serving", loading)
    return asked


def test_the_model_of_the_index_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = load(monkeypatch, FakeEmbedder())
    with open_searcher(build(tmp_path, FILES), settings=settings()) as searcher:
        assert searcher.search("parcel").hits[0].id == "a"
    assert asked == [FakeEmbedder().spec]


def test_where_the_model_fails_the_files_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: list[Snapshot]
) -> None:
    load(monkeypatch, ModelError("The model is gone."))
    with pytest.raises(ModelError, match=r"The model is gone\."):
        open_searcher(build(tmp_path, FILES), settings=settings())
    assert len(closed) == 1


def test_a_damaged_index_is_said_before_a_model_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(monkeypatch, ModelError("The model is gone."))
    index = build(tmp_path, FILES)
    layout = IndexLayout(index)
    generation = layout.generation(layout.current_name())
    generation.articles.write_bytes(b"x" * generation.articles.stat().st_size)
    with pytest.raises(IndexCorrupt, match=r"articles\.sqlite"):
        open_searcher(index, settings=settings())


def test_an_embedder_of_another_model_closes_the_files(tmp_path: Path, closed: list[Snapshot]) -> None:
    with pytest.raises(Exception, match="The index was made with"):
        open_searcher(build(tmp_path, FILES), settings=settings(), embedder=FakeEmbedder("other"))
    assert len(closed) == 1


def test_what_views_have_in_common_is_opened_once(tmp_path: Path) -> None:
    files = FILES | {"b.md": article("Refund limits", "A second check.", locale="en", audience="agent")}
    with open_searcher(build(tmp_path, files), settings=settings(), embedder=FakeEmbedder()) as searcher:
        views = searcher.snapshot.views
    agents, internal, public = (views[name] for name in ("agents", "internal", "public"))
    assert agents.vectors is internal.vectors
    assert agents.keywords["en"] is internal.keywords["en"]
    assert agents.vocabularies["en"] is internal.vocabularies["en"]
    assert agents.names is internal.names
    assert agents.calibration is internal.calibration
    assert public.vectors is not agents.vectors
    assert public.keywords["en"] is not agents.keywords["en"]
