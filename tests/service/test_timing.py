"""What a search took, as its answer says it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from kb_search.embedding.cpu import available_threads
from kb_search.service.timing import server_timing
from kb_search.service.workers import THREADS
from tests.service.test_openapi import GUIDE


def test_the_header_is_written_as_the_standard_says() -> None:
    assert server_timing({"embed": 4.25, "total": 10.0}) == "embed;dur=4.250, total;dur=10.000"
    assert server_timing({"fuse, sort": 1.0}) == "fuse--sort;dur=1.000"
    assert server_timing({}) == ""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_search_says_what_it_took(client: TestClient, method: str) -> None:
    body = {"query": "password"} if method == "POST" else None
    answer = client.request(method, "/v1/search", json=body, params={"q": "password"} if body is None else None)
    entries = re.findall(r"([\w.-]+);dur=([\d.]+)", answer.headers["server-timing"])
    timing = {name: float(value) for name, value in entries}
    assert [name for name in timing if name in ("wait", "search", "serialise", "total")] == [
        "wait",
        "search",
        "serialise",
        "total",
    ]
    assert timing["search"] == answer.json()["took_ms"]
    assert timing["total"] >= timing["search"] + timing["serialise"]


def test_what_is_no_search_says_nothing(client: TestClient) -> None:
    assert "server-timing" not in client.get("/health").headers
    assert "server-timing" not in client.get("/v1/search?view=agents").headers


def test_the_guide_says_how_many_run_at_a_time() -> None:
    assert THREADS == 2 * available_threads()
    assert "two searches a core run at a time" in " ".join(GUIDE.split())
