"""Package descriptions → articles and queries, on stanzas that one can read."""

from __future__ import annotations

import bz2
import lzma
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import debian
from benchmarks.__main__ import main
from benchmarks.debian_queries import FEWEST, MOST, make_queries, shorten
from benchmarks.descriptions import Described, find_translations, parse, read_translations
from indexer.sources import read_sources
from kb_search.errors import ConfigError
from kb_search.evaluation.dataset import read_dataset
from tests.fakes import settings, write

ENGLISH = """\
Package: tea
Description-md5: 0123
Description-en: brews the user's tea
 Tea is brewed
 at 80 degrees.
 .
 This package contains the kettle driver for porcelain pots with several spouts.
 .
  * a list: of things

Package: cup
Description-en:
 Holds tea.

Package: ../up
Description-en: no name of a package
 Text.
"""
FRENCH = "Package: tea\nDescription-fr: prépare le thé\n Le thé infuse.\n"
TEA = Described(
    "tea",
    "en",
    "brews the user's tea",
    (
        "Tea is brewed\nat 80 degrees.",
        "This package contains the kettle driver for porcelain pots with several spouts.",
        " * a list: of things",
    ),
)


def mirror(folder: Path) -> list[Path]:
    (folder / "Translation-en.xz").write_bytes(lzma.compress(ENGLISH.encode()))
    (folder / "Translation-fr.bz2").write_bytes(bz2.compress(FRENCH.encode()))
    return [folder / "Translation-en.xz", folder / "Translation-fr.bz2"]


def test_a_stanza_is_read_as_it_is_written() -> None:
    assert list(parse(ENGLISH, "en")) == [TEA, Described("cup", "en", "", ("Holds tea.",))]
    assert list(parse(ENGLISH, "fr")) == []


def test_the_first_description_of_a_package_counts(tmp_path: Path) -> None:
    write(tmp_path, {"a_Translation-en": ENGLISH, "b_Translation-en": ENGLISH.replace("brews", "spills")})
    found = list(read_translations(find_translations(["en"], tmp_path)))
    assert [(one.package, one.synopsis) for one in found] == [("tea", "brews the user's tea"), ("cup", "")]
    write(tmp_path, {"descriptions": ENGLISH})
    with pytest.raises(ConfigError, match="is not called Translation-en"):
        list(read_translations([tmp_path / "descriptions"]))


def test_files_are_taken_in_order_of_locale(tmp_path: Path) -> None:
    names = ("z_i18n_Translation-en.lz4", "a_i18n_Translation-fr.lz4", "b_i18n_Translation-en", "a_Packages.lz4")
    write(tmp_path, dict.fromkeys(names, ""))
    assert [path.name for path in find_translations(["en", "fr"], tmp_path)] == [names[2], names[0], names[1]]


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "Translation-en.xz").write_bytes(b"no xz")
    with pytest.raises(ConfigError, match=r"Translation-en.xz cannot be read .*apt-get update"):
        list(read_translations([tmp_path / "Translation-en.xz"]))


def test_articles_are_written_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["debian", "--out", str(tmp_path / "out"), "--translations", *map(str, mirror(tmp_path))]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("3 articles (2 in 'en', 1 in 'fr') and 1 queries are in ")
    written = (tmp_path / "out/articles/en/tea/tea.md").read_text("utf-8")
    head = "---\ntitle: 'brews the user''s tea'\nlocale: en\naudience: [public]\n---\n\n"
    assert written == head + "Tea is brewed\nat 80 degrees.\n"
    read = read_sources([tmp_path / "out/articles"], settings())
    assert [(article.id, article.title) for article in read.articles] == [
        ("en/cup/cup", "cup"),
        ("en/tea/tea", "brews the user's tea"),
        ("fr/tea/tea", "prépare le thé"),
    ]
    assert not read.findings
    dataset = read_dataset(tmp_path / "out")
    assert set(dataset.grades["en-0000"]) <= {article.id for article in read.articles}
    assert main(arguments) == 2
    assert "is not empty" in capsys.readouterr().err


def test_without_descriptions_it_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "find_translations", lambda locales: [])
    assert main(["debian", "--out", str(tmp_path / "out")]) == 0
    assert "apt-get update -o Acquire::Languages=en,fr" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def packages(number: int, locale: str = "en") -> list[Described]:
    shared = "This sentence is in every one of the descriptions here."
    return [
        Described(
            f"p{row}",
            locale,
            f"Tool number{row} for brewing green tea quickly",
            ("Same.", f"The kettle{row} whistles loudly whenever boiling water rises. {shared}"),
        )
        for row in range(number)
    ]


def test_queries_are_unique_repeatable_and_no_titles() -> None:
    described = [*packages(40), *packages(40, "fr")]
    queries = make_queries(described, 60)
    assert len(queries) == 60
    assert [one.locale for one in queries] == ["en", "fr"] * 30
    assert [one.kind for one in queries[::2]] == ["paragraph", "synopsis"] * 15
    texts = {one.text for one in queries}
    assert len(texts) == 60 and texts.isdisjoint(one.synopsis.lower() for one in described)
    assert all(FEWEST <= len(one.text.split()) <= MOST for one in queries)
    assert not any("sentence" in one.text for one in queries)  # what all of them say tells none from another
    assert make_queries(described, 60) == queries
    assert make_queries([], 10) == []
    assert len(make_queries(packages(3), 100)) <= 3


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("This package contains the kettle driver for porcelain pots.", ["kettle", "driver", "porcelain", "pots"]),
        ("Ce paquet contient le pilote de la bouilloire électrique.", ["pilote", "bouilloire", "électrique"]),
        ("Too short.", []),
        ("A packaged kettle boils water without supervision.", []),
    ],
)
def test_a_query_has_the_words_of_its_sentence_in_order(sentence: str, wanted: Sequence[str]) -> None:
    made = [shorten(sentence, random.Random(seed)).split() for seed in range(50)]
    assert any(made) is bool(wanted)
    for words in made:
        kept = [word for word in words if len(word) >= 4]
        assert kept == [word for word in wanted if word in words]
        assert not words or len(words) < len(sentence.split())
