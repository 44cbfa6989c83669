"""The front-matter fields: what each may hold. Values arrive as text, lists and maps, and leave checked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from kb_search.config import EVERY_STATUS
from kb_search.text.normalize import normalize
from kb_search.types import Finding

CONFIDENCES = ("wip", "not_validated", "validated")

TEXT_FIELDS = tuple(
    "id title slug summary category locale translation_of governance owner area canonical".split(),
)
LIST_FIELDS = ("tags", "audience", "aliases", "keywords", "pinned_for")
DATE_FIELDS = ("created", "updated", "review_by")
CHOICES = {"status": EVERY_STATUS, "confidence": CONFIDENCES}
FIELDS = (*TEXT_FIELDS, *LIST_FIELDS, *DATE_FIELDS, *CHOICES)
"""Every field, by its name in an article. `lang` is read as `locale`."""

DECISIVE = ("id", "locale", "audience", "status")
"""Who may see an article, and as what: one whose value here is wrong is left out. Elsewhere the value is."""

_SYNONYMS = {"lang": "locale"}
_COMMA_SEPARATED = frozenset({"tags", "keywords", "audience"})
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ]+\d{1,2}:\d{2}.*)?")


class _WrongValue(Exception):
    """A value that its field cannot hold."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def typed_fields(
    values: Mapping[str, Any], path: str, lines: Mapping[str, int] | None = None
) -> tuple[dict[str, Any], list[Finding]]:
    """Check the values of one article: the known fields that are right, the unknown ones under `extra`.

    Absent, null and empty fields are left out. `lines` says where each key stands in the file.
    """
    fields: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    findings: list[Finding] = []
    for key, value in values.items():
        name = field_name(key)
        line = (lines or {}).get(key)
        if name is None:
            extra[key] = value
        elif value is not None and name in fields:
            findings.append(_wrong(path, name, f"The field '{name}' is given twice", "Keep one of them.", line))
        elif value is not None:
            try:
                read = _READERS[name](name, value)
                fields |= {} if read is None else {name: read}
            except _WrongValue as wrong:
                findings.append(_wrong(path, name, wrong.message, wrong.remedy, line))
    if "audience" not in fields:
        findings += [_misspelt(path, key, (lines or {}).get(key)) for key in extra if _resembles_audience(key)]
    return {**fields, "extra": extra}, findings


def field_name(key: str) -> str | None:
    """Give the field that a key means: capitals, `-` for `_` and the synonym `lang` are understood."""
    name = key.strip().lower().replace("-", "_")
    name = _SYNONYMS.get(name, name)
    return name if name in FIELDS else None


@lru_cache(maxsize=1024)
def similar_field(key: str) -> str | None:
    """Give the field that a key is probably a misspelling of."""
    close = difflib.get_close_matches(key.strip().lower(), [*FIELDS, *_SYNONYMS], n=1, cutoff=0.8)
    return close[0] if close else None


def _text(name: str, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _WrongValue(f"'{name}' is {_kind(value)}, not text", "Write one value on the line of the key.")
    text = normalize(str(value))
    return (text if name == "summary" else " ".join(text.split())) or None


def _list(name: str, value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) and name in _COMMA_SEPARATED else value
    items = [_text(name, item) for item in (parts if isinstance(parts, list | tuple) else [parts]) if item is not None]
    kept = tuple(dict.fromkeys(item for item in items if item))
    if name == "audience" and not kept:
        raise _WrongValue("'audience' is an empty list", "Name who may read the article, or remove the key.")
    return kept


def _date(name: str, value: Any) -> str:
    found = _DATE.fullmatch(_text(name, value) or "")
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    raise _WrongValue(f"'{name}' is {_shown(value)}, which is not a date", "Write year-month-day: 2026-01-31.")


def _choice(name: str, value: Any) -> str:
    text = (_text(name, value) or "").lower()
    if text not in CHOICES[name]:
        raise _WrongValue(f"'{name}' is {_shown(value)}", f"Choose from {', '.join(CHOICES[name])}.")
    return text


_READERS = {
    **dict.fromkeys(TEXT_FIELDS, _text),
    **dict.fromkeys(LIST_FIELDS, _list),
    **dict.fromkeys(DATE_FIELDS, _date),
    **dict.fromkeys(CHOICES, _choice),
}


def _wrong(path: str, name: str, message: str, remedy: str, line: int | None) -> Finding:
    left_out = "the article is left out" if name in DECISIVE else "the value is left out"
    return Finding(path, f"bad-{name.replace('_', '-')}", f"{message}; {left_out}.", remedy, "error", line)


def _misspelt(path: str, key: str, line: int | None) -> Finding:
    # The default could show it to readers whom this key was meant to exclude.
    message = f"The key '{key}' looks like 'audience' misspelt; the article is left out."
    return Finding(path, "bad-audience", message, "Write audience, or rename the key.", "error", line)


@lru_cache(maxsize=1024)
def _resembles_audience(key: str) -> bool:
    return difflib.SequenceMatcher(None, key.strip().lower(), "audience").ratio() >= 0.85


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", list: "a list", dict: "a map"}
    return kinds.get(type(value), "of another type")


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
