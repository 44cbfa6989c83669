"""What the first reader of a generation does not wait for."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb_search import catalogue
from kb_search.once import OncePerView
from kb_search.service.app import create_app
from kb_search.snapshot import Snapshot, ViewSnapshot
from tests import fakes
from tests.service.conftest import PUBLIC, holder


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It did not happen.")


def test_the_lists_of_pages_are_made_on_opening_and_not_by_the_first_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str, str]] = []

    def make(snapshot: Snapshot, view: ViewSnapshot) -> catalogue.Catalogue:
        made.append((snapshot.manifest.generation, view.name, threading.current_thread().name))
        return catalogue._read(snapshot, view)

    monkeypatch.setattr("kb_search.browsing.catalogue", OncePerView(make))
    searchers = holder(fakes.build(tmp_path, PUBLIC), fakes.settings(service__reload_seconds=0.02))
    with TestClient(create_app(searchers)) as pages:
        wait_for(lambda: len(made) == 1)
        for address in ("/", "/categories/?locale=en", "/sitemap.xml", "/v1/changes"):
            assert pages.get(address).status_code == 200
        assert made == [("000001", "public", "kb-search-background")]
        fakes.index_files(tmp_path, {"en/new.md": fakes.article("New", "Words.")})
        wait_for(lambda: len(made) == 2)
    assert made[1] == ("000002", "public", "kb-search-background")
