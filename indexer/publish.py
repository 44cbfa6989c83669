"""From a finished folder to the live generation, and back: lock, fsync, rename, CURRENT, retention, rollback.

Order of a publish: data files → fsync → manifest → fsync → rename of the folder → fsync → CURRENT replaced →
fsync. Killed anywhere, the index opens on the old generation or on the new one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kb_search.disk import fsync_path
from kb_search.errors import IndexCorrupt, IndexIncompatible, IndexLocked, IndexNotFound, StorageError
from kb_search.index_format import GenerationLayout, IndexLayout
from kb_search.manifest import Manifest, open_manifest
from kb_search.text.analyzer import ANALYZER_VERSION

_BUILDING, _DELETING = ".building-", ".deleting-"


@contextlib.contextmanager
def writer_lock(layout: IndexLayout) -> Iterator[None]:
    """Hold the index for writing. Raises IndexLocked naming the owner. The system frees it if the owner dies."""
    with disk_errors(layout.root):
        layout.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(layout.lock), timeout=0)
        owner = layout.lock_owner
        try:
            lock.acquire()
        except Timeout:
            who = "another process"
            with contextlib.suppress(FileNotFoundError):  # it may be ending just now
                who = owner.read_text("utf-8", "replace").strip() or who
            raise IndexLocked(
                f"{layout.root} is being written by {who}. Wait for it to end, then run this again."
            ) from None
        try:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            owner.write_text(f"process {os.getpid()} on {socket.gethostname()} since {now}\n", "utf-8")
            sweep(layout)
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()


@contextlib.contextmanager
def disk_errors(index: Path) -> Iterator[None]:
    """Say it in a sentence when the disk refuses a write; the engines each say it in their own way."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # cleaning up after it failed too, as rmtree may
            raise error.__context__ from None
        reason = getattr(error, "strerror", None) or str(error)
        raise StorageError(
            f"The index in {index} could not be written ({reason}). Free space or correct the permissions, then run "
            "this again; the live generation is whole, and what was embedded is kept."
        ) from error


def sweep(layout: IndexLayout) -> None:
    """Remove what a killed writer left behind; only for the one who holds the lock."""
    for marker in (_BUILDING, _DELETING):
        for leftover in layout.generations.glob(marker + "*"):
            shutil.rmtree(leftover)


@contextlib.contextmanager
def building(layout: IndexLayout) -> Iterator[tuple[str, GenerationLayout]]:
    """Give the name of the next generation and a folder to build it in; the folder goes away unless published."""
    layout.generations.mkdir(parents=True, exist_ok=True)
    name = next_name(layout)
    folder = layout.generations / (_BUILDING + name)
    folder.mkdir()
    try:
        yield name, GenerationLayout(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def next_name(layout: IndexLayout) -> str:
    """Name the generation after the newest on disk, whole or not: a name is never used twice."""
    taken = [int(entry.name) for entry in layout.generations.iterdir() if entry.name.isdigit()]
    return f"{max(taken, default=0) + 1:06d}"


def publish(layout: IndexLayout, building: GenerationLayout, manifest: Manifest) -> GenerationLayout:
    """Make a finished folder the live generation."""
    paths = sorted(building.folder.rglob("*"), reverse=True)  # what is in a folder before the folder
    with ThreadPoolExecutor(4, "fsync") as pool:
        list(pool.map(fsync_path, [path for path in paths if not path.is_dir()]))
    for folder in paths:
        if folder.is_dir():
            fsync_path(folder)
    with building.manifest.open("wb") as file:
        file.write(manifest.encode())
        file.flush()
        os.fsync(file.fileno())
    fsync_path(building.folder)
    published = layout.generation(manifest.generation)
    os.rename(building.folder, published.folder)
    fsync_path(layout.generations)
    point_to(layout, manifest.generation)
    return published


def point_to(layout: IndexLayout, name: str) -> None:
    """Replace CURRENT atomically and durably."""
    temporary = layout.current.with_name(layout.current.name + ".new")
    with temporary.open("w", encoding="ascii") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, layout.current)
    fsync_path(layout.root)


def prune(layout: IndexLayout, keep: int) -> list[str]:
    """Delete all but the newest `keep` generations; never the live one. Return the names deleted."""
    live = layout.current_name()
    doomed = [name for name in layout.generation_names()[:-keep] if name != live]
    for name in doomed:
        # Renamed first: a half-deleted generation is not taken for a damaged one, and the next writer removes it.
        folder = layout.generations / (_DELETING + name)
        os.rename(layout.generation(name).folder, folder)
        shutil.rmtree(folder)
    return doomed


def rollback(layout: IndexLayout, to: str | None = None) -> tuple[str, str]:
    """Point CURRENT at an earlier generation, after verifying it; return (old name, new name).

    Without `to`, the newest one before the live one that is whole and that this version can open. Raises
    IndexNotFound when there is none; with `to`, IndexCorrupt or IndexIncompatible when it cannot be opened.
    """
    if not layout.generation_names():
        raise IndexNotFound(
            f"{layout.root} holds no generation. Create one: kb-search index SOURCE --index {layout.root}"
        )
    with writer_lock(layout):
        live = _name_or_none(layout)
        chosen = _choose(layout, live, to)
        point_to(layout, chosen)
    return live or "none", chosen


def _choose(layout: IndexLayout, live: str | None, to: str | None) -> str:
    names = layout.generation_names()
    if to is not None:
        if to not in names:
            raise IndexNotFound(f"{layout.root} has no generation {to!r}. Choose from {', '.join(names)}.")
        _check_openable(layout.generation(to))
        return to
    for name in reversed([name for name in names if live is None or int(name) < int(live)]):
        with contextlib.suppress(IndexCorrupt, IndexIncompatible):
            _check_openable(layout.generation(name))
            return name
    raise IndexNotFound(
        f"{layout.root} has no whole generation before {live or 'the first'} to go back to. "
        f"Build it anew: kb-search index SOURCE --index {layout.root}"
    )


def _check_openable(generation: GenerationLayout) -> None:
    manifest = open_manifest(generation)
    if manifest.analyzer_version != ANALYZER_VERSION:
        raise IndexIncompatible(
            f"{generation.folder} was analysed by version {manifest.analyzer_version} of the analyzer, this kb-search "
            f"has version {ANALYZER_VERSION}. Choose another generation, or run kb-search index again."
        )


def _name_or_none(layout: IndexLayout) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = layout.current.read_text("ascii").strip()
        return text if text.isdigit() else None
    return None


def hard_link(source: Path, target: Path) -> None:
    """Link a file or a folder's files; copy where the file system has no hard links."""
    if source.is_dir():
        target.mkdir(parents=True)
        for entry in sorted(source.iterdir()):
            hard_link(entry, target / entry.name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
