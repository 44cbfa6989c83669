"""The words of the pages: JSON files, one a locale, each merged over English, those of a site over ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb_search.errors import ConfigError
from kb_search.text.locales import primary
from kb_search.web.word_files import PLURALS, WIDGET, check_places, files_of, read_words

SHIPPED = Path(__file__).parent / "strings"
FALLBACK = "en"
_OF_THE_BOX = (f"{WIDGET}label", f"{WIDGET}placeholder")
"""Words of the search box that pages write too, where a site has its own: it is a form until its script is there."""


@dataclass(frozen=True, slots=True)
class Words:
    """Locale → key → text. Every locale has every key, in English where nobody has written it."""

    by_locale: Mapping[str, Mapping[str, str]]

    def best(self, locale: str) -> str:
        """Name the locale whose words suit readers of `locale`: itself, its language, else English."""
        return next((tag for tag in (locale, primary(locale)) if tag in self.by_locale), FALLBACK)


def load_words(folder: str = "") -> Words:
    """Read our words and those of a site's `folder` over them.

    Words of the search box, which stand in the same files, are passed over but for two. Raises ConfigError, naming
    file and key: a file that is no JSON object of texts, whose name is no locale, or that has a key or a {place}
    unknown here.
    """
    english = read_words(SHIPPED / f"{FALLBACK}.json")
    found = {path.stem: {**english, **read_words(path)} for path in sorted(SHIPPED.glob("*.json"))}
    for locale, path in files_of(folder).items():
        read = read_words(path)
        given = {key: text for key, text in read.items() if not key.startswith(WIDGET)}
        _check(path, given, english)
        shared = {key: read[key] for key in _OF_THE_BOX if key in read}
        found[locale] = {**found.get(locale, found.get(primary(locale), english)), **given, **shared}
    return Words(found)


def base_of(key: str) -> str:
    """Give the key of a plural: `topic.articles.few` → `topic.articles.other`, which all languages have."""
    stem, _, kind = key.rpartition(".")
    return f"{stem}.other" if kind in PLURALS else key


def _check(path: Path, given: Mapping[str, str], english: Mapping[str, str]) -> None:
    for key, text in given.items():
        base = base_of(key)
        if base not in english:
            raise ConfigError(f"{path}: {key!r} is no word of the pages. kb_search/web/strings/en.json lists them.")
        check_places(path, key, text, english[base])
