"""kb-search's own part in `peers`: its adapter, its server's client, its builds."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.peers.adapters import kb_search as adapter
from benchmarks.peers.adapters import kb_search_server as server_adapter
from benchmarks.peers.material import gather
from benchmarks.peers.own_build import build_cached, build_sample
from kb_search.searcher import open_searcher
from tests.benchmarks.test_benchmarks import BUILDER
from tests.fakes import FakeEmbedder, article, build, write

FILES = {
    "en/a-secret.md": article("Secret", "For us alone.", audience="internal"),
    "en/password.md": article("Password", "How to change it.\n\n## Lost\n\nAsk for a new password."),
    "fr/facture.md": article("Facture", "Tout sur la facture."),
}


def test_rows_are_those_of_the_material(tmp_path: Path) -> None:
    with open_searcher(build(tmp_path, FILES), embedder=FakeEmbedder()) as searcher:
        material = gather(searcher, "public", 5)
        engine = adapter.Engine(searcher, "public")
        for row, vector in enumerate(material.vectors):
            # The internal article comes first by ordinal, and is no row.
            assert engine.dense(vector, 3)[0] == row
        assert engine.hybrid("lost password", material.vectors[0], 1) == [material.article[0]] == [1]
        assert engine.answer("lost password", material.vectors[0])[0] == 1


def test_what_answers_queries_is_what_takes_room(tmp_path: Path) -> None:
    index = build(tmp_path, FILES)
    assert (adapter.live_generation(index) / "manifest.json").is_file()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        busy = "busy" in self.path
        body = b'{"hits": [{}, {}]}'
        self.send_response(503 if busy else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def test_a_refusal_is_no_answer(port: int) -> None:
    server_adapter.wait_until_ready(port)
    ask = server_adapter.connect(port, limit=10)
    nothing = FakeEmbedder().embed_queries(["x"])[0]
    assert ask("lost password", nothing) == [0, 1]
    with pytest.raises(OSError, match="status 503"):
        ask("busy", nothing)


def test_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    builder = [sys.executable, "-c", BUILDER]
    index = build(tmp_path, FILES)
    cached = build_cached([tmp_path / "source"], index, tmp_path / "own", builder)
    assert cached is not None
    assert (cached.articles, cached.passages, cached.embedded) == (3, 4, 0)
    assert build_cached([tmp_path / "source"], tmp_path / "nowhere", tmp_path / "none", builder) is None
    # Two passages, of two an article: one article, from an empty cache.
    sampled = build_sample([write(tmp_path / "more", FILES)], 2, 2.0, tmp_path / "fresh", builder)
    assert sampled.articles == 1
    assert sampled.embedded == sampled.passages
