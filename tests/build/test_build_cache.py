"""The build cache saves time and decides nothing: damaged, stale or gone, the index is the one made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from indexer import article as reading
from indexer import build, prepare
from indexer.build import build_index
from indexer.build_cache import BuildCache, Stamp, Words
from indexer.prepare import Prepared
from kb_search.index_format import IndexLayout
from kb_search.types import Article
from tests.build.editor import assert_equal
from tests.build.small import FILES, INVOICE, PARCEL, edit, index_again
from tests.fakes import FakeEmbedder, article, index_files, settings, write

pytestmark = pytest.mark.usefixtures("lazy_disk")

BOTH = {"public": {"audiences": ("public",)}, "staff": {"audiences": ("public", "agent")}}
A, B = b"a" * 32, b"b" * 32


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed."""
    files: list[str] = []
    read_page = reading.read_page

    def recording(text: str, path: str, defaults: reading.ReadDefaults) -> object:
        files.append(path)
        return read_page(text, path, defaults)

    monkeypatch.setattr("indexer.sources.read_page", recording)
    return files


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles that are cut and analysed."""
    ids: list[str] = []

    def recording(articles: dict[bytes, Article], *rest: object) -> dict[bytes, Prepared]:
        ids.extend(article.id for article in articles.values())
        return prepare.prepare(articles, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "prepare", recording)
    return ids


def assert_as_new(tmp_path: Path) -> None:
    build_index([tmp_path / "source"], tmp_path / "fresh", settings(views=BOTH), FakeEmbedder())
    assert_equal(tmp_path / "index", tmp_path / "fresh", [])


def cache_of(tmp_path: Path) -> Path:
    return IndexLayout(tmp_path / "index").build_cache


# ── What it saves ────────────────────────────────────────────────────────────────────────────────────────


def test_only_what_changed_is_parsed_and_analysed(tmp_path: Path, read: list[str], analysed: list[str]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    assert (sorted(read), sorted(analysed)) == (sorted(FILES), ["invoice", "parcel", "password"])
    read.clear()
    analysed.clear()
    edit(tmp_path, invoice=INVOICE.replace("takes a day", "takes a week"))
    index_again(tmp_path, views=BOTH)
    assert (read, analysed) == (["invoice.md"], ["invoice"])
    assert_as_new(tmp_path)


def test_a_line_of_a_corpus_is_cut_and_analysed_alone(tmp_path: Path, analysed: list[str]) -> None:
    lines = [f'{{"_id": "{n}", "title": "Title {n}", "text": "Text {n}", "audience": "public"}}' for n in range(3)]
    index_files(tmp_path, {"corpus.jsonl": "\n".join(lines)}, views=BOTH)
    analysed.clear()
    lines[1] = lines[1].replace("Text 1", "Another text")
    write(tmp_path / "source", {"corpus.jsonl": "\n".join(lines)})
    assert index_again(tmp_path, views=BOTH).embedded == 1
    assert analysed == ["1"]
    assert_as_new(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"sources__locales": ["fr", "en"]}, {"chunking__max_tokens": 64}, {"sources__default_audience": "public"}],
    ids=["locales", "length of chunks", "audience"],
)
def test_other_rules_recall_nothing(tmp_path: Path, analysed: list[str], change: dict[str, Any]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    analysed.clear()
    index_again(tmp_path, views=BOTH, **change)
    assert len(analysed) == 3


def test_neither_does_another_model_or_a_full_build(tmp_path: Path, analysed: list[str]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    index_again(tmp_path, embedder=FakeEmbedder("others"), views=BOTH)
    index_again(tmp_path, full=True, views=BOTH)
    assert len(analysed) == 9


def test_neither_does_other_code(tmp_path: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    analysed.clear()
    monkeypatch.setattr(build, "code_digest", lambda: b"another parser")
    edit(tmp_path, parcel=PARCEL.replace("Track", "Follow"))
    index_again(tmp_path, views=BOTH)
    assert len(analysed) == 3


def test_a_renamed_setting_of_views_alone_keeps_what_was_read(tmp_path: Path, analysed: list[str]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    analysed.clear()
    index_again(tmp_path, views={**BOTH, "everybody": BOTH["staff"]})
    assert analysed == []


# ── What cannot be relied on ─────────────────────────────────────────────────────────────────────────────


def spoil(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        assert database.execute(sql).rowcount > 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE words SET terms = 'wrong'",
        "UPDATE words SET forms = 'wrong'",
        "DELETE FROM words",
        "UPDATE outlines SET outline = outline || x'00'",
        "DELETE FROM outlines WHERE rowid = 2",
        "UPDATE contents SET keys = zeroblob(length(keys))",
        "DELETE FROM contents",
        "UPDATE files SET digest = zeroblob(32)",
    ],
)
def test_a_row_that_is_wrong_or_gone_costs_only_time(tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.listing.RESTED", -(1 << 62))  # trust every stamp
    index_files(tmp_path, FILES, views=BOTH)
    spoil(cache_of(tmp_path), sql)
    edit(tmp_path, invoice=INVOICE + "\n\nAsk for a copy.\n")
    assert index_again(tmp_path, views=BOTH).published
    assert_as_new(tmp_path)


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    path = cache_of(tmp_path)
    path.write_bytes(b"\x00" * path.stat().st_size)
    edit(tmp_path, parcel=PARCEL.replace("Track", "Follow"))
    (finding,) = index_again(tmp_path, views=BOTH).findings
    assert (finding.code, finding.severity) == ("cache-damaged", "warning")
    assert "build cache" in finding.message and Path(finding.path).is_file()
    assert_as_new(tmp_path)
    assert index_again(tmp_path, views=BOTH).findings == ()


def test_damage_that_shows_when_it_is_read_is_said_too(tmp_path: Path) -> None:
    index_files(tmp_path, {f"{n}.md": article(f"Page {n}", "word " * 200, locale="en") for n in range(60)}, views=BOTH)
    path = cache_of(tmp_path)
    size = path.stat().st_size
    with path.open("r+b") as file:  # all but the schema
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    edit(tmp_path, parcel=PARCEL)
    (finding,) = index_again(tmp_path, views=BOTH).findings
    assert finding.code == "cache-damaged"
    assert_as_new(tmp_path)


@pytest.mark.parametrize("lost", [lambda layout: layout.build_cache, lambda layout: layout.cache])
def test_a_missing_file_costs_only_time(tmp_path: Path, lost: Callable[[IndexLayout], Path]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    lost(IndexLayout(tmp_path / "index")).unlink()
    assert not index_again(tmp_path, views=BOTH).published
    edit(tmp_path, parcel=PARCEL.replace("Track", "Follow"))
    index_again(tmp_path, views=BOTH)
    assert_as_new(tmp_path)


def test_after_a_rollback_nothing_is_taken_from_the_generation_that_was_left(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    edit(tmp_path, parcel=PARCEL.replace("Track", "Follow"), more=article("More", "Text.", locale="en"))
    index_again(tmp_path, views=BOTH)
    IndexLayout(tmp_path / "index").current.write_text("000001\n")
    assert index_again(tmp_path, views=BOTH).published
    assert_as_new(tmp_path)


def test_a_build_that_fails_leaves_nothing_that_misleads_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    edit(tmp_path, parcel=PARCEL.replace("Track", "Follow"), more=article("More", "Text.", locale="en"))
    with monkeypatch.context() as patch:
        patch.setattr(build, "publish", lambda *_: pytest.fail("the end"))
        with pytest.raises(pytest.fail.Exception):
            index_again(tmp_path, views=BOTH)
    (tmp_path / "source" / "more.md").unlink()
    index_again(tmp_path, views=BOTH)
    assert_as_new(tmp_path)


# ── The file itself ──────────────────────────────────────────────────────────────────────────────────────


def test_it_gives_back_what_it_was_given_once_committed(tmp_path: Path) -> None:
    files = {"/a\udcff.md": (Stamp(1, 2, 3, 4), "ab" * 32)}
    with closing(BuildCache(tmp_path / "cache")) as cache:
        cache.put_files(files)
        cache.put_outlines([(A, b"outline")])
        cache.put_words({A: Words("terms", "forms")})
        cache.put_contents("file", A + B)
        cache.commit()
        cache.put_outlines([(B, b"forgotten")])
    with closing(BuildCache(tmp_path / "cache")) as cache:
        assert cache.files() == files
        assert list(cache.outlines()) == [(A, b"outline")]
        assert cache.words([A, B]) == {A: Words("terms", "forms")}
        assert (cache.contents("file"), cache.contents("other")) == (A + B, None)
        cache.forget_files(files)
        assert cache.files() == {}


def test_what_is_not_used_is_dropped_after_as_many_generations_as_are_kept(tmp_path: Path) -> None:
    with closing(BuildCache(tmp_path / "cache")) as cache:
        cache.put_outlines([(A, b"a"), (B, b"b")])
        left = []
        for generation, used in enumerate(({A, B}, {A}, {A}, {A}, {A}), 1):
            cache.retire({"outlines": used}, generation, keep=2)
            left.append(sorted(key for key, _ in cache.outlines({A, B})))
        assert left == [[A, B], [A, B], [A, B], [A], [A]]


def test_what_is_used_again_is_kept(tmp_path: Path) -> None:
    with closing(BuildCache(tmp_path / "cache")) as cache:
        cache.put_outlines([(A, b"a")])
        for generation, used in enumerate((set(), {A}, {A}, {A}), 1):
            cache.retire({"outlines": used}, generation, keep=2)
        assert [key for key, _ in cache.outlines()] == [A]


def test_what_files_held_is_dropped_too(tmp_path: Path) -> None:
    with closing(BuildCache(tmp_path / "build.sqlite")) as cache:
        for generation in range(1, 6):
            cache.put_contents(f"file {generation}", A)
            cache.retire({"contents": {f"file {generation}"}}, generation, keep=2)
        held = [generation for generation in range(1, 6) if cache.contents(f"file {generation}")]
    assert held == [3, 4, 5]  # generation 4, which is kept, was the first without the third


def test_an_outline_of_another_version_is_made_anew(tmp_path: Path, analysed: list[str]) -> None:
    index_files(tmp_path, FILES, views=BOTH)
    with closing(BuildCache(tmp_path / "index" / "build.sqlite")) as cache:
        keys = [key for key, _ in cache.outlines()]
        cache.put_outlines((key, b"\x92\x01\x02") for key in keys)
        cache.commit()
    edit(tmp_path, parcel=PARCEL.replace("parcel", "package"))
    analysed.clear()
    index_again(tmp_path, views=BOTH)
    assert len(analysed) == len(FILES)
    assert_as_new(tmp_path)


def test_a_file_that_is_named_twice_gives_two_articles(tmp_path: Path) -> None:
    write(tmp_path / "source", {"en/a.md": article("Parcel", "Track it.")})
    sources = [tmp_path / "source", tmp_path / "source" / "en" / "a.md"]
    for _ in range(2):
        report = build_index(sources, tmp_path / "index", settings(views=BOTH), FakeEmbedder())
        assert (report.articles, report.chunks) == (2, 2)
        write(tmp_path / "source", {"en/b.md": article("Refund", "Wait.")})
        sources = [tmp_path / "source" / "en" / "a.md", tmp_path / "source" / "en" / "b.md"]


def test_many_words_are_found_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = {bytes([n]) * 32: Words(f"terms {n}", "") for n in range(9)}
    with closing(BuildCache(tmp_path / "cache")) as cache:
        cache.put_words(words)
        assert cache.words(list(words)) == words
        monkeypatch.setattr("indexer.build_cache._MANY", 2)
        assert cache.words(list(words)) == words
