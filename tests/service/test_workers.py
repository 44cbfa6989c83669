"""The threads that compute: searches and pages share them, and whoever waits for one too long is told so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb_search.service.app import create_app
from kb_search.service.workers import Busy, Workers
from tests.outline import Outline
from tests.service.conftest import ARTICLE, holder
from tests.service.test_errors import check


def test_no_more_calls_at_a_time_than_there_are_threads() -> None:
    workers, running, most, lock = Workers(2), 0, 0, threading.Lock()
    both = threading.Barrier(2, timeout=20)

    def call() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait()  # passes only when two are running
        with lock:
            running -= 1
        return threading.current_thread().name

    async def many() -> list[str]:
        return list(await asyncio.gather(*(workers.run(call) for _ in range(6))))

    names = asyncio.run(many())
    workers.close()
    assert most == 2
    assert all(name.startswith("kb-search-request") for name in names)


def test_what_a_call_raises_is_raised() -> None:
    workers = Workers(1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(workers.run(lambda: 1 / 0))
    workers.close()


def test_whoever_waits_too_long_is_sent_away_and_the_next_is_served() -> None:
    async def ask() -> str:
        workers, gate = Workers(1, patience=0.05), threading.Event()
        running = asyncio.ensure_future(workers.run(lambda: gate.wait(20)))
        await asyncio.sleep(0)  # it begins
        with pytest.raises(Busy):
            await workers.run(lambda: "too late")
        gate.set()
        await running
        return await workers.run(lambda: "in time")

    assert asyncio.run(ask()) == "in time"


def test_closing_lets_the_calls_that_run_end() -> None:
    workers, begun, ended = Workers(1), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        threading.Event().wait(0.1)
        ended.set()

    async def stop() -> None:
        running = asyncio.ensure_future(workers.run(slow))
        await asyncio.to_thread(begun.wait)
        await asyncio.to_thread(workers.close)
        assert ended.is_set()
        await running

    asyncio.run(stop())


@pytest.fixture
def busy(index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service with one thread, which is taken until the test is over."""
    workers, gate = Workers(1, patience=0.05), threading.Event()
    monkeypatch.setattr("kb_search.service.app.Workers", lambda: workers)
    with TestClient(create_app(holder(index))) as client:
        assert client.portal is not None
        begun = threading.Event()

        def hold() -> bool:
            begun.set()
            return gate.wait(20)

        taken: Future[Any] = client.portal.start_task_soon(workers.run, hold)
        assert begun.wait(20)
        yield client
        gate.set()
        assert taken.result(20)
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/v1/search?q=password", "/v1/suggest?q=pass", f"/v1/articles/{ARTICLE}", "/v1/changes", "/sitemap.xml"]
)
def test_what_computes_waits_for_a_thread(busy: TestClient, address: str) -> None:
    answer = busy.get(address)
    assert check(answer, 503, "asked")["type"].endswith("service-unavailable")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("address", ["/", "/?q=password", f"/articles/{ARTICLE}", "/categories/?locale=en", "/nowhere"])
def test_pages_wait_for_the_same_threads_and_say_it_as_a_page(busy: TestClient, address: str) -> None:
    answer = busy.get(address)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert Outline(answer.text).said("h1") == "The help center is not available at the moment"


@pytest.mark.parametrize("address", ["/health", "/ready", "/openapi.json", "/robots.txt"])
def test_health_does_not_wait(busy: TestClient, address: str) -> None:
    assert busy.get(address).status_code == 200
