"""Where the time of a query went."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.stages import STAGES, Stages
from kb_search.types import Mode
from tests.fakes import build, searcher_for
from tests.help_center import FILES

BOTH = {"expand", "keywords", "fuse", "passage", "hydrate", "facets"}
MODEL = {"tokenize", "embed", "vectors", "names"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("hybrid", BOTH | MODEL), ("keyword", BOTH), ("semantic", (BOTH | MODEL) - {"keywords"})],
)
def test_every_stage_that_was_run_is_timed_and_no_other(tmp_path: Path, mode: Mode, expected: set[str]) -> None:
    with searcher_for(build(tmp_path, FILES)) as searcher:
        answer = searcher.search("password", mode=mode)
    assert set(answer.stages) == expected
    assert list(answer.stages) == [name for name in STAGES if name in expected]
    assert all(0 <= value <= answer.took_ms for value in answer.stages.values())


def test_times_of_one_stage_add_up() -> None:
    stages = Stages()
    stages.add("fuse", 0.00125)
    stages.add("embed", 0.003)
    stages.add("fuse", 0.0005)
    assert stages.milliseconds() == {"embed": 3, "fuse": 1.75}


def test_a_stage_that_fails_is_timed_too() -> None:
    stages = Stages()
    with pytest.raises(ZeroDivisionError), stages("vectors"):
        raise ZeroDivisionError
    assert stages.seconds["vectors"] >= 0
