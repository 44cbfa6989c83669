"""A writer that is killed at any moment leaves an index that opens. KILLS=200 runs the long version."""

from __future__ import annotations

import os
from pathlib import Path

from tests.build.crash import crash, edit, version
from tests.build.slow_writer import index
from tests.build.small import leftovers


def test_the_index_survives_writers_that_are_killed(tmp_path: Path) -> None:
    kills = int(os.environ.get("KILLS", "12"))
    seed = int.from_bytes(os.urandom(4))
    outcomes = crash(tmp_path, kills, seed)
    print(
        f"{kills} kills (seed {seed}): {outcomes['old']} ended on the old generation, {outcomes['new']} on the new one"
    )
    assert outcomes.total() == kills
    edit(tmp_path, 999)
    index(tmp_path)
    assert version(tmp_path) == 999
    assert leftovers(tmp_path / "index") == []
