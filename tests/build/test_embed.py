"""Slices on their way through the model: two at a time, kept in order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embed import EmbeddingPlans, embed_missing, plan_embedding
from indexer.embedding_cache import EmbeddingCache, text_key
from tests.fakes import FakeEmbedder

WAIT = 30
TEXTS = ["password " * 6, "invoice " * 5, "parcel " * 4, "refund " * 3]


class InPairs(FakeEmbedder):
    """Every call waits for a second one to be under way beside it; there never is a third."""

    def __init__(self) -> None:
        super().__init__()
        self._meeting = threading.Barrier(2)
        self._lock = threading.Lock()
        self.under_way = self.most = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self._meeting.wait(WAIT)
        with self._lock:
            self.under_way -= 1
        return super().embed_passages(texts)


def plans(chunks: list[str], names: list[str]) -> EmbeddingPlans:
    return EmbeddingPlans(plan_embedding(chunks, None, "fake"), plan_embedding(names, None, "fake", role="query"))


def test_while_one_slice_is_computed_the_next_is_made_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.embed._SLICE_BYTES", 1)
    embedder, wanted, seen = InPairs(), plans(TEXTS, []), list[tuple[int, int]]()
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        embed_missing(wanted, embedder, cache, 1, lambda done, total: seen.append((done, total)))
        found = cache.get(embedder.spec.fingerprint, wanted.chunks.keys)
    assert embedder.most == 2
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    expected = FakeEmbedder().embed_passages(TEXTS)
    for kept in (found, wanted.chunks.vectors):
        assert (np.array([kept[text_key(text)] for text in TEXTS]) == expected).all()


def test_of_what_comes_after_a_failure_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FailsAtInvoices(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if texts[0].startswith("invoice"):
                raise RuntimeError("tired")
            return super().embed_passages(texts)

    monkeypatch.setattr("indexer.embed._SLICE_BYTES", 1)
    wanted = plans(TEXTS, ["my parcel"])
    with closing(EmbeddingCache(tmp_path / "cache")) as cache, pytest.raises(RuntimeError, match="tired"):
        embed_missing(wanted, FailsAtInvoices(), cache, 1, lambda done, total: None)
    assert list(wanted.chunks.vectors) == [text_key(TEXTS[0])]
    assert wanted.names.vectors == {}


def test_names_are_embedded_as_queries(tmp_path: Path) -> None:
    embedder, wanted = FakeEmbedder(), plans(["my parcel"], ["my parcel", "my invoice", "my parcel"])
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        embed_missing(wanted, embedder, cache, 1, lambda done, total: None)
    assert (embedder.passages, embedder.queries) == (1, 2)
    assert set(wanted.names.vectors) == {text_key(text, "query") for text in ("my parcel", "my invoice")}
