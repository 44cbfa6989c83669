"""Publishing: the order of steps, a power cut between any two of them, the lock, and the way back."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from indexer.publish import building, rollback, writer_lock
from kb_search.errors import IndexCorrupt, IndexIncompatible, IndexLocked, IndexNotFound
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from tests.build.faults import PowerCut, power_cut_after
from tests.build.small import FILES, ONE_VIEW, edit, ids, index_again, leftovers, problems
from tests.fakes import article, index_files, searcher_for

lazily = pytest.mark.usefixtures("lazy_disk")


def version(number: int) -> str:
    return article(f"Version {number}", f"This is text number {number} of the parcel.", locale="en")


def three_generations(tmp_path: Path) -> IndexLayout:
    for number in (1, 2, 3):
        index_files(tmp_path, {"a.md": version(number)}, **ONE_VIEW)
    return IndexLayout(tmp_path / "index")


def title(index: Path) -> str:
    with searcher_for(index) as searcher:
        (hit,) = searcher.search("parcel").hits
        return hit.title


# ── Order ────────────────────────────────────────────────────────────────────────────────────────────────


def test_data_is_durable_before_the_manifest_and_the_manifest_before_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    index = tmp_path / "index"

    def shown(path: Any) -> str:
        return str(path).removeprefix(f"{index}/")

    fsync, rename, replace = os.fsync, os.rename, os.replace

    def record_fsync(descriptor: int) -> None:
        steps.append(f"fsync {shown(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        fsync(descriptor)

    def record_rename(source: Path, target: Path) -> None:
        steps.append(f"rename {shown(source)} → {shown(target)}")
        rename(source, target)

    def record_replace(source: Path, target: Path) -> None:
        steps.append(f"replace {shown(target)}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "rename", record_rename)
    monkeypatch.setattr(os, "replace", record_replace)
    index_files(tmp_path, FILES, **ONE_VIEW)

    folder = "generations/.building-000001"
    at = steps.index(f"fsync {folder}/manifest.json")
    data, publish = steps[:at], steps[at:]
    names = read_manifest(IndexLayout(index).generation("000001")).files
    assert {f"fsync {folder}/{name}" for name in names} <= set(data)
    assert {f"fsync {folder}/{parent}" for name in names for parent in Path(name).parents if parent.name} <= set(data)
    assert publish == [
        f"fsync {folder}/manifest.json",
        f"fsync {folder}",
        f"rename {folder} → generations/000001",
        "fsync generations",
        "fsync CURRENT.new",
        "replace CURRENT",
        f"fsync {index}",
    ]


# ── Power cuts ───────────────────────────────────────────────────────────────────────────────────────────


@lazily
def test_a_power_cut_between_any_two_writes_leaves_the_old_generation_or_the_new(tmp_path: Path) -> None:
    """Cut after 0, 1, 2 … writes, each time indexing a new text over what the cut before left behind."""
    index = tmp_path / "index"
    for number in range(1, 4):  # so that the build that is cut has something to link and to prune
        index_files(tmp_path, {**FILES, "a.md": version(number)}, **ONE_VIEW)
    outcomes: list[str] = []
    for allowed in itertools.count():
        old, new = title_of_a(index), f"Version {100 + allowed}"
        edit(tmp_path, a=version(100 + allowed))
        try:
            with power_cut_after(allowed):
                index_again(tmp_path, **ONE_VIEW)
        except PowerCut:
            found = title_of_a(index)
            assert found in (old, new), f"after {allowed} writes"
            assert problems(index) == [], f"after {allowed} writes"
            outcomes.append("old" if found == old else "new")
        else:
            break
    assert len(outcomes) > 25
    assert outcomes == sorted(outcomes, reverse=True)  # old until CURRENT is replaced, new from then on
    assert {"old", "new"} == set(outcomes)
    assert title_of_a(index) == new
    edit(tmp_path, a=version(1))
    index_again(tmp_path, **ONE_VIEW)
    assert leftovers(index) == []
    assert title_of_a(index) == "Version 1"


def title_of_a(index: Path) -> str:
    with searcher_for(index) as searcher:
        return next(hit.title for hit in searcher.search("version text number").hits if hit.id == "a")


@lazily
@pytest.mark.parametrize("allowed", [0, 2, 5, 10, 20])
def test_a_power_cut_in_the_first_build_leaves_no_index_rather_than_an_empty_one(tmp_path: Path, allowed: int) -> None:
    edit(tmp_path, a=version(1))
    with pytest.raises(PowerCut), power_cut_after(allowed):
        index_again(tmp_path, **ONE_VIEW)
    with pytest.raises(IndexNotFound):
        searcher_for(tmp_path / "index")
    assert index_again(tmp_path, **ONE_VIEW).published
    assert leftovers(tmp_path / "index") == []


@lazily
def test_what_a_killed_writer_left_is_removed_even_when_there_is_nothing_to_publish(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    generations = IndexLayout(tmp_path / "index").generations
    for name in (".building-000002", ".deleting-000001"):
        (generations / name / "views").mkdir(parents=True)
    assert not index_again(tmp_path, **ONE_VIEW).published
    assert leftovers(tmp_path / "index") == []


@lazily
def test_a_folder_under_construction_goes_away_unless_published(tmp_path: Path) -> None:
    layout = IndexLayout(tmp_path)
    with pytest.raises(KeyError), building(layout) as (name, target):
        assert (name, target.folder.is_dir()) == ("000001", True)
        raise KeyError
    assert list(layout.generations.iterdir()) == []


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("current", "error", "says"),
    [
        (None, IndexNotFound, "holds no index"),
        (b"", IndexCorrupt, "which is no generation"),
        (b"garbage\n", IndexCorrupt, "'garbage', which is no generation"),
        (b"../../etc\n", IndexCorrupt, "which is no generation"),
        (b"\xff\xfe", IndexCorrupt, "cannot be read"),
        (b"000009\n", IndexCorrupt, "names generation 000009, which is missing"),
    ],
    ids=["none", "empty", "garbage", "path", "bytes", "missing"],
)
@lazily
def test_a_pointer_to_nothing_is_refused_with_the_remedy(
    tmp_path: Path, current: bytes | None, error: type[Exception], says: str
) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    layout = IndexLayout(tmp_path / "index")
    layout.current.unlink() if current is None else layout.current.write_bytes(current)
    with pytest.raises(error, match=says) as refused:
        searcher_for(layout.root)
    assert str(layout.root) in str(refused.value)
    assert "kb-search index" in str(refused.value)
    if current is not None:
        assert "kb-search rollback" in str(refused.value)
        assert rollback(layout) == ("000009" if current == b"000009\n" else "none", "000001")
    else:
        assert index_again(tmp_path, **ONE_VIEW).generation == "000002"
    assert "parcel" in ids(layout.root, "parcel")


@lazily
def test_a_build_over_a_broken_pointer_repairs_it(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    IndexLayout(tmp_path / "index").current.write_text("garbage")
    assert index_again(tmp_path, **ONE_VIEW).generation == "000002"
    assert ids(tmp_path / "index", "parcel")[0] == "parcel"


def test_a_folder_that_is_no_index_is_said_to_be_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(IndexNotFound, match="holds no index"):
            searcher_for(folder)


# ── The lock ─────────────────────────────────────────────────────────────────────────────────────────────

_HOLD = """
import sys, time
from pathlib import Path
from indexer.publish import writer_lock
from kb_search.index_format import IndexLayout
with writer_lock(IndexLayout(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


@lazily
def test_a_second_writer_is_told_who_the_first_is_until_that_one_is_killed(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, a=version(1))
    owner = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path / "index")], stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout is not None and owner.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=f"written by process {owner.pid} on ") as refused:
            index_again(tmp_path, **ONE_VIEW)
        assert "Wait for it to end" in str(refused.value)
        assert "parcel" in ids(tmp_path / "index", "parcel")  # readers need no lock
        owner.send_signal(signal.SIGKILL)
    assert index_again(tmp_path, **ONE_VIEW).generation == "000002"
    assert leftovers(tmp_path / "index") == []


