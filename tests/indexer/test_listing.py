"""What is known to be unchanged is not read again, and what might have changed is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import files, listing
from indexer.build_cache import Stamp
from indexer.listing import RESTED, Hashed, Known, hash_listed, list_sources
from indexer.tree import Found
from kb_search.config import Settings
from tests.fakes import settings, write

LATER = 10 * RESTED


def hashed(folder: Path, known: Known | None = None, chosen: Settings | None = None) -> Hashed:
    return hash_listed(list_sources([folder]), chosen or settings(), known)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let time pass, so that files have rested."""

    def pass_by() -> None:
        now = time.time_ns() + LATER
        monkeypatch.setattr(time, "time_ns", lambda: now)

    return pass_by


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose bytes are read."""
    names: list[str] = []
    read_bytes = files.read_bytes

    def recording(file: Path, limit: int) -> bytes:
        names.append(file.name)
        return read_bytes(file, limit)

    monkeypatch.setattr(listing, "read_bytes", recording)
    return names


def test_a_file_that_has_rested_is_read_once(tmp_path: Path, later: Callable[[], None], read: list[str]) -> None:
    folder = write(tmp_path, {"a.md": "# A", "b/c.md": "# C", "curation.yaml": "pins: []"})
    later()
    first = hashed(folder)
    assert sorted(read) == ["a.md", "c.md", "curation.yaml"]
    again = hashed(folder, first.known)
    assert (again, len(read)) == (first, 3)


def test_another_text_of_the_same_length_in_the_same_tick_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: Callable[[], None]
) -> None:
    """The racy case of git: size, times and inode are those of the text before."""
    folder = write(tmp_path, {"a.md": "# A"})
    tick = Stamp(3, time.time_ns(), time.time_ns(), 1)
    monkeypatch.setattr(listing, "stamp_of", lambda path: tick)
    first = hashed(folder)
    write(folder, {"a.md": "# B"})
    second = hashed(folder, first.known)
    assert (first.known, second.known) == ({}, {})
    assert second.digest != first.digest
    later()
    assert hashed(folder, second.known).known == {str(folder / "a.md"): (tick, second.files[found(folder)])}


def found(folder: Path) -> Found:
    (only,) = list_sources([folder]).articles
    return only


def test_a_time_that_was_set_back_is_no_disguise(tmp_path: Path, later: Callable[[], None]) -> None:
    folder = write(tmp_path, {"a.md": "# A"})
    later()
    first = hashed(folder)
    path, before = folder / "a.md", (folder / "a.md").stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # until the clock of the disk moves on
        path.write_text("# B")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert hashed(folder, first.known).digest != first.digest


def test_a_touched_file_is_read_and_found_equal(tmp_path: Path, later: Callable[[], None], read: list[str]) -> None:
    folder = write(tmp_path, {"a.md": "# A"})
    later()
    first = hashed(folder)
    os.utime(folder / "a.md", (1, 1))
    again = hashed(folder, first.known)
    assert (again.digest, read) == (first.digest, ["a.md", "a.md"])


def test_a_file_from_the_future_is_never_taken_at_its_word(tmp_path: Path, later: Callable[[], None]) -> None:
    folder = write(tmp_path, {"a.md": "# A"})
    later()
    os.utime(folder / "a.md", (1 << 33, 1 << 33))
    assert hashed(folder).known == {}


def test_a_known_file_is_too_large_for_a_new_limit(tmp_path: Path, later: Callable[[], None]) -> None:
    folder = write(tmp_path, {"a.md": "# A\n" + "word " * 1_000})
    later()
    small = settings(sources__max_file_mb=0.001)
    assert hashed(folder, hashed(folder).known, small) == hashed(folder, None, small)
    assert hashed(folder, None, small).files == {}


def test_a_corpus_is_known_by_its_stamp_too(
    tmp_path: Path, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, {"corpus.jsonl": '{"_id": "1", "text": "A"}\n'})
    later()
    first = hashed(folder)
    monkeypatch.setattr(listing, "_hash_corpus", lambda found: pytest.fail("it was read"))
    assert hashed(folder, first.known).digest == first.digest


def test_a_file_that_cannot_be_looked_at_is_left_to_the_reader(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    write(tmp_path, {"a.md": "# A"})
    assert [found.inside for found in hashed(tmp_path).files] == ["a.md"]


def test_the_same_files_below_another_source_are_something_else(tmp_path: Path) -> None:
    """Ids come from the path inside the source: `en/a` of one folder is `a` of the folder below it."""
    folder = write(tmp_path / "kb", {"en/a.md": "# A", "fr/a.md": "# A"})
    digests = [
        hash_listed(list_sources(sources), settings()).digest
        for sources in ([folder], [folder / "en", folder / "fr"], [folder / "en" / "a.md", folder / "fr" / "a.md"])
    ]
    assert len(set(digests)) == 3
