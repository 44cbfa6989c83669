"""What cannot be used is reported with its reason, and costs nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.sources import NoArticles
from kb_search.config import Settings, Sources
from kb_search.errors import SourceError
from tests.indexer.conftest import Write
from tests.indexer.reading import ARTICLE, ids, read, reports


def test_every_bad_file_is_reported_and_the_rest_is_read(write: Write) -> None:
    write("empty.md", "")
    write("broken.md", "---\ntitle: a: b\n---\nx")
    write("latin.md", b"# Caf\xe9\n")
    write("utf16.md", "# T".encode("utf-16"))
    write("null.md", "# T\n\n\x00")
    write("audience.md", "---\naudience: partners\n---\n# T\n\nx")
    write("large.md", b"x" * 2_000_001)
    folder = write("good.md", ARTICLE)
    result = read(folder, settings=Settings(sources=Sources(max_file_mb=2)))
    assert ids(result) == ["good"]
    assert [(Path(f.path).name, f.code, f.message) for f in result.findings] == [
        ("audience.md", "bad-audience", "'audience' is 'partners', which no view knows; the article is left out."),
        (
            "broken.md",
            "bad-front-matter",
            "The front matter is not valid YAML at line 2, column 9: mapping values are not allowed in this context.",
        ),
        ("empty.md", "empty-file", "The file is empty."),
        ("large.md", "too-large", "The file has 2.0 MB, more than the 2 MB allowed."),
        ("latin.md", "not-utf8", "Byte 5 (0xe9) is not UTF-8."),
        ("null.md", "null-character", "The file holds a null character, the first after 5 characters."),
        ("utf16.md", "not-utf8", "Byte 0 (0xff) is not UTF-8. It looks like UTF-16."),
    ]
    assert all(finding.remedy for finding in result.findings)


def test_a_huge_file_is_not_read_into_memory(write: Write) -> None:
    folder = write("good.md", ARTICLE)
    with (folder / "huge.md").open("wb") as file:
        file.truncate(50_000_000_000)
    assert reports(read(folder), folder) == [("huge.md", "too-large")]


def test_pipes_and_dangling_links_are_reported_and_do_not_hang(write: Write) -> None:
    folder = write("good.md", ARTICLE)
    os.mkfifo(folder / "pipe.md")
    (folder / "dangling.md").symlink_to("nowhere.md")
    (folder / "loop.md").symlink_to("loop.md")
    assert reports(read(folder), folder) == [
        ("dangling.md", "unreadable"),
        ("loop.md", "unreadable"),
        ("pipe.md", "not-a-file"),
    ]


def test_a_file_without_permission_is_reported(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("secret.md", ARTICLE)
    folder = write("good.md", ARTICLE)
    open_file = Path.open

    def refuse(path: Path, mode: str) -> object:
        if path.name == "secret.md":
            raise PermissionError(13, "Permission denied")
        return open_file(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    result = read(folder)
    assert ids(result) == ["good"]
    assert result.findings[0].message == "The file cannot be read (Permission denied)."


def test_a_folder_with_the_name_of_an_article_is_read_and_reported(write: Write) -> None:
    folder = write("a.md/b.md", ARTICLE)
    result = read(folder)
    assert (ids(result), reports(result, folder)) == (["a.md/b"], [("a.md", "not-a-file")])


def test_a_link_to_a_folder_is_followed_once_whatever_its_name(write: Write, tmp_path: Path) -> None:
    folder = write("real/a.md", ARTICLE)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.md").write_text(ARTICLE)
    (outside / "back").symlink_to(folder)
    (folder / "again").symlink_to("real")
    (folder / "elsewhere").symlink_to(outside)
    (folder / "real/up").symlink_to("..")
    result = read(folder)
    assert ids(result) == ["elsewhere/b", "real/a"]
    assert reports(result, folder) == [
        ("again", "folder-seen"),
        ("elsewhere/back", "folder-seen"),
        ("real/up", "folder-seen"),
    ]


def test_a_folder_inside_another_source_is_read_once(write: Write) -> None:
    folder = write("fr/a.md", ARTICLE)
    result = read(folder, folder / "fr")
    assert (ids(result), reports(result, folder)) == (["fr/a"], [("fr", "folder-seen")])


def test_a_missing_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing does not exist"):
        read(tmp_path / "missing")
    with pytest.raises(SourceError, match=r"missing\.md does not exist"):
        read(tmp_path / "missing.md")


def test_a_file_of_another_kind_is_no_source(write: Write) -> None:
    folder = write("notes.txt", "x")
    with pytest.raises(SourceError, match=r"notes\.txt is not a source"):
        read(folder / "notes.txt")


def test_not_one_article_is_an_error_that_says_where_it_looked(write: Write) -> None:
    folder = write("a.md", "---\naudience: x\n---\n# T\n\ny")
    with pytest.raises(NoArticles) as caught:
        read(folder)
    assert str(caught.value) == (
        f"There is not one article in {folder}. Looked for *.md, *.markdown and corpus.jsonl; read 1 of them. First "
        f"error: {folder}/a.md: 'audience' is 'x', which no view knows; the article is left out. Choose from agent, "
        "internal, public, or add it to a view under [views]."
    )
    assert [finding.code for finding in caught.value.findings] == ["bad-audience"]


def test_a_file_name_that_is_no_text_can_be_printed(write: Write) -> None:
    folder = write("good.md", ARTICLE)
    with open(os.fsencode(folder) + b"/caf\xe9.md", "wb") as file:
        file.write(ARTICLE.encode())
    result = read(folder)
    assert ids(result) == ["caf\ufffd", "good"]
    assert [article.source.encode() for article in result.articles] == ["caf\ufffd.md".encode(), b"good.md"]
