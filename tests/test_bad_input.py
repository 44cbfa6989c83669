"""One folder with everything that can be wrong in it: each is reported, and the good articles are found."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from kb_search.cli import main
from kb_search.index_format import IndexLayout
from tests.fakes import FakeEmbedder, article, searcher_for, write

GOOD = {
    "good/password.md": article("Reset your password", "Open the page and choose a new password.", locale="en"),
    "good/parcel.md": article("Track a parcel", "The carrier shows where the parcel is.", locale="en"),
    "good/facture.md": article("Votre facture", "Chaque facture est dans votre compte.", locale="fr"),
}
LEFT_OUT = {
    "bad/broken-yaml.md": "---\ntitle: [unclosed\naudience: public\n---\n\nText.\n",
    "bad/no-end.md": "---\ntitle: The front matter never ends\n\nText.\n",
    "later/second.md": article("Taken id", "The id is that of another article.", locale="en", id="good/parcel"),
    "bad/empty.md": "",
    "bad/blank.md": "\n\n  \n",
    "bad/null.md": "# Null\n\nA null \x00 character.\n",
    "bad/audience.md": article("For whom?", "An audience that no view knows.", locale="en", audience="martians"),
    "bad/locale.md": article("In what?", "A locale that is none.", locale="klingonish!"),
    "bad/id.md": article("Bad id", "It climbs out of the folder.", locale="en", id="../../etc/passwd"),
}
INDEXED_WITH_A_WARNING = {
    "odd/untitled.md": "---\naudience: public\nlocale: en\n---\n\nAn article without a title, about cancellation.\n",
    "odd/dangling.md": article("Orphan", "A translation of nothing.", locale="en", translation_of="good/nothing"),
    "odd/danish.md": article("Nulstil adgangskode", "Vælg en ny.", locale="da"),
    "odd/unknown-key.md": article("Colourful", "It has a key that is no field.", locale="en", colour="blue"),
    "odd/deep.md": article(
        "Deep", "> " * 500 + "deep quotation\n\n" + "".join(f"{'  ' * n}- n{n}\n" for n in range(200)), locale="en"
    ),
    "odd/no-text.md": article("Only a title", "", locale="en"),
}
ON_DISK = {
    "bad/not-utf8.md": "not-utf8",
    "bad/too-large.md": "too-large",
    "bad/dangling-link.md": "unreadable",
    "bad/loop.md": "unreadable",
    "bad/pipe.md": "not-a-file",
}


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work with the fake embedder, in a folder without settings, without waiting for the disk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr("kb_search.embedding.loading.load_for_indexing", lambda settings: FakeEmbedder())


@pytest.fixture
def everything() -> Path:
    """Make the folder."""
    folder = write(Path("articles"), {**GOOD, **LEFT_OUT, **INDEXED_WITH_A_WARNING})
    (folder / "bad/not-utf8.md").write_bytes("# Été\n\nLatin 1.\n".encode("latin-1"))
    with (folder / "bad/too-large.md").open("wb") as sparse:
        sparse.truncate(50_000_000)
    (folder / "bad/dangling-link.md").symlink_to("nowhere.md")
    (folder / "bad/loop.md").symlink_to("loop.md")
    os.mkfifo(folder / "bad/pipe.md")
    (folder / "odd/loop").symlink_to(folder.resolve(), target_is_directory=True)
    (folder / "odd/folder.md").mkdir()
    return folder


def reported(err: str) -> dict[str, tuple[str, str, str]]:
    """Read the findings: path → severity, code, and the message with its remedy."""
    lines = re.findall(r"^(error|warning) ([a-z0-9-]+): ([^:\n]+)(?::\d+)?: (.+)$", err, re.MULTILINE)
    return {path: (severity, code, text) for severity, code, path, text in lines}


def test_each_bad_file_is_reported_and_the_good_ones_are_found(
    everything: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", str(everything), "--index", "kb"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "Traceback" not in said.err
    findings = reported(said.err)
    for name in (*LEFT_OUT, *ON_DISK):
        severity, code, text = findings[f"articles/{name}"]
        assert severity == "error", name
        assert code == ON_DISK.get(name, code)
        assert all(text.partition(". ")), f"{name}: a reason and a remedy, not {text!r}"
    for name in (*INDEXED_WITH_A_WARNING, "odd/loop", "odd/folder.md"):
        assert findings[f"articles/{name}"][0] == "warning", name
    assert not [path for path in findings if "good/" in path]
    assert f"{len(LEFT_OUT) + len(ON_DISK)} left out" in said.err

    with searcher_for(Path("kb")) as searcher:
        for query, found in (("password", "good/password"), ("parcel", "good/parcel"), ("facture", "good/facture")):
            assert searcher.search(query).hits[0].id == found
        everyone = {hit.id for hit in searcher.search("", limit=100).hits}
    assert everyone == {name.removesuffix(".md") for name in (*GOOD, *INDEXED_WITH_A_WARNING)}


def test_a_good_index_survives_a_bad_day(everything: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(everything), "--index", "kb"]) == 1
    capsys.readouterr()
    for name in (*GOOD, *INDEXED_WITH_A_WARNING, "later/second.md"):  # whose id is free now
        (everything / name).unlink()
    assert main(["index", str(everything), "--index", "kb"]) == 1
    said = capsys.readouterr().err
    assert "There is not one article in articles." in said
    assert reported(said).keys() >= {f"articles/{name}" for name in LEFT_OUT if name != "later/second.md"}
    assert IndexLayout(Path("kb")).generation_names() == ["000001"]
    with searcher_for(Path("kb")) as searcher:
        assert searcher.search("password").hits[0].id == "good/password"


def test_a_folder_without_an_article_makes_no_index(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("articles"), {"notes.txt": "No article."})
    assert main(["index", "articles", "--index", "kb"]) == 1
    said = capsys.readouterr().err
    assert "There is not one article in articles. Looked for *.md" in said
    assert not IndexLayout(Path("kb")).current.exists()


@pytest.mark.parametrize("source", ["missing", "notes.txt"])
def test_what_is_no_source_is_refused_by_name(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes.txt").write_text("No article.")
    assert main(["index", source, "--index", "kb"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("kb-search: ") and source in said and said.count("\n") == 1
    assert not IndexLayout(Path("kb")).current.exists()


@pytest.mark.parametrize("index", ["articles/good/parcel.md", "articles/good/parcel.md/kb"])
def test_an_index_that_cannot_be_made_is_said_to_be_so(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("articles"), GOOD)
    assert main(["index", "articles", "--index", index]) == 1
    said = capsys.readouterr().err
    assert f"The index in {index} could not be written (" in said and "Traceback" not in said


@pytest.mark.parametrize(
    "name", ["weird name & more.md", "ünïcode/şifre.md", "a#b.md", "100%.md", "x" * 200 + ".md", "new\nline.md"]
)
def test_file_names_are_taken_as_they_are_or_refused_with_the_remedy(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path("articles"), {**GOOD, name: article("Odd name", "Its name is unusual, its text is zebra.", locale="en")})
    status = main(["index", "articles", "--index", "kb"])
    said = capsys.readouterr().err
    with searcher_for(Path("kb")) as searcher:
        found = [hit.title for hit in searcher.search("zebra", mode="keyword").hits]
    if status == 0:
        assert found == ["Odd name"] and "error" not in said
    else:
        assert status == 1 and found == [] and "error bad-id" in said and "Give it an id" in said


def test_a_name_that_is_no_text_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("articles"), GOOD)
    Path("articles", os.fsdecode(b"\xff\xfe.md")).write_text(article("Odd name", "Text.", locale="en"))
    assert main(["index", "articles", "--index", "kb"]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err
    with searcher_for(Path("kb")) as searcher:
        assert searcher.search("parcel").hits[0].id == "good/parcel"


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[embeding]\nmodel = 'x'\n", "embeding"),
        ("[chunking]\nmax_tokens = 'many'\n", "max_tokens"),
        ("[chunking]\nmax_tokens = 3\n", "chunking.max_tokens is 3"),
        ("not toml", "not valid TOML"),
    ],
)
def test_settings_that_cannot_be_read_are_a_usage_error(
    toml: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path("articles"), GOOD)
    Path("kb-search.toml").write_text(toml)
    assert main(["index", "articles", "--index", "kb"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and says in said.err and "Traceback" not in said.err
    assert not Path("kb").exists()
