from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from kb_search.config import Settings, Sources, View
from kb_search.errors import ConfigError
from tests.indexer.conftest import Write
from tests.indexer.reading import ARTICLE, ids, read, reports


def test_folders_are_read_at_any_depth_in_order_of_id(write: Write) -> None:
    for name in ("b.md", "a/z.markdown", "a/b/c.MD", "notes.txt", ".hidden.md", ".git/x.md", "node_modules/x.md"):
        folder = write(name, ARTICLE)
    result = read(folder)
    assert ids(result) == ["a/b/c", "a/z", "b"]
    assert [article.source for article in result.articles] == ["a/b/c.MD", "a/z.markdown", "b.md"]
    assert (result.files, result.findings) == (3, [])


def test_a_single_file_is_a_source(write: Write) -> None:
    folder = write("README.md", "# About us\n\nHello, this is the help of our shop.\n")
    result = read(folder / "README.md")
    assert [(article.id, article.title, article.locale) for article in result.articles] == [
        ("README", "About us", "en")
    ]


def test_several_sources_are_read_together(write: Write) -> None:
    write("one/a.md", ARTICLE)
    folder = write("two/b.md", ARTICLE)
    assert ids(read(folder / "two", folder / "one")) == ["a", "b"]


def test_the_language_of_a_text_is_identified(write: Write) -> None:
    write("a.md", "# Mot de passe oublié\n\nCliquez sur le lien pour réinitialiser votre mot de passe.")
    folder = write("b.md", "# Şifremi unuttum\n\nŞifrenizi sıfırlamak için bağlantıya tıklayın.")
    assert [article.locale for article in read(folder).articles] == ["fr", "tr"]


