"""Debian's package descriptions: the files `Translation-en`, `Translation-fr` … of a mirror → packages, as values.

Format: https://www.debian.org/doc/debian-policy/ch-controlfields.html#description. Plain, xz, bz2 and gz are read here;
lz4, in which apt may keep them, through apt's own helper.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kb_search.errors import ConfigError

LISTS = Path("/var/lib/apt/lists")
"""Where apt keeps what it downloaded."""
APT_HELPER = "/usr/lib/apt/apt-helper"
GET = "apt-get update -o Acquire::Languages=en,fr"
"""The command that makes apt download them."""

_NAME = re.compile(r"(?:^|_)Translation-([a-z]{2})(?:\.\w+)?$")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_BLANK = re.compile(r"\n *\.\n")
_OPENERS: dict[str, Callable[[Path], bytes]] = {
    ".xz": lambda path: lzma.decompress(path.read_bytes()),
    ".bz2": lambda path: bz2.decompress(path.read_bytes()),
    ".gz": lambda path: gzip.decompress(path.read_bytes()),
}


class Described(NamedTuple):
    """A package in one language: the line that names it, and the paragraphs about it (lines broken as they were)."""

    package: str
    locale: str
    synopsis: str
    paragraphs: tuple[str, ...]


def find_translations(locales: Iterable[str], folder: Path = LISTS) -> list[Path]:
    """List what apt has downloaded of some locales, in order of locale; of apt's several sources, in order of name."""
    found = sorted(path for path in folder.glob("*Translation-*") if path.is_file())
    return [path for locale in locales for path in found if locale_of(path) == locale]


def locale_of(path: Path) -> str | None:
    """Tell the locale by the file's name; None for another kind of file."""
    named = _NAME.search(path.name)
    return named[1] if named else None


def read_translations(paths: Iterable[Path]) -> Iterator[Described]:
    """Read files in their order; of a package that comes twice in a locale, the first counts. Raises ConfigError."""
    seen: set[tuple[str, str]] = set()
    for path in paths:
        locale = locale_of(path)
        if locale is None:
            raise ConfigError(f"{path} is not called Translation-en or the like. Give files named as a mirror does.")
        for one in parse(_text(path), locale):
            if (locale, one.package) not in seen:
                seen.add((locale, one.package))
                yield one


def parse(text: str, locale: str) -> Iterator[Described]:
    """Read the stanzas of one file; one without a description in the locale, or without a proper name, is left out."""
    for stanza in text.split("\n\n"):
        fields = _fields(stanza)
        package, description = fields.get("Package", ""), fields.get(f"Description-{locale}")
        if description is not None and _PACKAGE.fullmatch(package):
            synopsis, _, rest = description.partition("\n")
            yield Described(package, locale, synopsis, tuple(_BLANK.split(rest)))


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.split("\n"):
        if line.startswith(" ") and name:
            fields[name] += "\n" + line[1:]
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    return fields


def _text(path: Path) -> str:
    try:
        data = _OPENERS.get(path.suffix, _plain)(path)
        return data.decode("utf-8")
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, subprocess.CalledProcessError) as error:
        raise ConfigError(f"{path} cannot be read ({error}). Get it anew: {GET}") from error


def _plain(path: Path) -> bytes:
    if path.suffix == ".lz4":
        return subprocess.run([APT_HELPER, "cat-file", str(path)], check=True, stdout=subprocess.PIPE).stdout
    return path.read_bytes()
