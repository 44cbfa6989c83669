"""The files that pages load: style sheets, logo and icon, each under a name that has the hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_search.config import Site
from kb_search.errors import ConfigError

_STATIC = Path(__file__).parent / "static"
_STYLES = ("site.css", "results.css", "article.css", "media.css")
"""Sent as one file, in this order: the last has the rules that change others."""
_CSS = "text/css; charset=utf-8"
_PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Addresses of what pages load, in the order in which it is loaded; `files` by the last part of the address."""

    stylesheets: tuple[str, ...]
    logo: str | None
    icon: str
    files: Mapping[str, StaticFile]


def load_theme(site: Site) -> Theme:
    """Read our files and those that the settings name. Raises ConfigError, naming the setting."""
    files: dict[str, StaticFile] = {}
    stylesheets = [_add(files, "site", [_STATIC / name for name in _STYLES], _CSS)]
    if site.stylesheet:
        stylesheets.append(_add(files, "theme", [_named("stylesheet", site.stylesheet)], _CSS))
    logo = None
    if site.logo:
        logo = _add(files, "logo", [_named("logo", site.logo)], _picture_type(site.logo))
    icon = logo or _add(files, "icon", [_STATIC / "icon.svg"], "image/svg+xml")
    return Theme(tuple(stylesheets), logo, icon, files)


def _named(key: str, path: str) -> Path:
    if not Path(path).is_file():
        raise ConfigError(f"site.{key} is {path!r}, and there is no such file. Correct the path or remove the setting.")
    return Path(path)


def _picture_type(path: str) -> str:
    try:
        return _PICTURES[Path(path).suffix.lower()]
    except KeyError:
        raise ConfigError(f"site.logo is {path!r}. Give a file that ends in {', '.join(_PICTURES)}.") from None


def _add(files: dict[str, StaticFile], role: str, paths: Sequence[Path], media_type: str) -> str:
    content = b"\n".join(map(_content, paths))
    name = f"{role}.{hashlib.sha256(content).hexdigest()[:16]}{paths[0].suffix.lower()}"
    files[name] = StaticFile(content, media_type)
    return f"/static/{name}"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
