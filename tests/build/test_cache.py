"""What was embedded once is never embedded again, and a damaged cache costs time, never an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding_cache import EmbeddingCache, is_damage, open_cache, text_key
from kb_search.index_format import IndexLayout
from tests.build.small import FILES, ONE_VIEW, edit, ids, index_again
from tests.fakes import FakeEmbedder, article, index_files

pytestmark = pytest.mark.usefixtures("lazy_disk")


def unit(*values: float) -> NDArray[np.float32]:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def keys(count: int) -> list[bytes]:
    return [text_key(f"text {number}") for number in range(count)]


# ── By itself ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_vector_comes_back_as_it_was_for_its_model_only(tmp_path: Path) -> None:
    one, two = keys(2)
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        cache.put("e5", [(one, unit(3, 4))], generation=1)
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        found = cache.get("e5", [one, two])
        assert found.keys() == {one}
        assert found[one].tolist() == pytest.approx([0.6, 0.8])
        assert cache.get("bge", [one]) == {}


def test_many_texts_are_looked_up_at_once(tmp_path: Path) -> None:
    many = keys(1_234)
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        cache.put("e5", ((key, unit(1, number)) for number, key in enumerate(many)), generation=1)
        assert cache.get("e5", many).keys() == set(many)
        assert cache.get("e5", []) == {}


def test_rows_are_kept_as_long_as_a_generation_that_used_them(tmp_path: Path) -> None:
    old, new = keys(2)
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        cache.put("e5", [(old, unit(1, 0)), (new, unit(0, 1))], generation=1)
        for generation, dropped in ((2, 0), (3, 0), (4, 1)):
            assert cache.prune("e5", [new], generation, keep=3) == dropped
        assert cache.get("e5", [old, new]).keys() == {new}


@pytest.mark.parametrize("bad", [unit(1, 1) * 0, unit(1, 1) * 1e30, unit(1, 1) * np.nan, unit(1, 1)[:1]])
def test_what_has_become_no_unit_vector_is_as_if_it_were_not_there(tmp_path: Path, bad: NDArray[np.float32]) -> None:
    (key,) = keys(1)
    with closing(EmbeddingCache(tmp_path / "cache")) as cache:
        cache.put("e5", [(key, bad)], generation=1)
        assert cache.get("e5", [key]) == {}


# ── Damage ───────────────────────────────────────────────────────────────────────────────────────────────


def filled(path: Path) -> Path:
    with closing(EmbeddingCache(path)) as cache:
        cache.put("e5", ((key, unit(1, number)) for number, key in enumerate(keys(400))), generation=1)
    return path


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


@pytest.mark.parametrize("damage", ["header", "schema", "middle", "truncated", "other file"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, damage: str) -> None:
    path = filled(tmp_path / "cache")
    size = path.stat().st_size
    match damage:
        case "header":
            overwrite(path, 0, b"\x00" * 16)
        case "schema":
            overwrite(path, 100, b"\xff" * 200)
        case "middle":
            overwrite(path, size // 8192 * 4096, b"\xff" * 64)
        case "truncated":
            path.write_bytes(path.read_bytes()[: size // 2])
        case _:
            path.write_text("This is a text, and no database. " * 99)
    before = path.read_bytes()
    cache, set_aside = open_cache(path)
    with closing(cache):
        assert set_aside is not None and set_aside.read_bytes() == before
        assert cache.get("e5", keys(400)) == {}
    again, nothing = open_cache(path)
    again.close()
    assert nothing is None


def test_a_whole_file_is_not_set_aside(tmp_path: Path) -> None:
    cache, set_aside = open_cache(filled(tmp_path / "cache"))
    with closing(cache):
        assert set_aside is None
        assert len(cache.get("e5", keys(400))) == 400


@pytest.mark.parametrize(
    ("code", "damaged"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_CORRUPT_INDEX, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_IOERR_SHORT_READ, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR_WRITE, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_READONLY, False),
        (sqlite3.SQLITE_CANTOPEN, False),
    ],
)
def test_only_damage_is_a_reason_to_set_a_file_aside(code: int, damaged: bool) -> None:
    error = sqlite3.OperationalError("…")
    error.sqlite_errorcode = code
    assert is_damage(error) is damaged


def test_a_full_disk_does_not_cost_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "cache")

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("indexer.embedding_cache.sqlite3.connect", full)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            open_cache(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["cache"]
    cache, _ = open_cache(path)
    with closing(cache):
        assert len(cache.get("e5", keys(400))) == 400


# ── In a build ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_build_over_a_damaged_cache_says_so_and_embeds_again(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    layout = IndexLayout(tmp_path / "index")
    layout.cache.write_bytes(b"\x00" * layout.cache.stat().st_size)
    edit(tmp_path, more=article("Close an account", "Write to us.", locale="en"))
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.published, report.embedded, report.reused) == (True, 5, 0)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("cache-damaged", "warning")
    assert Path(finding.path).is_file() and Path(finding.path).parent == layout.root
    assert "was damaged" in finding.message and finding.remedy
    assert ids(layout.root, "account")[0] == "more"
    edit(tmp_path, more=article("Close an account", "Call us.", locale="en"))
    again = index_again(tmp_path, **ONE_VIEW)
    assert (again.embedded, again.findings) == (1, ())


def test_a_missing_cache_costs_only_time(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    IndexLayout(tmp_path / "index").cache.unlink()
    assert not index_again(tmp_path, **ONE_VIEW).published
    edit(tmp_path, more=article("Close an account", "Write to us.", locale="en"))
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.embedded, report.findings) == (5, ())


def test_a_build_that_fails_keeps_what_it_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class TiresOfTheThird(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if texts[0].startswith("Your invoice"):  # the third longest
                raise RuntimeError("tired")
            return super().embed_passages(texts)

    monkeypatch.setattr("indexer.embed._SLICE_BYTES", 1)  # so that every text is a slice of its own
    with pytest.raises(RuntimeError, match="tired"):
        index_files(tmp_path, FILES, TiresOfTheThird(), **ONE_VIEW)
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.reused, report.embedded) == (2, 2)


def test_texts_are_embedded_longest_first_whatever_their_files_are_called(tmp_path: Path) -> None:
    class Listening(FakeEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[str] = []

        def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
            self.heard += texts
            return super().embed_passages(texts)

    long, middle, short = (article(f"T{n}", "word " * n, locale="en") for n in (30, 20, 10))
    one, two = Listening(), Listening()
    index_files(tmp_path / "one", {"a.md": short, "b.md": long, "c.md": middle}, one, **ONE_VIEW)
    index_files(tmp_path / "two", {"a.md": middle, "b.md": short, "c.md": long}, two, **ONE_VIEW)
    assert one.heard == two.heard
    assert [text.split()[0] for text in one.heard] == ["T30", "T20", "T10"]
