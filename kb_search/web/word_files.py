"""Files of words: JSON objects of texts, one file a locale, as a site and we ourselves write them."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError
from kb_search.text.locales import canonical

WIDGET = "widget."
"""How the keys of the search box begin; all others are the pages'."""
PLURALS = ("zero", "one", "two", "few", "many", "other")
"""What CLDR calls the kinds of plural; a language uses some of them."""


def files_of(folder: str) -> dict[str, Path]:
    """List the files of a site's folder ("" is none) by locale. Raises ConfigError, naming what is neither."""
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise ConfigError(f"site.strings is {folder!r}, which is no folder. Name a folder of files like fr.json.")
    return {_locale(path): path for path in sorted(Path(folder).glob("*.json"))}


def read_words(path: Path) -> dict[str, str]:
    """Read one file. Raises ConfigError, naming file and key."""
    try:
        value: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as JSON ({error}). Correct the file.") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{path} is not a JSON object. Write it as {{key: text}}.")
    for key, text in value.items():
        if not isinstance(text, str):
            raise ConfigError(f"{path}: {key!r} is {text!r}, not a text. Write it in quotes.")
    return value


def check_places(path: Path, key: str, text: str, english: str) -> None:
    """Raise ConfigError if a text has a {place} that the English one has not."""
    unknown = _places(path, key, text) - _places(path, key, english)
    if unknown:
        raise ConfigError(f"{path}: {key!r} has {{{min(unknown)}}}, which the text in English has not. Remove it.")


def _locale(path: Path) -> str:
    try:
        return canonical(path.stem)
    except ConfigError:
        raise ConfigError(f"{path} is not named after a locale. Call it fr.json or pt-BR.json.") from None


def _places(path: Path, key: str, text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ConfigError(f"{path}: {key!r} is {text!r} ({error}). Write a brace twice.") from error
