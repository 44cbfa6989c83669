"""Incremental equals full with the real model too, whose vectors depend a little on what else is in a batch."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index
from kb_search import open_searcher
from kb_search.embedding.base import Embedder
from tests.build.small import FILES, INVOICE, ONE_VIEW, edit
from tests.fakes import article, settings, write

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("lazy_disk")]

FRENCH = {
    "fr/colis.md": article("Suivre un colis", "Le transporteur montre où il est. " * 30, locale="fr"),
    "fr/facture.md": article("Votre facture", "Chaque facture est dans votre compte.", locale="fr"),
}


def test_an_index_brought_up_to_date_answers_as_one_made_anew(tmp_path: Path, bulk_embedder: Embedder) -> None:
    chosen = settings(**ONE_VIEW)
    write(tmp_path / "source", FILES)
    build_index([tmp_path / "source"], tmp_path / "index", chosen, bulk_embedder)
    write(tmp_path / "source", FRENCH)
    build_index([tmp_path / "source"], tmp_path / "index", chosen, bulk_embedder)
    edit(tmp_path, invoice=INVOICE.replace("takes a day", "takes a week"))
    os.rename(tmp_path / "source" / "parcel.md", tmp_path / "source" / "a-parcel.md")
    last = build_index([tmp_path / "source"], tmp_path / "index", chosen, bulk_embedder)
    assert (last.embedded, last.reused) == (1, last.chunks - 1)
    build_index([tmp_path / "source"], tmp_path / "fresh", chosen, bulk_embedder)
    with (
        open_searcher(tmp_path / "index", settings=chosen, embedder=bulk_embedder) as updated,
        open_searcher(tmp_path / "fresh", settings=chosen, embedder=bulk_embedder) as fresh,
    ):
        assert np.abs(updated.snapshot.matrix - fresh.snapshot.matrix).max() < 1e-6
        for query in ("where is my parcel", "où est mon colis", "forgot my password", "rembourser"):
            left, right = updated.search(query), fresh.search(query)
            assert [hit.id for hit in left.hits] == [hit.id for hit in right.hits]
            assert [hit.score for hit in left.hits] == pytest.approx([hit.score for hit in right.hits], abs=1e-6)
        assert updated.search("mon colis n'est pas arrivé").hits[0].id == "fr/colis"
