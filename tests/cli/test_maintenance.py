"""`kb-search status`, `verify` and `rollback`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.index_format import IndexLayout
from tests.cli.conftest import FILES, Cli
from tests.fakes import write


@pytest.fixture
def two_generations(index: str, source: Path, cli: Cli) -> str:
    write(source, {"parcel.md": FILES["parcel.md"].replace("Track a parcel", "Follow a parcel")})
    cli("index", str(source), "--index", index)
    return index


def test_status_says_what_the_index_holds(two_generations: str, cli: Cli) -> None:
    out, err = cli("status", "--index", two_generations)
    assert err == ""
    assert out.startswith("kb: generation 000002 of 20")
    assert "  kept: 000001, 000002; " in out
    assert "  4 articles, 5 passages\n" in out
    assert "  view public: 3 articles, 4 passages (en 2, fr 1)\n" in out
    value = cli.json("status", "--index", two_generations)
    assert (value["generation"], value["generations"]) == ("000002", ["000001", "000002"])
    assert (value["articles"], value["chunks"], value["model"]) == (4, 5, "fake")
    assert value["views"]["agents"] == {"articles": 4, "chunks": 5, "locales": {"en": 3, "fr": 1}}


def test_status_counts_a_linked_file_once(two_generations: str, cli: Cli) -> None:
    files = [path.stat() for path in Path(two_generations).rglob("*") if path.is_file()]
    once = {file.st_ino: file.st_size for file in files}
    assert len(once) < len(files)
    assert cli.json("status", "--index", two_generations)["bytes"] == sum(once.values())


def test_verify_names_what_is_damaged(two_generations: str, cli: Cli) -> None:
    out, _ = cli("verify", "--index", two_generations)
    assert out == "generation 000001: whole\ngeneration 000002 (live): whole\n"
    damaged = IndexLayout(Path(two_generations)).generation("000002").articles
    damaged.write_bytes(b"?")
    out, err = cli("verify", "--index", two_generations, status=1)
    assert "generation 000001: whole\ngeneration 000002 (live): DAMAGED\n" in out
    assert f"  {damaged} has 1 bytes, the manifest says " in out
    assert "kb-search rollback --index kb" in err
    value = cli.json("verify", "--index", two_generations, status=1)
    assert (value["whole"], value["problems"]["000001"]) == (False, [])
    assert str(damaged) in value["problems"]["000002"][0]


def test_rollback_goes_back(two_generations: str, cli: Cli) -> None:
    out, _ = cli("rollback", "--index", two_generations)
    assert out == "kb: generation 000001 is live (was 000002).\n"
    assert "Track a parcel" in cli("search", "parcel", "--index", two_generations)[0]
    forward = cli.json("rollback", "--index", two_generations, "--to", "000002")
    assert forward == {"from": "000001", "to": "000002"}
    _, err = cli("rollback", "--index", two_generations, "--to", "000009", status=2)
    assert "Choose from 000001, 000002" in err