def test_the_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    layout = IndexLayout(tmp_path)
    for _ in range(2):
        with pytest.raises(KeyError), writer_lock(layout):
            raise KeyError


@lazily
def test_rollback_waits_for_no_writer(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    with writer_lock(layout), pytest.raises(IndexLocked):
        rollback(layout)
    assert title(layout.root) == "Version 3"


# ── The way back ─────────────────────────────────────────────────────────────────────────────────────────


@lazily
def test_rollback_goes_back_one_generation_at_a_time(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    assert rollback(layout) == ("000003", "000002")
    assert title(layout.root) == "Version 2"
    assert rollback(layout) == ("000002", "000001")
    assert title(layout.root) == "Version 1"
    with pytest.raises(IndexNotFound, match="no whole generation before 000001") as refused:
        rollback(layout)
    assert "kb-search index" in str(refused.value)
    assert title(layout.root) == "Version 1"


@lazily
def test_rollback_goes_to_a_named_generation_forward_too(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    assert rollback(layout, "000001") == ("000003", "000001")
    assert rollback(layout, "000003") == ("000001", "000003")
    with pytest.raises(IndexNotFound, match=r"no generation '000007'\. Choose from 000001, 000002, 000003"):
        rollback(layout, "000007")
    assert title(layout.root) == "Version 3"


@lazily
def test_rollback_skips_a_damaged_generation_and_refuses_to_be_sent_there(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    layout.generation("000002").articles.write_bytes(b"")
    with pytest.raises(IndexCorrupt, match="articles"):
        rollback(layout, "000002")
    assert title(layout.root) == "Version 3"
    assert rollback(layout) == ("000003", "000001")


@lazily
def test_rollback_skips_what_this_version_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = three_generations(tmp_path)
    monkeypatch.setattr("indexer.publish.ANALYZER_VERSION", 99)
    with pytest.raises(IndexIncompatible, match="version 99"):
        rollback(layout, "000002")
    with pytest.raises(IndexNotFound):
        rollback(layout)


@lazily
def test_rollback_where_there_is_no_index_creates_none(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="kb-search index SOURCE"):
        rollback(IndexLayout(tmp_path / "missing"))
    assert not (tmp_path / "missing").exists()


@lazily
def test_after_a_rollback_the_next_build_gets_a_name_of_its_own(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    rollback(layout, "000001")
    edit(tmp_path, a=version(4))
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.generation, report.pruned) == ("000004", ("000001",))
    assert rollback(layout) == ("000004", "000003")


@lazily
def test_the_live_generation_is_never_pruned(tmp_path: Path) -> None:
    layout = three_generations(tmp_path)
    rollback(layout, "000001")
    assert not index_files(tmp_path, {"a.md": version(1)}, **ONE_VIEW).published
    index_files(tmp_path, {"a.md": version(5)}, **ONE_VIEW, retention__generations=1)
    assert layout.generation_names() == ["000004"]
    shutil.rmtree(layout.generation("000004").folder)
    with pytest.raises(IndexCorrupt, match="missing"):
        searcher_for(layout.root)
