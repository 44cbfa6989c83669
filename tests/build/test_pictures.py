"""Pictures go into a generation with the articles that show them, once each, and what is wrong with one is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import pictures
from indexer.build import build_index
from indexer.report import BuildReport
from indexer.sources import read_sources
from kb_search.index_format import GenerationLayout, IndexLayout
from kb_search.manifest import open_manifest
from kb_search.reading import read_article
from tests.build.small import ONE_VIEW, index_again, problems
from tests.fakes import FakeEmbedder, article, searcher_for, settings, write
from tests.pictures import png

pytestmark = pytest.mark.usefixtures("lazy_disk")

FILES = {
    "a.md": article("A", "![one](pictures/one.png)\n\n![two](pictures/two.png)", locale="en"),
    "b/b.md": article("B", "![one](../pictures/one.png) ![copy](copy.png)", locale="en"),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = write(tmp_path / "source", FILES)
    put(folder, "pictures/one.png", png(shade=1))
    put(folder, "pictures/two.png", png(shade=2))
    put(folder, "b/copy.png", png(shade=1))
    put(folder, "unused.png", png(shade=9))
    return folder


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def live(tmp_path: Path) -> GenerationLayout:
    layout = IndexLayout(tmp_path / "index")
    return layout.generation(layout.current_name())


def assets(tmp_path: Path) -> set[bytes]:
    folder = live(tmp_path).assets
    return {path.read_bytes() for path in folder.iterdir()} if folder.exists() else set()


def wrong(report: BuildReport, tmp_path: Path) -> list[tuple[str, str, int | None]]:
    """Findings about pictures: file inside the sources, code, line."""
    codes = {"broken-picture", "picture-outside", "not-a-picture", "too-large", "unreadable", "not-a-file"}
    found = [finding for finding in report.findings if finding.code in codes]
    assert all(finding.severity == "warning" for finding in found)
    source = tmp_path / "source"
    return [(os.path.relpath(os.path.abspath(finding.path), source), finding.code, finding.line) for finding in found]


def test_pictures_that_are_shown_are_kept_once_each(source: Path, tmp_path: Path) -> None:
    index_again(tmp_path, **ONE_VIEW)
    assert assets(tmp_path) == {png(shade=1), png(shade=2)}
    assert len(list(live(tmp_path).assets.iterdir())) == 2
    named = {path.relative_to(live(tmp_path).folder).as_posix() for path in live(tmp_path).assets.iterdir()}
    assert named <= set(open_manifest(live(tmp_path)).files)


def test_a_picture_that_was_damaged_is_noticed(source: Path, tmp_path: Path) -> None:
    index_again(tmp_path, **ONE_VIEW)
    next(live(tmp_path).assets.iterdir()).write_bytes(b"x")
    assert len(problems(tmp_path / "index")) == 1
    index_again(tmp_path, **ONE_VIEW)
    assert assets(tmp_path) == {png(shade=1), png(shade=2)}


def test_without_pictures_there_is_no_folder(tmp_path: Path) -> None:
    write(tmp_path / "source", {"a.md": article("A", "x", locale="en")})
    index_again(tmp_path, **ONE_VIEW)
    assert not live(tmp_path).assets.exists()


def test_a_changed_picture_is_a_new_generation_although_no_article_changed(source: Path, tmp_path: Path) -> None:
    index_again(tmp_path, **ONE_VIEW)
    assert not index_again(tmp_path, **ONE_VIEW).published
    put(source, "pictures/two.png", png(4, 4))
    embedder = FakeEmbedder()
    report = index_again(tmp_path, embedder=embedder, **ONE_VIEW)
    assert (report.published, embedder.passages) == (True, 0)
    assert assets(tmp_path) == {png(shade=1), png(4, 4)}
    with searcher_for(tmp_path / "index") as searcher:
        assert 'width="4" height="4"' in read_article(searcher, "a", "public").html
    assert not index_again(tmp_path, **ONE_VIEW).published


def test_a_picture_that_nobody_shows_changes_nothing(source: Path, tmp_path: Path) -> None:
    index_again(tmp_path, **ONE_VIEW)
    put(source, "unused.png", png(5, 5))
    os.utime(source / "pictures" / "one.png", (1, 1))
    assert not index_again(tmp_path, **ONE_VIEW).published


def test_a_picture_that_comes_goes_or_moves_is_noticed(source: Path, tmp_path: Path) -> None:
    (source / "pictures" / "two.png").unlink()
    assert wrong(index_again(tmp_path, **ONE_VIEW), tmp_path) == [("a.md", "broken-picture", 9)]
    put(source, "pictures/two.png", png(shade=2))
    assert wrong(index_again(tmp_path, **ONE_VIEW), tmp_path) == []
    (source / "pictures").rename(source / "images")
    report = index_again(tmp_path, **ONE_VIEW)
    assert len(wrong(report, tmp_path)) == 3
    assert assets(tmp_path) == {png(shade=1)}
    assert wrong(index_again(tmp_path, **ONE_VIEW), tmp_path) == wrong(report, tmp_path)  # said again, nothing built


def test_an_unchanged_picture_is_linked_and_not_read(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.listing.RESTED", -(10**12))
    index_again(tmp_path, **ONE_VIEW)
    before = {path.name: path.stat().st_ino for path in live(tmp_path).assets.iterdir()}
    write(source, {"b/b.md": FILES["b/b.md"] + "\nMore.\n"})
    monkeypatch.setattr(pictures, "read_bytes", None)
    assert index_again(tmp_path, **ONE_VIEW).published
    assert {path.name: path.stat().st_ino for path in live(tmp_path).assets.iterdir()} == before


def test_a_picture_that_changes_while_it_is_built_is_taken_as_it_is(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pictures = pictures.write_pictures

    def later(*arguments: object) -> object:
        put(source, "pictures/two.png", png(6, 6))
        put(source, "b/copy.png", b"no longer a picture")
        (source / "pictures" / "one.png").unlink()
        return write_pictures(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("indexer.generation.write_pictures", later)
    index_again(tmp_path, **ONE_VIEW)
    assert assets(tmp_path) == {png(6, 6)}
    with searcher_for(tmp_path / "index") as searcher:
        assert "<img" not in read_article(searcher, "b/b", "public").html
    monkeypatch.undo()
    report = index_again(tmp_path, **ONE_VIEW)  # says what is wrong now
    assert [code for _, code, _ in wrong(report, tmp_path)] == ["broken-picture", "broken-picture", "not-a-picture"]
    assert not index_again(tmp_path, **ONE_VIEW).published


def test_what_is_no_picture_is_said_file_by_file(source: Path, tmp_path: Path) -> None:
    names = "text.png notes.txt large.png folder.png gone.png gone.png?raw=1 %00.png".split()
    names.append("x" * 300 + ".png")
    links = "\n".join(f"![x]({name})" for name in (*names, "text.png"))
    write(source, {"a.md": article("A", links, locale="en"), "b/b.md": article("B", "![x](../text.png)", locale="en")})
    put(source, "text.png", b"only text")
    put(source, "notes.txt", png())
    put(source, "large.png", png() + b"x" * 2_000)
    (source / "folder.png").mkdir()
    report = index_again(tmp_path, sources__max_file_mb=0.002, **ONE_VIEW)
    assert wrong(report, tmp_path) == [
        ("a.md", "broken-picture", 11),
        ("a.md", "broken-picture", 13),
        ("a.md", "broken-picture", 14),
        ("folder.png", "not-a-file", None),
        ("large.png", "too-large", None),
        ("notes.txt", "not-a-picture", None),
        ("text.png", "not-a-picture", None),
    ]
    assert assets(tmp_path) == set()
    assert index_again(tmp_path, sources__max_file_mb=1, **ONE_VIEW).published
    assert len(assets(tmp_path)) == 1


def test_nothing_outside_the_source_is_published(tmp_path: Path) -> None:
    put(tmp_path, "secret.png", png(shade=5))
    put(tmp_path, "source-not/near.png", png(shade=6))
    put(tmp_path, "source/inside.png", png(shade=7))
    absolute = tmp_path / "secret.png"
    names = [
        "../secret.png",
        "../source-not/near.png",
        "link.png",
        "out/secret.png",
        str(absolute),
        f"file://{absolute}",
    ]
    names += ["%2e%2e/secret.png", "x/../../secret.png", "within.png"]
    text = article("A", "\n".join(f"![x]({name})" for name in names), locale="en")
    source = write(tmp_path / "source", {"a.md": text})
    (source / "link.png").symlink_to(absolute)
    (source / "out").symlink_to(tmp_path)
    (source / "within.png").symlink_to(source / "inside.png")
    report = index_again(tmp_path, **ONE_VIEW)
    outside = [line for _, code, line in wrong(report, tmp_path) if code == "picture-outside"]
    assert outside == [7, 8, 9, 10, 14]  # two of them are written in two ways
    assert assets(tmp_path) == {png(shade=7)}
    (source / "within.png").unlink()
    (source / "within.png").symlink_to(absolute)
    assert len(wrong(index_again(tmp_path, **ONE_VIEW), tmp_path)) == 6
    assert assets(tmp_path) == set()


def test_a_file_that_was_named_by_itself_shows_what_lies_beside_it(source: Path, tmp_path: Path) -> None:
    build_index([source / "a.md", source / "b" / "b.md"], tmp_path / "index", settings(**ONE_VIEW), FakeEmbedder())
    assert assets(tmp_path) == {png(shade=1), png(shade=2)}
    with searcher_for(tmp_path / "index") as searcher:
        assert read_article(searcher, "b", "public").html.count("<img") == 1  # not the one above its folder


def test_reading_and_linting_say_the_same(source: Path) -> None:
    (source / "b" / "copy.png").write_bytes(b"no picture")
    (source / "pictures" / "two.png").unlink()
    found = read_sources([source], settings()).findings
    assert [(Path(finding.path).name, finding.code) for finding in found] == [
        ("a.md", "broken-picture"),
        ("copy.png", "not-a-picture"),
    ]
