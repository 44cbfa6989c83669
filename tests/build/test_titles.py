"""Titles are embedded as the queries they would be, per language and view: what focuses a query."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.build import build_index, plan_build
from indexer.embedding_cache import text_key
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from kb_search.ranking.calibration import Calibration
from tests.build.small import inodes
from tests.fakes import FakeEmbedder, article, settings, write

pytestmark = pytest.mark.usefixtures("lazy_disk")

FILES = {
    # The passage of `bare` is its title, letter for letter: one text, two vectors.
    "bare.md": article("Parcel", "", locale="en"),
    "gb.md": article("Refund", "Send it back.", locale="en-GB"),
    "fr.md": article("Facture", "Voici votre facture.", locale="fr"),
    "staff.md": article("Password", "Reset it for them.", locale="en", audience="internal"),
}


class Reversing(FakeEmbedder):
    """Embeds a query as the mirror image of the passage."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return super().embed_queries(texts)[:, ::-1]


def build(tmp_path: Path, embedder: FakeEmbedder, view: str = "public") -> Calibration:
    write(tmp_path / "source", FILES)
    build_index([tmp_path / "source"], tmp_path / "index", settings(), embedder)
    layout = IndexLayout(tmp_path / "index")
    generation = layout.generation(layout.current_name())
    assert read_manifest(generation).articles == len(FILES)
    return Calibration.load(generation.view(view).calibration)


def mean(embedder: FakeEmbedder, *titles: str) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = embedder.embed_queries(titles).mean(axis=0)
    return vectors


def test_titles_are_queries_and_regions_belong_together(tmp_path: Path) -> None:
    embedder = Reversing()
    titles = build(tmp_path, embedder).titles
    assert {language: known.count for language, known in titles.items()} == {"en": 2, "fr": 1}
    np.testing.assert_allclose(titles["en"].mean, mean(embedder, "Parcel", "Refund"), atol=1e-6)
    np.testing.assert_allclose(titles["fr"].mean, mean(embedder, "Facture"), atol=1e-6)


def test_a_view_knows_the_titles_of_its_own_articles_only(tmp_path: Path) -> None:
    embedder = Reversing()
    assert build(tmp_path, embedder, "public").titles["en"].count == 2
    internal = build(tmp_path, embedder, "internal").titles["en"]
    assert internal.count == 3
    np.testing.assert_allclose(internal.mean, mean(embedder, "Parcel", "Refund", "Password"), atol=1e-6)


def test_a_title_that_is_the_beginning_of_a_text_is_none(tmp_path: Path) -> None:
    untitled = '{"_id": "1", "title": "", "text": "Track the parcel.", "lang": "en"}\n'
    titled = '{"_id": "2", "title": "Refund", "text": "Soon.", "lang": "en"}\n'
    write(tmp_path / "source", {"corpus.jsonl": untitled + titled})
    options = settings(sources={"default_audience": "public"})
    build_index([tmp_path / "source"], tmp_path / "index", options, Reversing())
    layout = IndexLayout(tmp_path / "index")
    titles = Calibration.load(layout.generation("000001").view("public").calibration).titles
    assert {language: known.count for language, known in titles.items()} == {"en": 1}


def test_an_unchanged_title_is_never_embedded_twice(tmp_path: Path) -> None:
    embedder = Reversing()
    build(tmp_path, embedder)
    asked = embedder.queries
    write(tmp_path / "source", {"more.md": article("Invoice", "Here it is.", locale="en")})
    build_index([tmp_path / "source"], tmp_path / "index", settings(), embedder)
    assert embedder.queries == asked + 1


def test_a_dry_run_counts_the_time_of_titles_too(tmp_path: Path) -> None:
    embedder = Reversing()
    build(tmp_path, embedder)
    cache = IndexLayout(tmp_path / "index").cache
    with contextlib.closing(sqlite3.connect(cache)) as database, database:
        database.execute("DELETE FROM vectors WHERE text = ?", [text_key("Refund", "query")])
    plan = plan_build([tmp_path / "source"], tmp_path / "index", settings(), embedder)
    assert plan.to_embed == 0 and plan.estimated_seconds > 0


def test_another_title_alone_makes_another_calibration(tmp_path: Path) -> None:
    embedder = Reversing()
    build(tmp_path, embedder)
    layout = IndexLayout(tmp_path / "index")
    before = inodes(layout.generation("000001").view("public").calibration)
    write(tmp_path / "source", {"gb.md": FILES["gb.md"].replace("Refund", "Refunds")})
    build_index([tmp_path / "source"], tmp_path / "index", settings(), embedder)
    assert inodes(layout.generation("000002").view("public").calibration) != before
