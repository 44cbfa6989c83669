"""A disk that refuses a write is said in a sentence, and costs nothing that was there."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.publish import disk_errors
from kb_search.errors import StorageError
from kb_search.index_format import IndexLayout
from kb_search.stores.matrix import create_matrix
from tests.build.faults import refused
from tests.build.small import FILES, ONE_VIEW, PARCEL, edit, ids, index_again, leftovers, problems
from tests.cli import fake as fake_cli
from tests.fakes import article, index_files, write

lazily = pytest.mark.usefixtures("lazy_disk")


def changed(tmp_path: Path) -> Path:
    """Make an index, and a source that differs from it."""
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, more=article("Close an account", "Write to us.", locale="en"))
    return tmp_path / "index"


def assert_untouched(index: Path) -> None:
    assert IndexLayout(index).current_name() == "000001"
    assert ids(index, "parcel")[0] == "parcel"
    assert problems(index) == []


# ── Every write in turn ──────────────────────────────────────────────────────────────────────────────────


def full_database(*arguments: object, **options: object) -> Any:
    raise sqlite3.OperationalError("database or disk is full")


@lazily
@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (os, "fsync", 0),
        (os, "fsync", 20),
        (os, "mkdir", 1),
        (os, "rename", 0),
        (os, "replace", 0),
        (os, "posix_fallocate", 0),
        (Path, "write_bytes", 0),
        (Path, "write_bytes", 2),
        (Path, "write_text", 0),
    ],
)
def test_a_refused_write_is_a_sentence_with_the_remedy(tmp_path: Path, owner: Any, name: str, after: int) -> None:
    index = changed(tmp_path)
    with refused(owner, name, after) as disk, pytest.raises(StorageError) as error:
        index_again(tmp_path, **ONE_VIEW)
    assert disk.calls > after
    assert str(error.value) == (
        f"The index in {index} could not be written (No space left on device). Free space or correct the permissions, "
        "then run this again; the live generation is whole, and what was embedded is kept."
    )
    assert error.value.exit_code == 1
    assert_untouched(index)
    assert index_again(tmp_path, **ONE_VIEW).published
    assert leftovers(index) == []


@lazily
@pytest.mark.parametrize(
    "function", ["indexer.generation.copy_articles", "indexer.build.open_cache", "indexer.build.EmbeddingCache.put"]
)
def test_so_is_what_sqlite_says_of_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    index = changed(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(function, full_database)
        with pytest.raises(StorageError, match="database or disk is full"):
            index_again(tmp_path, **ONE_VIEW)
    assert_untouched(index)
    assert index_again(tmp_path, **ONE_VIEW).published
    assert leftovers(index) == []


@lazily
def test_so_is_what_tantivy_says_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, documents: object) -> None:
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    index = changed(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("indexer.views.write_keywords", full)
        with pytest.raises(StorageError, match="No space left on device"):
            index_again(tmp_path, **ONE_VIEW)
    assert_untouched(index)


@lazily
def test_any_other_complaint_of_tantivy_is_not_blamed_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path, documents: object) -> None:
        raise ValueError("Field `terms` is not defined in the schema.")

    monkeypatch.setattr("indexer.views.write_keywords", broken)
    with pytest.raises(ValueError, match="not defined"):
        index_files(tmp_path, FILES, **ONE_VIEW)


def test_ctrl_c_stays_ctrl_c_though_cleaning_up_after_it_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), disk_errors(tmp_path):
        try:
            raise KeyboardInterrupt
        finally:
            raise OSError(errno.EBADF, "Bad file descriptor")


@lazily
def test_a_rollback_that_cannot_be_written_leaves_the_live_generation(tmp_path: Path) -> None:
    index = changed(tmp_path)
    index_again(tmp_path, **ONE_VIEW)
    with refused(os, "replace"):
        assert fake_cli.run(["rollback", "--index", str(index)]) == 1
    assert IndexLayout(index).current_name() == "000002"
    assert fake_cli.run(["rollback", "--index", str(index)]) == 0


# ── A disk that is really too small ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 3 MB; skip where that is not permitted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=3m", "kb-search-test", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("free_kilobytes", [0, 4, 24, 48, 72, 96, 120, 160, 240])
def test_a_disk_that_fills_up_at_any_point_of_a_build(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], free_kilobytes: int
) -> None:
    source, index = tmp_path / "source", small_disk / "index"
    command = ["index", str(source), "--index", str(index)]
    write(source, {"parcel.md": PARCEL})
    assert fake_cli.run(command) == 0
    write(source, {f"more{n}.md": article(f"Article {n}", f"word{n} " * 400, locale="en") for n in range(25)})
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"x" * max(0, free - free_kilobytes * 1024))
    capsys.readouterr()
    assert fake_cli.run(command) == 1
    said = capsys.readouterr().err
    assert f"kb-search: The index in {index} could not be written (" in said
    assert "Free space or correct the permissions" in said and "Traceback" not in said
    assert fake_cli.run(["verify", "--index", str(index)]) == 0
    assert ids(index, "parcel") == ["parcel"]
    (small_disk / "ballast").unlink()
    assert fake_cli.run(command) == 0
    assert "more3" in ids(index, "word3")


_FILL = """
import sys
from pathlib import Path
from kb_search.stores.matrix import create_matrix
folder = Path(sys.argv[1])
matrix = create_matrix(folder / "matrix", 64, 2_000)
with open(folder / "ballast", "wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(b"x" * 4096)
    except OSError:
        print("the disk is full")
matrix[:] = 1.0
print(matrix.sum())
"""


def test_a_matrix_that_was_begun_can_be_finished_on_a_full_disk(small_disk: Path) -> None:
    """A write to a mapped page without space behind it would end the process with SIGBUS."""
    done = subprocess.run([sys.executable, "-c", _FILL, str(small_disk)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "the disk is full\n128000.0\n"), done.stderr


def test_a_matrix_that_does_not_fit_is_refused_before_it_is_begun(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        create_matrix(small_disk / "matrix", 64, 15_000)


@pytest.mark.parametrize("largest_kilobytes", [1, 16, 40])
def test_files_that_may_not_grow(tmp_path: Path, largest_kilobytes: int) -> None:
    """The same without privileges, and with another refusal: a limit on the size of any file."""
    write(tmp_path / "source", {f"{n}.md": article(f"Article {n}", f"word{n} " * 900, locale="en") for n in range(9)})
    index_files(tmp_path / "good", {"parcel.md": PARCEL})
    index = tmp_path / "good" / "index"
    limit = largest_kilobytes * 1024
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    program = f"import sys; from tests.cli.fake import run; {limited}; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, "index", str(tmp_path / "source"), "--index", str(index)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1, done.stderr
    assert "could not be written (" in done.stderr and "Traceback" not in done.stderr
    assert IndexLayout(index).current_name() == "000001"
    assert problems(index) == []
    assert ids(index, "parcel") == ["parcel"]
