import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kb_search.errors import ConfigError, IndexCorrupt, IndexNotFound, UnknownView
from kb_search.index_format import IndexLayout
from kb_search.service.run import run
from tests import fakes
from tests.service.conftest import PUBLIC

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from kb_search.service.run import run
from tests.fakes import FakeEmbedder, settings

run(Path(sys.argv[1]), settings(service__port=0), FakeEmbedder())
heavy = {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
sys.stdout.write(f"ended, loaded {sorted(heavy)}")
"""


@contextmanager
def process(index: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the service as users do; give the process and the line that it begins with."""
    command = [sys.executable, "-c", PROGRAM, str(index)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        lines = iter(running.stderr.readline, "")
        try:
            yield running, next(line for line in lines if "http://" in line)
        finally:
            if running.poll() is None:
                running.kill()


def address_in(line: str) -> str:
    return next(word for word in line.split() if word.startswith("http://"))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "terminated"])
def test_serving_until_interrupted(index: Path, ending: signal.Signals) -> None:
    state = index.with_name("index.state") / "state.sqlite"
    before = searches_in(state)
    with process(index) as (running, line):
        assert "only the view `public`" in line
        answer = httpx.get(address_in(line) + "/v1/search?q=my+secret+password", timeout=30)
        assert answer.json()["hits"][0]["id"] == "en/accounts/password"
        assert "server" not in answer.headers
        running.send_signal(ending)
        output, log = running.communicate(timeout=30)
    assert running.returncode == 0
    assert output == "ended, loaded []"
    assert "secret" not in log
    assert "Traceback" not in log
    assert searches_in(state) == before + 1


def searches_in(state: Path) -> int:
    if not state.exists():
        return 0
    with contextlib.closing(sqlite3.connect(state)) as database:
        return int(database.execute("SELECT count(*) FROM kbsearch_searches").fetchone()[0])


def test_an_index_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        run(tmp_path, fakes.settings(), fakes.FakeEmbedder())
    index = fakes.build(tmp_path, PUBLIC)
    IndexLayout(index).generation("000001").vectors.write_bytes(b"")
    with pytest.raises(IndexCorrupt):
        run(index, fakes.settings(), fakes.FakeEmbedder())


def test_an_index_without_a_public_view(tmp_path: Path) -> None:
    index = fakes.build(tmp_path, PUBLIC, views={"agents": {"audiences": ["public", "agent"]}})
    with pytest.raises(UnknownView, match="public"):
        run(index, fakes.settings(), fakes.FakeEmbedder())


def test_an_address_that_is_taken(index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)):
            run(index, fakes.settings(service__port=port), fakes.FakeEmbedder())


def test_an_address_that_is_not_ours(index: Path) -> None:
    with pytest.raises(ConfigError, match="--host"):
        run(index, fakes.settings(service__host="203.0.113.7"), fakes.FakeEmbedder())
