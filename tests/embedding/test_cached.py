from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb_search.embedding.cached import make_once
from kb_search.errors import ModelError, StorageError


def write(folder: Path) -> None:
    (folder / "model.xml").write_text("whole")


def test_it_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "runtimes" / "model"
    assert make_once(folder, write) == folder
    assert (folder / "model.xml").read_text() == "whole"
    assert make_once(folder, lambda _: pytest.fail("written again")) == folder


def test_of_many_at_once_one_writes_and_the_others_wait(tmp_path: Path) -> None:
    calls: list[Path] = []

    def counted(folder: Path) -> None:
        calls.append(folder)
        write(folder)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: make_once(tmp_path / "model", counted), range(8)))
    assert len(calls) == 1
    assert {(folder / "model.xml").read_text() for folder in found} == {"whole"}


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        write(folder)
        raise ModelError("no such model")

    with pytest.raises(ModelError, match="no such model"):
        make_once(tmp_path / "model", fail)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    assert make_once(tmp_path / "model", write).is_dir()


KILLED = """
import os, signal, sys
from pathlib import Path
from kb_search.embedding.cached import make_once

def write(folder):
    (folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

make_once(Path(sys.argv[1]), write)
"""


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (tmp_path / "model-of-another-name").mkdir()
    child = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert not folder.exists()
    make_once(folder, write)
    folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert folders == ["model", "model-of-another-name"]
    assert os.listdir(folder) == ["model.xml"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"The model cache .*file/runtimes cannot be written \(.*cache_dir"):
        make_once(tmp_path / "file" / "runtimes" / "model", write)
