"""The words of the search box that a site adds or replaces: the keys `widget.…` of its files, one file a locale."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError
from kb_search.text.locales import canonical, primary
from kb_search.web.bundle import bundled_words

PREFIX = "widget."
_PLURALS = ("zero", "one", "two", "few", "many", "other")
"""What CLDR calls the kinds of plural; a language uses some of them."""


def widget_keys() -> frozenset[str]:
    """List every key that the search box has a word for, with all plurals that a language may want."""
    english = bundled_words()["en"]
    counted = {key.removesuffix("other") for key in english if key.endswith(".other")}
    return frozenset(english) | {stem + kind for stem in counted for kind in _PLURALS}


@dataclass(frozen=True, slots=True)
class SiteWords:
    """Locale → key → text, of a site's own files."""

    by_locale: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, locale: str) -> dict[str, str]:
        """Give the words for readers of a locale, those of its language first; empty where there are none."""
        found: dict[str, str] = {}
        for tag in (primary(locale), locale):
            found |= bundled_words().get(tag, {}) | dict(self.by_locale.get(tag, {}))
        return found


def load_site_words(folder: str) -> SiteWords:
    """Read the words of a site; "" is no folder. Raises ConfigError, naming file and key: see `_checked`."""
    if not folder:
        return SiteWords()
    if not Path(folder).is_dir():
        raise ConfigError(f"site.strings is {folder!r}, which is no folder. Name a folder of files like fr.json.")
    return SiteWords({_locale(path): _checked(path) for path in sorted(Path(folder).glob("*.json"))})


def _locale(path: Path) -> str:
    try:
        return canonical(path.stem)
    except ConfigError:
        raise ConfigError(f"{path} is not named after a locale. Call it fr.json or pt-BR.json.") from None


def _checked(path: Path) -> dict[str, str]:
    """Read the keys `widget.…` of one file; others are the pages'. Unknown keys and places are refused."""
    try:
        value: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as JSON ({error}). Correct the file.") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} is not a JSON object. Write it as {{key: text}}.")
    english, known = bundled_words()["en"], widget_keys()
    given = {key: text for key, text in value.items() if key.startswith(PREFIX)}
    for key, text in given.items():
        if key not in known:
            raise ConfigError(f"{path}: {key!r} is no word of the search box. docs/widget.md lists them.")
        if not isinstance(text, str):
            raise ConfigError(f"{path}: {key!r} is {text!r}, not a text. Write it in quotes.")
        base = english.get(key) or english[key.rpartition(".")[0] + ".other"]
        unknown = _places(path, key, text) - _places(path, key, base)
        if unknown:
            raise ConfigError(f"{path}: {key!r} has {{{min(unknown)}}}, which the text in English has not. Remove it.")
    return given


def _places(path: Path, key: str, text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ConfigError(f"{path}: {key!r} is {text!r} ({error}). Leave single braces out.") from error
