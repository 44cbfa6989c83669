"""The words of the search box that a site adds or replaces: the keys `widget.…` of its files, one file a locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb_search.errors import ConfigError
from kb_search.text.locales import primary
from kb_search.web.bundle import bundled_words
from kb_search.web.word_files import PLURALS, WIDGET, check_places, files_of, read_words


def widget_keys() -> frozenset[str]:
    """List every key that the search box has a word for, with all plurals that a language may want."""
    english = bundled_words()["en"]
    counted = {key.removesuffix("other") for key in english if key.endswith(".other")}
    return frozenset(english) | {stem + kind for stem in counted for kind in PLURALS}


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
    """Read the words of a site; "" is no folder. Raises ConfigError, naming file and key."""
    return SiteWords({locale: _checked(path) for locale, path in files_of(folder).items()})


def _checked(path: Path) -> dict[str, str]:
    """Read the words of the search box in one file. Unknown keys and places are refused."""
    english, known = bundled_words()["en"], widget_keys()
    given = {key: text for key, text in read_words(path).items() if key.startswith(WIDGET)}
    for key, text in given.items():
        if key not in known:
            raise ConfigError(f"{path}: {key!r} is no word of the search box. docs/widget.md lists them.")
        check_places(path, key, text, english.get(key) or english[key.rpartition(".")[0] + ".other"])
    return given
