"""Whatever happens to a file of an index is noticed when it is opened, said with its name, and can be undone."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from indexer.publish import rollback
from kb_search import open_searcher
from kb_search.assets import read_asset
from kb_search.cli import main
from kb_search.errors import IndexCorrupt, IndexIncompatible
from kb_search.index_format import FORMAT_VERSION, GenerationLayout, IndexLayout
from kb_search.manifest import Manifest, read_manifest
from kb_search.reading import read_article
from kb_search.text.analyzer import ANALYZER_VERSION
from tests.build import golden
from tests.build.small import FILES, ONE_VIEW, edit, ids, index_again, inodes, problems
from tests.fakes import FakeEmbedder, article, index_files, searcher_for, settings
from tests.pictures import SVG

pytestmark = pytest.mark.usefixtures("lazy_disk")


def replaced(path: Path, data: bytes) -> None:
    """Put other bytes under a name, as a bad copy does; links to the file keep the good ones."""
    path.unlink()
    path.write_bytes(data)


def flip(path: Path, at: int | None = None) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    replaced(path, bytes(data))


def truncate(path: Path) -> None:
    replaced(path, path.read_bytes()[:-1])


DAMAGES: list[Callable[[Path], None]] = [flip, truncate, Path.unlink]


def files_of(generation: GenerationLayout) -> list[Path]:
    return [generation.manifest, *(generation.folder / name for name in sorted(read_manifest(generation).files))]


@pytest.fixture
def two(tmp_path: Path) -> IndexLayout:
    """Make an index of two generations of one article each, with no file in common."""
    for number in (1, 2):
        index_files(
            tmp_path, {"a.md": article(f"Version {number}", f"Parcel number {number}.", locale="en")}, **ONE_VIEW
        )
    return IndexLayout(tmp_path / "index")


@pytest.fixture
def restored(two: IndexLayout, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Give a function that undoes all damage."""
    shutil.copytree(two.root, tmp_path / "good")

    def restore() -> None:
        shutil.rmtree(two.root)
        shutil.copytree(tmp_path / "good", two.root)

    yield restore


@pytest.mark.parametrize("damage", DAMAGES, ids=["flip", "truncate", "delete"])
def test_any_damage_to_any_file_is_refused_by_name(
    two: IndexLayout,
    restored: Callable[[], None],
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    live = two.generation("000002")
    paths = files_of(live)
    assert len(paths) > 12
    with searcher_for(two.root) as opened_before:
        for path in paths:
            damage(path)
            with pytest.raises(IndexCorrupt) as refused:
                searcher_for(two.root)
            assert str(path) in str(refused.value)
            assert "Nothing was deleted" in str(refused.value) and "kb-search rollback" in str(refused.value)
            assert main(["verify", "--index", str(two.root)]) == 1
            assert str(path) in capsys.readouterr().out
            assert opened_before.search("parcel").hits[0].title == "Version 2"
            assert rollback(two) == ("000002", "000001")
            with searcher_for(two.root) as after:
                assert after.search("parcel").hits[0].title == "Version 1"
            restored()
    assert main(["verify", "--index", str(two.root)]) == 0


def test_a_flipped_bit_anywhere_in_the_manifest_is_noticed(two: IndexLayout) -> None:
    generation = two.generation("000002")
    good = generation.manifest.read_bytes()
    for at in range(0, len(good), 5):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        generation.manifest.write_bytes(bad)
        with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
            read_manifest(generation)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\x00" * 99, b'{"format_version": "x"}', b'{"format_version": %d}' % FORMAT_VERSION],
)
def test_what_is_no_manifest_is_refused(two: IndexLayout, data: bytes) -> None:
    two.generation("000002").manifest.write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
        searcher_for(two.root)


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────────────


def rewrite(generation: GenerationLayout, **changes: object) -> None:
    """Write a manifest with other values, as a program of another version would: it is whole."""
    manifest: Manifest = msgspec.structs.replace(read_manifest(generation), **changes)
    generation.manifest.write_bytes(manifest.encode())


def test_another_format_is_refused_with_both_versions(two: IndexLayout) -> None:
    rewrite(two.generation("000002"), format_version=99)
    with pytest.raises(IndexIncompatible, match=f"has index format 99; .* reads format {FORMAT_VERSION}") as refused:
        searcher_for(two.root)
    assert f"kb-search index SOURCE --index {two.root}" in str(refused.value)


def test_another_format_need_not_look_like_this_one(two: IndexLayout) -> None:
    two.generation("000002").manifest.write_bytes(b'{"format_version": 99, "parts": [1, 2]}')
    with pytest.raises(IndexIncompatible, match=f"format {FORMAT_VERSION}"):
        searcher_for(two.root)


def test_another_analyzer_is_refused_with_both_versions(two: IndexLayout) -> None:
    rewrite(two.generation("000002"), analyzer_version=99)
    with pytest.raises(IndexIncompatible, match=f"version 99 of the analyzer, .* version {ANALYZER_VERSION}"):
        searcher_for(two.root)


def test_a_manifest_without_an_analyzer_version_is_damaged(two: IndexLayout) -> None:
    generation = two.generation("000002")
    values = msgspec.to_builtins(read_manifest(generation))
    del values["analyzer_version"], values["digest"]
    generation.manifest.write_bytes(msgspec.json.encode(values))
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
        searcher_for(two.root)


