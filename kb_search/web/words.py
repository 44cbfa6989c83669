"""The words of the pages: JSON files, one a locale, each merged over English, those of a site over ours."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError
from kb_search.text.locales import canonical, primary
from kb_search.web.site_words import PREFIX

SHIPPED = Path(__file__).parent / "strings"
FALLBACK = "en"
PLURALS = ("zero", "one", "two", "few", "many", "other")
"""What CLDR calls the kinds of plural; a language uses some of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """Locale → key → text. Every locale has every key, in English where nobody has written it."""

    by_locale: Mapping[str, Mapping[str, str]]

    def best(self, locale: str) -> str:
        """Name the locale whose words suit readers of `locale`: itself, its language, else English."""
        return next((tag for tag in (locale, primary(locale)) if tag in self.by_locale), FALLBACK)


def load_words(folder: str = "") -> Words:
    """Read our words and those of a site's `folder` over them.

    Words of the search box, which stand in the same files, are passed over. Raises ConfigError, naming file and key: a
    file that is no JSON object of texts, whose name is no locale, or that has a key or a {place} unknown here.
    """
    english = _read(SHIPPED / f"{FALLBACK}.json")
    found = {path.stem: {**english, **_read(path)} for path in sorted(SHIPPED.glob("*.json"))}
    for path in _files(folder):
        locale = _locale(path)
        given = {key: text for key, text in _read(path).items() if not key.startswith(PREFIX)}
        _check(path, given, english)
        found[locale] = {**found.get(locale, found.get(primary(locale), english)), **given}
    return Words(found)


def base_of(key: str) -> str:
    """Give the key of a plural: `topic.articles.few` → `topic.articles.other`, which all languages have."""
    stem, _, kind = key.rpartition(".")
    return f"{stem}.other" if kind in PLURALS else key


def _files(folder: str) -> list[Path]:
    if not folder:
        return []
    if not Path(folder).is_dir():
        raise ConfigError(f"site.strings is {folder!r}, which is no folder. Name a folder of files like fr.json.")
    return sorted(Path(folder).glob("*.json"))


def _locale(path: Path) -> str:
    try:
        return canonical(path.stem)
    except ConfigError:
        raise ConfigError(f"{path} is not named after a locale. Call it fr.json or pt-BR.json.") from None


def _read(path: Path) -> dict[str, str]:
    try:
        value: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON ({error}). Correct the file.") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} is not a JSON object. Write it as {{key: text}}.")
    for key, text in value.items():
        if not isinstance(text, str):
            raise ConfigError(f"{path}: {key!r} is {text!r}, not a text. Write it in quotes.")
    return value


def _check(path: Path, given: Mapping[str, str], english: Mapping[str, str]) -> None:
    for key, text in given.items():
        base = base_of(key)
        if base not in english:
            raise ConfigError(f"{path}: {key!r} is no word of the pages. kb_search/web/strings/en.json lists them.")
        unknown = _places(path, key, text) - _places(path, key, english[base])
        if unknown:
            raise ConfigError(f"{path}: {key!r} has {{{min(unknown)}}}, which the text in English has not. Remove it.")


def _places(path: Path, key: str, text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ConfigError(f"{path}: {key!r} is {text!r} ({error}). Write a brace twice.") from error
