import json
import re
from pathlib import Path

import pytest

from indexer.admonitions import KINDS
from kb_search.errors import ConfigError
from kb_search.filters import DATE_FIELDS, TEXT_FIELDS
from kb_search.web import words
from kb_search.web.words import SHIPPED, base_of, load_words

WEB = Path(words.__file__).parent
LOCALES = sorted(path.stem for path in SHIPPED.glob("*.json"))


def shipped(locale: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((SHIPPED / f"{locale}.json").read_text("utf-8"))
    return found


def site(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_the_same_keys_and_places(locale: str) -> None:
    english, other = shipped("en"), shipped(locale)
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert text.strip(), key
        assert set(re.findall(r"\{(\w*)\}", text)) == set(re.findall(r"\{(\w*)\}", english[key])), key


def test_french_and_turkish_are_shipped() -> None:
    assert LOCALES == ["en", "fr", "tr"]


def test_every_word_is_used() -> None:
    sources = [*(WEB / "templates").glob("*.html"), *WEB.glob("*.py"), *(WEB.parent / "service").glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    facets = {f"facet.{field}" for field in (*TEXT_FIELDS, *DATE_FIELDS)}
    labels = {f"label.{kind}" for kind in KINDS}
    unused = {
        key
        for key in shipped("en")
        if f'"{key}"' not in text
        and f'"{base_of(key).removesuffix(".other")}"' not in text
        and key not in facets | labels
    }
    assert unused == set()
    assert facets <= shipped("en").keys()


def test_words_of_a_site_go_over_ours_and_over_english(tmp_path: Path) -> None:
    site(tmp_path, "de.json", '{"home.title": "Wie können wir helfen?", "topic.articles.one": "{count} Artikel"}')
    site(tmp_path, "fr.json", '{"home.title": "Bonjour"}')
    found = load_words(str(tmp_path)).by_locale
    assert found["de"]["home.title"] == "Wie können wir helfen?"
    assert found["de"]["feedback.yes"] == "Yes"
    assert (found["fr"]["home.title"], found["fr"]["feedback.yes"]) == ("Bonjour", "Oui")


def test_a_region_builds_on_its_language_and_a_language_may_have_more_plurals(tmp_path: Path) -> None:
    site(tmp_path, "fr-CA.json", '{"contact.link": "Écrivez-nous"}')
    site(tmp_path, "pl.json", '{"topic.articles.few": "{count} artykuły"}')
    found = load_words(str(tmp_path))
    assert found.by_locale["fr-CA"]["feedback.yes"] == "Oui"
    assert found.by_locale["pl"]["topic.articles.few"] == "{count} artykuły"
    assert [found.best(tag) for tag in ("fr-CA", "fr-BE", "pl", "sv")] == ["fr-CA", "fr", "pl", "en"]


def test_words_of_the_search_box_are_not_for_the_pages(tmp_path: Path) -> None:
    found = load_words(site(tmp_path, "fr.json", '{"widget.none": "Rien"}'))
    assert "widget.none" not in found.by_locale["fr"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("fr.json", '{"home.titel": "x"}', "fr.json: 'home.titel' is no word of the pages"),
        ("fr.json", '{"home.title": 3}', "fr.json: 'home.title' is 3, not a text"),
        ("fr.json", '{"home.title": "{name}"}', "fr.json: 'home.title' has {name}"),
        ("fr.json", '{"home.title": "{"}', "fr.json: 'home.title' is '{'"),
        ("fr.json", "{", "fr.json cannot be read as JSON"),
        ("fr.json", "[]", "fr.json is not a JSON object"),
        ("french words.json", "{}", "is not named after a locale"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_words(site(tmp_path, name, text))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no folder"):
        load_words(str(tmp_path / "none"))
