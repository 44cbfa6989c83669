"""`kb-search index --watch`: one process that follows its sources until Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from kb_search.index_format import IndexLayout
from tests.build.small import PARCEL, PASSWORD, ids
from tests.fakes import write
from tests.pictures import PNG, png

PATIENCE = 60.0
"""Seconds until a test gives up; none waits that long when all is well."""


@contextmanager
def watching(index: Path, *sources: Path) -> Iterator[subprocess.Popen[str]]:
    """Watch in a process of its own; its reports come on stdout as JSON, one after the other."""
    command = [sys.executable, "-m", "tests.cli.fake", "index", *map(str, sources), "--index", str(index)]
    # Where these tests run in the background, SIGINT is ignored, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [*command, "--watch", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def is_live(layout: IndexLayout, generation: str) -> bool:
    return layout.current.is_file() and layout.current_name() == generation


def reports(text: str) -> list[dict[str, Any]]:
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        report, end = decoder.raw_decode(text)
        found.append(report)
        text = text[end:]
    return found


def test_changes_are_indexed_as_they_come_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    source, index = write(tmp_path / "source", {"parcel.md": PARCEL}), tmp_path / "source" / "index"
    layout = IndexLayout(index)
    with watching(index, source) as process:
        until(partial(is_live, layout, "000001"))
        write(source, {"password.md": PASSWORD})  # perhaps before the watch has begun: it is picked up all the same
        until(partial(is_live, layout, "000002"))
        assert ids(index, "password")[0] == "password"
        (source / "parcel.md").unlink()
        until(partial(is_live, layout, "000003"))
        assert ids(index, "parcel") == ["password"]
        (source / "password.md").rename(source / "passwords.txt")
        until_said(process, "There is not one article")
        assert is_live(layout, "000003")
        (source / "passwords.txt").rename(source / "passwords.md")
        until(partial(is_live, layout, "000004"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert err.splitlines()[-1] == "Stopped watching."
    published = [report for report in reports(out) if report["published"]]
    # Ctrl-C came when the fourth was live, perhaps before it was reported.
    assert [report["generation"] for report in published][:3] == ["000001", "000002", "000003"]
    assert [report["articles"] for report in published][:3] == [1, 2, 1]
    # Its own writes, below the source folder, are no changes: one report for each thing that happened, no more.
    assert len(reports(out)) <= 6


def test_a_single_file_is_followed_though_every_save_makes_another_file(tmp_path: Path) -> None:
    file, index = write(tmp_path, {"parcel.md": PARCEL}) / "parcel.md", tmp_path / "index"
    with watching(index, file):
        until(partial(is_live, IndexLayout(index), "000001"))
        for number in (2, 3):
            write(tmp_path, {"parcel.md~": PARCEL.replace("Track", f"Version {number}, track")})
            (tmp_path / "parcel.md~").replace(file)
            until(partial(is_live, IndexLayout(index), f"{number:06}"))
        (tmp_path / "box.png").write_bytes(PNG)  # shown by no article: nothing to do
        write(tmp_path, {"parcel.md": PARCEL + "\n![The box](box.png)\n"})
        until(partial(is_live, IndexLayout(index), "000004"))
        (tmp_path / "box.png").write_bytes(png(3, 4))
        until(partial(is_live, IndexLayout(index), "000005"))
    assert ids(index, "parcel") == ["parcel"]


def until_said(process: subprocess.Popen[str], wanted: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if wanted in line:
            return
    raise AssertionError(f"the process ended without saying {wanted!r}")
