import logging
from pathlib import Path

import pytest

from indexer.publish import point_to
from kb_search.errors import IndexCorrupt, IndexNotFound
from kb_search.index_format import IndexLayout
from tests.service.conftest import generation, holder, publish


@pytest.fixture
def index(tmp_path: Path) -> Path:
    publish(tmp_path, "one")
    return tmp_path / "index"


def corrupt(index: Path) -> None:
    layout = IndexLayout(index)
    path = layout.generation(layout.current_name()).vectors
    path.write_bytes(b"\1" + path.read_bytes()[1:])


def test_a_corrupt_generation_leaves_the_old_one(index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    searchers = holder(index)
    searchers.open()
    publish(tmp_path, "two")
    corrupt(index)
    assert not searchers.refresh()
    assert not searchers.refresh()
    assert generation(searchers) == "000001"
    complaints = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(complaints) == 1
    assert "vectors.f32" in complaints[0]
    assert "000001 keeps serving" in complaints[0]
    publish(tmp_path, "three")
    assert searchers.refresh()
    assert generation(searchers) == "000003"
    searchers.close()


def test_a_refused_generation_is_tried_again_after_a_while(index: Path, tmp_path: Path) -> None:
    publish(tmp_path, "two")
    layout = IndexLayout(index)
    path = layout.generation("000002").vectors
    whole = path.read_bytes()
    point_to(layout, "000001")
    patient, eager = holder(index), holder(index, retry_seconds=0)
    for searchers in (patient, eager):
        searchers.open()
    point_to(layout, "000002")
    path.write_bytes(whole[:-1])
    assert not patient.refresh()
    assert not eager.refresh()
    path.write_bytes(whole)
    assert not patient.refresh()
    assert eager.refresh()
    point_to(layout, "000001")
    assert not patient.refresh()
    point_to(layout, "000002")
    assert patient.refresh()
    for searchers in (patient, eager):
        searchers.close()


@pytest.mark.parametrize("damage", ["", "nonsense", "000099"])
def test_a_damaged_pointer_leaves_the_old_one(index: Path, damage: str) -> None:
    searchers = holder(index)
    searchers.open()
    IndexLayout(index).current.write_text(damage)
    assert not searchers.refresh()
    assert generation(searchers) == "000001"
    with pytest.raises(IndexCorrupt):
        searchers.open()
    searchers.close()


def test_an_index_that_comes_later(tmp_path: Path) -> None:
    searchers = holder(tmp_path / "index")
    with pytest.raises(IndexNotFound):
        searchers.open()
    assert not searchers.refresh()
    publish(tmp_path, "one")
    assert searchers.refresh()
    assert generation(searchers) == "000001"
    searchers.close()
