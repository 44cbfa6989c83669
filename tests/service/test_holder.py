import threading
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.publish import rollback
from kb_search.errors import IndexIncompatible, IndexNotFound
from kb_search.index_format import IndexLayout
from kb_search.searcher import Searcher
from kb_search.service.background import watch
from tests import fakes
from tests.service.conftest import generation, holder, publish


def is_closed(searcher: Searcher) -> bool:
    try:
        searcher.search("password")
    except Exception:  # closed files and a closed pool each fail in their own way
        return True
    return False


@pytest.fixture
def index(tmp_path: Path) -> Path:
    publish(tmp_path, "one")
    return tmp_path / "index"


def test_nothing_is_lent_before_opening_and_after_closing(index: Path) -> None:
    searchers = holder(index)
    for _ in range(2):
        with pytest.raises(IndexNotFound), searchers.lease():
            pass
        searchers.open()
        assert generation(searchers) == "000001"
        searchers.close()


def test_opening_twice_keeps_the_searcher(index: Path) -> None:
    searchers = holder(index)
    searchers.open()
    with searchers.lease() as first:
        searchers.open()
        assert not searchers.refresh()
        with searchers.lease() as second:
            assert first is second
    searchers.close()


def test_a_reload_waits_for_the_requests_of_the_old_searcher(index: Path, tmp_path: Path) -> None:
    searchers = holder(index)
    searchers.open()
    with searchers.lease() as old, searchers.lease():
        publish(tmp_path, "two")
        assert searchers.refresh()
        assert generation(searchers) == "000002"
        assert old.search("password").hits[0].title == "one"
    assert is_closed(old)
    with searchers.lease() as new:
        assert new.search("password").hits[0].title == "two"
        assert new.embedder is old.embedder
        searchers.close()
        assert not is_closed(new)
    assert is_closed(new)


def test_a_rollback_is_served_too(index: Path, tmp_path: Path) -> None:
    publish(tmp_path, "two")
    searchers = holder(index)
    searchers.open()
    rollback(IndexLayout(index))
    assert searchers.refresh()
    assert generation(searchers) == "000001"
    searchers.close()


def test_an_index_made_anew_under_the_same_name(index: Path, tmp_path: Path) -> None:
    searchers = holder(index)
    searchers.open()
    index.rename(tmp_path / "before")
    publish(tmp_path, "new")
    assert searchers.refresh()
    with searchers.lease() as searcher:
        assert (searcher.generation, searcher.search("password").hits[0].title) == ("000001", "new")
    searchers.close()


def test_another_model_is_loaded_not_reused(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searchers = holder(index)
    searchers.open()
    publish(tmp_path, "two", weights="other")
    other = fakes.FakeEmbedder("other")
    monkeypatch.setattr("kb_search.embedding.loading.load_for_serving", lambda settings, spec: other)
    assert searchers.refresh()
    with searchers.lease() as searcher:
        assert searcher.embedder is other
    searchers.close()


def test_the_first_model_must_be_the_index_s_own(tmp_path: Path) -> None:
    publish(tmp_path, "one", weights="other")
    with pytest.raises(IndexIncompatible):
        holder(tmp_path / "index").open()


def test_polling_ends_when_told_to(index: Path, tmp_path: Path) -> None:
    searchers, stop = holder(index), threading.Event()
    searchers.open()
    build_index([tmp_path / "source"], index, fakes.settings(), fakes.FakeEmbedder(), full=True)
    thread = threading.Thread(target=watch, args=(searchers, 0.01, stop))
    thread.start()
    for _ in range(500):
        if generation(searchers) == "000002":
            break
        stop.wait(0.01)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert generation(searchers) == "000002"
    searchers.close()
