"""The search box as one script: readable modules, put together and made small. Pure, and done once a process."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import rjsmin  # type: ignore[import-untyped]

_FOLDER = Path(__file__).parent / "widget"
_STYLE = "style.css"
_CLIENT = "client.js"
_MODULES = (
    _CLIENT,
    "dom.js",
    "addresses.js",
    "words.js",
    "asking.js",
    "telling.js",
    "rows.js",
    "place.js",
    "question.js",
    "view.js",
    "combobox.js",
    "element.js",
    "boot.js",
)
"""What each imports stands before it."""
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=class |function |const )", re.MULTILINE)


@cache
def widget_script() -> str:
    """Give the search box: a classic script that leaves no name behind but the element `kb-search`."""
    modules = (_EXPORT.sub("", _IMPORT.sub("", _read(name))) for name in _MODULES)
    head = f"const STYLE={json.dumps(_small_style(_read(_STYLE)))};\nconst WORDS={_json(bundled_words())};\n"
    return f'(()=>{{"use strict";{_small(head + "".join(modules))}}})();\n'


@cache
def client_script() -> str:
    """Give the client alone, as an ES module, with its comments: it is meant to be read."""
    return _read(_CLIENT)


@cache
def bundled_words() -> dict[str, dict[str, str]]:
    """Give the words of the box: locale → key → text, for the languages that are in the script."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((_FOLDER / "strings").glob("*.json"))}


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _small(script: str) -> str:
    return str(rjsmin.jsmin(script))


def _small_style(style: str) -> str:
    """Leave out the space that no rule of CSS needs; there are no comments and no texts with spaces in it."""
    return re.sub(r" ?([{};,>]) ?", r"\1", re.sub(r"\s+", " ", style)).replace(": ", ":").replace(";}", "}").strip()