def test_the_result_does_not_depend_on_the_order_of_the_disk(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{folder}/{name}.md" for folder in "abc" for name in ("one", "two", "same")]
    for name in names:
        folder = write(name, ARTICLE if "same" not in name else ARTICLE.replace("title", "id: same\ntitle"))
    first = read(folder)
    shuffled = random.Random(7)
    listed = sorted(os.listdir(folder))

    def in_any_order(entries: Sequence[os.DirEntry[str]], key: object = None) -> list[os.DirEntry[str]]:
        return shuffled.sample(list(entries), len(list(entries)))

    assert listed == ["a", "b", "c"]
    monkeypatch.setattr("indexer.tree._entries", lambda path, *_: in_any_order(list(os.scandir(path))))
    assert read(folder) == first
    assert ids(first) == ["a/one", "a/two", "b/one", "b/two", "c/one", "c/two", "same"]


def test_the_digest_changes_with_a_byte_or_a_name_and_not_with_the_place(write: Write, tmp_path: Path) -> None:
    folder = write("a.md", ARTICLE)
    first = read(folder).digest
    folder.rename(tmp_path / "elsewhere")
    assert read(tmp_path / "elsewhere").digest == first
    (tmp_path / "elsewhere/a.md").write_text(ARTICLE + " ")
    assert read(tmp_path / "elsewhere").digest != first
    (tmp_path / "elsewhere/a.md").write_text(ARTICLE)
    (tmp_path / "elsewhere/a.md").rename(tmp_path / "elsewhere/b.md")
    assert read(tmp_path / "elsewhere").digest != first


def test_of_two_articles_with_one_id_the_first_by_path_is_kept(write: Write) -> None:
    write("b.md", "---\nid: same\ntitle: Second\nlocale: en\n---\nx")
    folder = write("a.md", "---\nid: same\ntitle: First\nlocale: en\n---\nx")
    result = read(folder)
    assert [article.title for article in result.articles] == ["First"]
    (finding,) = result.findings
    assert (finding.path, finding.code, finding.severity) == (f"{folder}/b.md", "duplicate-id", "error")
    assert finding.message == f"The id 'same' is that of {folder}/a.md too; {folder}/b.md is left out."


def test_a_readme_is_an_article_only_with_front_matter(write: Write) -> None:
    write("README.md", "# About this folder\n\nx")
    write("sub/Contributing.md", "# How to\n\nx")
    folder = write("sub/README.md", ARTICLE)
    result = read(folder)
    assert ids(result) == ["sub/README"]
    assert reports(result, folder) == [("README.md", "not-an-article"), ("sub/Contributing.md", "not-an-article")]


def test_an_unknown_key_is_reported_once_with_the_number_of_files(write: Write) -> None:
    write("a.md", "---\ntitle: T\nlocale: en\npage: 1\n---\nx")
    write("b.md", "---\ntitle: T\nlocale: en\npage: 2\ntag: x\n---\nx")
    folder = write("c.md", "---\ntitle: T\nlocale: en\npage: 3\n---\nx")
    result = read(folder)
    assert [(f.path, f.code, f.message, f.remedy, f.severity) for f in result.findings] == [
        (
            f"{folder}/a.md",
            "unknown-key",
            "The key 'page' is not a field (3 files, this one first).",
            "Nothing to do if it is meant; it is kept with the article.",
            "warning",
        ),
        (f"{folder}/b.md", "unknown-key", "The key 'tag' is not a field (1 file).", "Did you mean 'tags'?", "warning"),
    ]


def test_translations_of_nothing_themselves_and_each_other_are_reported(write: Write) -> None:
    targets = {"en": "", "fr": "en", "tr": "fr", "self": "self", "lost": "gone", "x": "z", "y": "x", "z": "y"}
    for name, target in targets.items():
        folder = write(f"{name}.md", f"---\ntitle: T\nlocale: en\ntranslation_of: {target}\n---\nx")
    result = read(folder)
    assert {article.id: article.translation_of for article in result.articles} == {
        "en": None,
        "fr": "en",
        "lost": "gone",
        "self": None,
        "tr": "fr",
        "x": "z",
        "y": "x",
        "z": "y",
    }
    assert [(Path(f.path).name, f.code, f.message) for f in result.findings] == [
        ("lost.md", "translation-missing", "The original 'gone' is not among the articles."),
        ("self.md", "translation-missing", "The article is a translation of itself."),
        (
            "x.md",
            "translation-circle",
            "Articles are translations of each other in a circle (x → z → y → x), so none of them is the original.",
        ),
    ]


def test_without_an_audience_an_article_is_internal_or_as_configured(write: Write) -> None:
    folder = write("a.md", "# T\n\nSome text.")
    assert read(folder).articles[0].audience == ("internal",)
    agent = Settings(sources=Sources(default_audience="agent"))
    assert read(folder, settings=agent).articles[0].audience == ("agent",)


def test_the_audiences_are_those_of_the_views(write: Write) -> None:
    folder = write("a.md", "---\naudience: partners\n---\n# T\n\nSome text.")
    settings = Settings(views={"all": View(audiences=("partners",))})
    assert read(folder, settings=settings).articles[0].audience == ("partners",)


def test_a_default_audience_that_no_view_knows_is_a_wrong_setting(write: Write) -> None:
    folder = write("a.md", ARTICLE)
    with pytest.raises(ConfigError, match="'everyone', which no view knows"):
        read(folder, settings=Settings(sources=Sources(default_audience="everyone")))


ROW = '{"_id": "q1", "title": "", "text": "How do I pay?", "lang": "en"}\n'


def test_a_folder_with_a_corpus_and_no_article_at_its_top_is_a_corpus(write: Write) -> None:
    write("corpus.jsonl", ROW)
    write("SOURCE.md", "# Where this is from\n\nx")
    folder = write("articles/a.md", ARTICLE)
    result = read(folder)
    assert [(article.id, article.title) for article in result.articles] == [("q1", "How do I pay?")]
    assert ids(read(folder / "articles")) == ["a"]


def test_a_folder_of_articles_may_hold_a_corpus(write: Write) -> None:
    write("corpus.jsonl", ROW)
    folder = write("a.md", ARTICLE)
    result = read(folder)
    assert (ids(result), reports(result, folder)) == (["a"], [("corpus.jsonl", "corpus-ignored")])


def test_the_keys_of_a_corpus_are_nobodys_misspelling(write: Write) -> None:
    folder = write("corpus.jsonl", ROW.replace('"lang"', '"group": 3, "lang"'))
    assert read(folder).findings == []