def test_an_old_manifest_with_new_files_is_refused(two: IndexLayout) -> None:
    old = read_manifest(two.generation("000001"))
    two.generation("000002").manifest.write_bytes(msgspec.structs.replace(old, generation="000002").encode())
    with pytest.raises(IndexCorrupt, match="articles"):
        searcher_for(two.root)


def test_a_generation_under_the_name_of_another_is_refused(two: IndexLayout) -> None:
    shutil.copytree(two.generation("000001").folder, two.generation("000009").folder)
    two.current.write_text("000009\n")
    with pytest.raises(IndexCorrupt, match="it is that of generation 000001"):
        searcher_for(two.root)


def test_a_format_that_changes_forces_a_build_from_nothing(two: IndexLayout, tmp_path: Path) -> None:
    rewrite(two.generation("000002"), format_version=99)
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.published, report.generation, report.embedded) == (True, "000003", 0)
    assert ids(two.root, "parcel") == ["a"]


# ── Building over damage ─────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_a_damaged_generation_is_linked(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    layout = IndexLayout(tmp_path / "index")
    flip(layout.generation("000001").view("public").vectors)
    report = index_again(tmp_path, **ONE_VIEW)  # the sources are as they were
    assert (report.published, report.generation, report.embedded) == (True, "000002", 0)
    old, new = (layout.generation(name) for name in ("000001", "000002"))
    assert set(inodes(old.folder).values()).isdisjoint(inodes(new.folder).values())
    assert ids(layout.root, "parcel")[0] == "parcel"
    assert {str(old.folder) in problem for problem in problems(layout.root)} == {True}


def test_damage_to_a_shared_part_is_found_in_every_generation_that_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, parcel=FILES["parcel.md"].replace("locale: en", "locale: en\nowner: shop"))
    index_again(tmp_path, **ONE_VIEW)
    layout = IndexLayout(tmp_path / "index")
    shared = layout.generation("000001").view("public").vectors
    with shared.open("r+b") as file:
        file.seek(30)
        file.write(b"\xff")
    assert main(["verify", "--index", str(layout.root)]) == 1
    out = capsys.readouterr().out
    assert "generation 000001: DAMAGED" in out and "generation 000002 (live): DAMAGED" in out
    assert main(["rollback", "--index", str(layout.root)]) == 2
    assert "no whole generation before 000002" in capsys.readouterr().err
    assert index_again(tmp_path, **ONE_VIEW).generation == "000003"
    assert ids(layout.root, "parcel")[0] == "parcel"


def test_a_file_that_does_not_belong_to_it_does_not_harm_a_generation(two: IndexLayout) -> None:
    (two.generation("000002").folder / "notes.txt").write_text("restored from tape")
    assert ids(two.root, "parcel") == ["a"]


# ── The golden index ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def golden_index(tmp_path: Path) -> Path:
    return golden.unpack(tmp_path / "golden")


def test_an_index_of_this_format_from_long_ago_answers(golden_index: Path) -> None:
    layout = IndexLayout(golden_index)
    manifest = read_manifest(layout.generation(layout.current_name()))
    assert manifest.format_version == FORMAT_VERSION
    if manifest.analyzer_version != ANALYZER_VERSION:
        with pytest.raises(IndexIncompatible, match=f"version {ANALYZER_VERSION}"):
            searcher_for(golden_index)
        return
    with open_searcher(golden_index, settings=settings(), embedder=FakeEmbedder()) as searcher:
        password = searcher.search("I forgot my password").hits[0]
        assert (password.id, password.locale, password.url) == ("en/password", "en", "/articles/en/password")
        parcel = searcher.search("mon colis", locale="fr").hits[0]
        assert (parcel.id, [other.id for other in parcel.translations]) == ("fr/colis", ["en/parcel"])
        assert searcher.search("parcel", filters={"updated": {"gte": "2026-01-01"}}).hits[0].updated == "2026-01-31"
        assert "tr/limit" not in [hit.id for hit in searcher.search("iade").hits]
        assert searcher.search("iade", view="agents").hits[0].id == "tr/limit"
        assert [hit.id for hit in searcher.search("Package", locale="en").hits[:2]] == ["en/parcel", "en/password"]
        public, agents = (searcher.snapshot.view(name).synonyms["en"] for name in ("public", "agents"))
        assert public.alternatives(["courier", "page"]) == [(0, 1, (("carrier",),))]
        assert agents.alternatives(["courier", "page"]) == [(0, 1, (("carrier",),)), (1, 2, (("screen",),))]
        page = read_article(searcher, "en/parcel", "public").html
        assert page.startswith("<p>The carrier shows where it is")
        assert '<a href="/articles/en/password#by-phone">password</a>' in page
        assert '<a href="/articles/tr/limit">carrier</a>' in read_article(searcher, "en/parcel", "agents").html
        (picture,) = re.findall(r'src="/assets/(.*?)" alt="A map" width="30" height="20"', page)
        assert read_asset(searcher, picture, "public").content == SVG


def test_reading_the_golden_index_writes_nothing_into_it(golden_index: Path) -> None:
    before = inodes(golden_index)
    with searcher_for(golden_index) as searcher:
        searcher.search("parcel")
    assert inodes(golden_index) == before


def test_a_read_only_index_opens(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    for path in (tmp_path / "index").rglob("*"):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    assert ids(tmp_path / "index", "parcel")[0] == "parcel"
    for path in (tmp_path / "index").rglob("*"):
        os.chmod(path, 0o755)
