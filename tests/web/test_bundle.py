"""The search box as one script: its size, and that its parts fit together."""

import gzip
import json
import re
from pathlib import Path

import pytest

from kb_search.web import bundle
from kb_search.web.bundle import bundled_words, client_script, widget_script

FOLDER = Path(bundle.__file__).parent / "widget"
FILES = sorted(FOLDER.glob("*.js"))
PROMISED = 15_000


def test_it_is_as_small_as_promised() -> None:
    assert len(gzip.compress(widget_script().encode(), 9)) <= PROMISED


def test_it_leaves_no_name_behind_and_imports_nothing() -> None:
    assert widget_script().startswith('(()=>{"use strict";')
    assert widget_script().endswith("})();\n")
    assert not re.search(r"\b(import|export)\b", widget_script())


def test_every_file_is_in_it_after_what_it_imports() -> None:
    names = list(bundle._MODULES)
    assert sorted(names) == [path.name for path in FILES]
    for number, name in enumerate(names):
        imported = re.findall(r'from "\./([a-z]+\.js)"', (FOLDER / name).read_text("utf-8"))
        assert set(imported) <= set(names[:number]), name


def test_no_name_is_used_by_two_files() -> None:
    names = [
        name
        for path in FILES
        for name in re.findall(r"^(?:export )?(?:const|function|class) (\w+)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "name", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "cookie ="]
)
def test_nothing_in_it_reads_html_or_keeps_anything(name: str) -> None:
    assert name not in widget_script()


def test_the_client_is_served_as_it_is_written() -> None:
    assert client_script() == (FOLDER / "client.js").read_text("utf-8")
    assert set(re.findall(r"^export class (\w+)", client_script(), re.MULTILINE)) == {"ApiError", "Client"}


@pytest.mark.parametrize("locale", ["fr", "tr"])
def test_every_language_has_every_word_and_the_same_places(locale: str) -> None:
    english, other = bundled_words()["en"], bundled_words()[locale]
    assert list(other) == list(english)
    for key, text in english.items():
        assert set(re.findall(r"{\w+}", other[key])) == set(re.findall(r"{\w+}", text)), key


def test_every_word_is_said_somewhere_and_every_word_that_is_said_is_there() -> None:
    # Keys are written where they are said, but for these, which a condition or a list chooses.
    said = set(re.findall(r'say\("(\w+)"', widget_script()))
    said |= {"count.one", "count.other", "comment", "missing", "move", "open", "close"}
    said |= {"refused", "failed", "offline", "busy", "begun", "popular", "start"}
    assert {f"widget.{key}" for key in said} == set(bundled_words()["en"])


def test_the_words_are_in_it_as_they_are() -> None:
    assert json.dumps(bundled_words()["tr"]["widget.label"], ensure_ascii=False) in widget_script()
