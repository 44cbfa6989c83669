from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder, Lexicon, TimedQueries, embed_query
from kb_search.embedding.query_cache import QueryCache
from kb_search.embedding.serving import RememberingEmbedder, with_query_cache
from tests.fakes import FakeEmbedder


def vector(value: float) -> NDArray[np.float32]:
    return np.array([value, 1], np.float32)


def test_what_was_put_is_found_by_model_and_text() -> None:
    cache = QueryCache(2)
    cache.put("e5", "refund", vector(3))
    found = cache.get("e5", "refund")
    assert found is not None and found.tolist() == [3, 1]
    assert cache.get("e5", "Refund") is None
    assert cache.get("another model", "refund") is None
    assert cache.counts() == (1, 2, 1, 2)


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    cache = QueryCache(2)
    cache.put("e5", "a", vector(1))
    cache.put("e5", "b", vector(2))
    assert cache.get("e5", "a") is not None
    cache.put("e5", "c", vector(3))
    assert [text for text in "abc" if cache.get("e5", text) is not None] == ["a", "c"]
    assert cache.counts().entries == 2


def test_nobody_changes_what_is_kept() -> None:
    cache, given = QueryCache(1), vector(1)
    cache.put("e5", "a", given)
    given[0] = 7
    first = cache.get("e5", "a")
    assert first is not None
    first[0] = 8
    second = cache.get("e5", "a")
    assert second is not None and second.tolist() == [1, 1]


def test_a_capacity_of_none_keeps_nothing() -> None:
    cache = QueryCache(0)
    cache.put("e5", "a", vector(1))
    assert cache.get("e5", "a") is None
    assert cache.counts() == (0, 1, 0, 0)


def test_many_threads_at_once() -> None:
    cache = QueryCache(8)

    def use(number: int) -> bool:
        text = str(number % 20)
        cache.put("e5", text, vector(number % 20))
        found = cache.get("e5", text)
        return found is None or found[0] == number % 20

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(2_000)))
    counts = cache.counts()
    assert counts.entries == 8 and counts.hits + counts.misses == 2_000


# ── The embedder that serves ─────────────────────────────────────────────────────────────────────────────


def test_a_query_is_embedded_once() -> None:
    model = FakeEmbedder()
    embedder = RememberingEmbedder(model, 10)
    first, second = embedder.embed_queries(["my invoice"]), embedder.embed_queries(["my invoice"])
    assert first.shape == (1, model.spec.dimension) and (first == second).all()
    assert model.queries == 1
    assert embedder.cache_counts() == (1, 1, 1, 10)
    assert (first == model.embed_queries(["my invoice"])).all()


def test_many_queries_at_a_time_pass_by() -> None:
    model = FakeEmbedder()
    embedder = RememberingEmbedder(model, 10)
    texts = ["my invoice", "my parcel"]
    assert (embedder.embed_queries(texts) == model.embed_queries(texts)).all()
    assert embedder.embed_queries([]).shape == (0, model.spec.dimension)
    assert embedder.cache_counts().entries == 0


def test_what_failed_is_tried_again() -> None:
    model = FakeEmbedder()
    embedder = RememberingEmbedder(model, 10)
    model.fail = True
    with pytest.raises(RuntimeError, match="the model is gone"):
        embedder.embed_query("my invoice")
    model.fail = False
    assert embedder.embed_query("my invoice").vector.any()


def test_it_is_the_embedder_in_all_else() -> None:
    model = FakeEmbedder()
    embedder = with_query_cache(model, 10)
    assert isinstance(embedder, Lexicon) and isinstance(embedder, TimedQueries)
    assert (embedder.is_common("spain"), embedder.is_common("spian")) == (True, False)
    assert embedder.spec == model.spec
    assert embedder.count_tokens(["two words"]) == [2]
    assert (embedder.embed_passages(["invoice"]) == model.embed_passages(["invoice"])).all()
    assert with_query_cache(model, 0) is model


def test_every_embedder_says_what_a_query_took() -> None:
    class Plain(FakeEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
            assert len(texts) == 1
            return super().embed_queries(texts)

    embedder: Embedder = Plain()
    found = embed_query(embedder, "my invoice")
    assert (found.vector == embedder.embed_queries(["my invoice"])[0]).all()
    assert found.tokenize_ms == 0 and found.embed_ms > 0
