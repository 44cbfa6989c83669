"""One real server on a free port, under load while new generations appear."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kb_search.index_format import IndexLayout
from kb_search.service.app import create_app
from tests import fakes
from tests.browser.serving import serving
from tests.service.conftest import holder

CLIENTS = 4


def application(index: Path) -> FastAPI:
    return create_app(holder(index, fakes.settings(service__reload_seconds=0.02), retry_seconds=0.05))


class Load:
    """Clients that search until told to stop, and what they were answered."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.stop = threading.Event()
        self.answers: list[tuple[int, str]] = []

    def run(self, number: int) -> None:
        addresses = ["/v1/search?q=password", "/v1/articles/en/a", "/v1/articles/en/a/similar", "/v1/search?q="]
        with httpx.Client(base_url=self.address, timeout=30) as client:
            while not self.stop.is_set():
                answer = client.get(addresses[number % len(addresses)])
                self.answers.append((answer.status_code, str(answer.json().get("generation", ""))))

    def wait_for(self, generation: str) -> None:
        for _ in range(1_500):
            if any(seen == generation for _, seen in self.answers[-10 * CLIENTS :]):
                return
            self.stop.wait(0.02)
        pytest.fail(f"generation {generation} was not served; the last answers: {self.answers[-5:]}")


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    publish(tmp_path, 1)
    with serving(application(tmp_path / "index")) as address, ThreadPoolExecutor(CLIENTS) as pool:
        running = Load(address)
        futures = [pool.submit(running.run, number) for number in range(CLIENTS)]
        try:
            running.wait_for("000001")
            yield running
        finally:
            running.stop.set()
            for future in futures:
                future.result()


def publish(folder: Path, number: int) -> None:
    texts = {f"en/{name}.md": fakes.article(f"{name} {number}", "Reset the password.") for name in "abc"}
    fakes.index_files(folder, texts)


def test_no_request_fails_while_generations_are_published(load: Load, tmp_path: Path) -> None:
    for number in (2, 3):
        publish(tmp_path, number)
        load.wait_for(f"{number:06d}")
    load.stop.set()
    assert {status for status, _ in load.answers} == {200}
    assert {generation for _, generation in load.answers} >= {"000001", "000002", "000003"}


def test_a_corrupt_generation_is_never_served(load: Load, tmp_path: Path) -> None:
    layout = IndexLayout(tmp_path / "index")
    publish(tmp_path, 2)
    load.wait_for("000002")
    before = layout.current.read_text()
    layout.current.write_text("no generation")
    load.stop.wait(0.2)
    publish_corrupt(tmp_path, layout)
    load.stop.wait(0.3)
    assert load.answers[-1][1] in ("", before.strip())
    publish(tmp_path, 4)
    load.wait_for("000004")
    load.stop.set()
    assert {status for status, _ in load.answers} == {200}
    assert "000003" not in {generation for _, generation in load.answers}


def publish_corrupt(folder: Path, layout: IndexLayout) -> None:
    """Publish a generation, one byte of which differs from its manifest from the first moment it is live."""
    layout.current.write_text("000002\n")
    target = layout.generation("000003").folder
    source = layout.generation("000002").folder
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(parents=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    data = layout.generation("000003").vectors.read_bytes()
    layout.generation("000003").vectors.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    layout.current.write_text("000003\n")
