"""Words of the search box that a site adds or replaces."""

import json
from pathlib import Path

import pytest

from kb_search.errors import ConfigError
from kb_search.web.site_words import load_site_words, widget_keys


def site(folder: Path, **files: object) -> str:
    for name, words in files.items():
        (folder / f"{name.replace('_', '-')}.json").write_text(json.dumps(words), "utf-8")
    return str(folder)


def test_without_a_folder_there_are_ours() -> None:
    words = load_site_words("")
    assert words.of("fr-CA")["widget.yes"] == "Oui"
    assert words.of("it") == {}


def test_a_site_adds_a_language_and_replaces_words(tmp_path: Path) -> None:
    words = load_site_words(site(tmp_path, it={"widget.yes": "Sì"}, fr={"widget.yes": "Ouais", "home.title": "Salut"}))
    assert words.of("it") == {"widget.yes": "Sì"}
    assert words.of("it-CH") == {"widget.yes": "Sì"}
    assert (words.of("fr")["widget.yes"], words.of("fr")["widget.no"]) == ("Ouais", "Non")
    assert "home.title" not in words.of("fr"), "words of the pages are not the box's"


def test_a_region_goes_before_its_language(tmp_path: Path) -> None:
    words = load_site_words(site(tmp_path, pt={"widget.yes": "Sim"}, pt_BR={"widget.no": "Não"}))
    assert words.of("pt-BR") == {"widget.yes": "Sim", "widget.no": "Não"}


def test_every_plural_can_be_given() -> None:
    assert {"widget.count.one", "widget.count.few", "widget.count.other", "widget.label"} <= widget_keys()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"widget.yess": "Sì"}, "'widget.yess' is no word of the search box"),
        ({"widget.yes": 1}, "'widget.yes' is 1, not a text"),
        ({"widget.none": "Niente per {text}"}, "has {text}"),
        ({"widget.none": "Niente per {query"}, "Write a brace twice"),
        ([], "is not a JSON object"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, words: object, said: str) -> None:
    with pytest.raises(ConfigError, match=r"it\.json.*") as error:
        load_site_words(site(tmp_path, it=words))
    assert said in str(error.value)


def test_a_file_must_be_named_after_a_locale(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not named after a locale"):
        load_site_words(site(tmp_path, italiano={}))


def test_a_folder_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="which is no folder"):
        load_site_words(str(tmp_path / "none"))
