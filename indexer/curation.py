"""`curation.yaml` → its rules, each with its line, and a finding for every entry that is not one. Pure.

What it says is compared with articles, locales and views in `curation_checks`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from indexer.strict_yaml import Node, read_map
from kb_search.curation import Pin, SynonymRule, pin_key
from kb_search.errors import ConfigError
from kb_search.text.locales import canonical
from kb_search.text.normalize import normalize
from kb_search.types import Finding

CURATION_FILE, OTHER_CURATION_FILE = "curation.yaml", "curation.yml"
MAX_LENGTH = 200_000
"""Characters."""

LONGEST_TERM = 100
"""Characters, of a term or a query."""

MOST_TERMS = 50
"""In one group of synonyms, or in one list of a pin."""

_MOST_FINDINGS = 100
_SYNONYMS = "Write a list [a, b], or {word: a, means: [b, c]}, or {words: [a, b], views: [agents]}."
_PINS = "Write {query: [a, b], articles: [id, id]}, and views: [name] if it is for these alone."


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, and where it stands."""

    rule: SynonymRule | Pin
    path: str
    line: int


@dataclass(slots=True)
class _Reading:
    path: str
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, message: str, remedy: str, line: int) -> None:
        self.findings.append(Finding(self.path, "bad-curation", message, remedy, "error", line))


class _Refused(Exception):
    """An entry that is left out; it was reported."""


def parse_curation(text: str, path: str) -> tuple[list[Entry], list[Finding]]:
    """Read the rules of one file in order. An entry that cannot be used is reported and left out."""
    reading = _Reading(path)
    entries: list[Entry] = []
    if len(text) > MAX_LENGTH:
        message = f"The file has {len(text):,} characters, more than the {MAX_LENGTH:,} allowed; none of it is used."
        reading.refuse(message, "Keep the rules that readers need.", 1)
        return [], reading.findings
    top = read_map(text.removeprefix("\ufeff"), "the curation file", reading.refuse) or {}
    for key, node in top.items():
        if key == "synonyms":
            entries += _all_synonyms(node, reading)
        elif key == "pins":
            entries += _all_pins(node, reading)
        else:
            message = f"The key '{key[:50]}' is not known; what it holds is not used."
            remedy = _suggestion(key, ("synonyms", "pins"))
            reading.findings.append(Finding(path, "unknown-curation-key", message, remedy, "warning", node.line))
    return entries, _shortened(reading.findings, path)


def _all_synonyms(node: Node, reading: _Reading) -> Iterator[Entry]:
    if node.value is None:
        return
    if not isinstance(node.value, dict):
        reading.refuse("'synonyms' is not a map of locales.", "Write below it en:, and below that a list.", node.line)
        return
    for name, groups in node.value.items():
        try:
            locale = canonical(name)
        except ConfigError:
            remedy = "Use a language code, with a region if needed: en, fr-CA."
            reading.refuse(f"'{name[:50]}' is not a locale; its synonyms are left out.", remedy, groups.line)
            continue
        for group in _items(groups, f"synonyms.{locale}", _SYNONYMS, reading):
            try:
                yield Entry(_synonyms(group, locale, reading), reading.path, group.line)
            except _Refused:
                continue


def _synonyms(node: Node, locale: str, reading: _Reading) -> SynonymRule:
    if isinstance(node.value, list):
        return SynonymRule(locale, _texts(node, "A group of synonyms", reading, least=2))
    values = _fields(node, ("word", "words", "means", "views"), "A group of synonyms", _SYNONYMS, reading)
    views = _views(values, reading)
    match sorted(values.keys() - {"views"}):
        case ["words"]:
            return SynonymRule(locale, _texts(values["words"], "'words'", reading, least=2), (), views)
        case ["means", "word"]:
            means = _texts(values["means"], "'means'", reading)
            return SynonymRule(locale, _texts(values["word"], "'word'", reading), means, views)
    _refuse("A group of synonyms has neither 'words' alone nor 'word' and 'means'.", _SYNONYMS, node, reading)


def _all_pins(node: Node, reading: _Reading) -> Iterator[Entry]:
    for item in _items(node, "pins", _PINS, reading):
        try:
            yield Entry(_pin(item, reading), reading.path, item.line)
        except _Refused:
            continue


def _pin(node: Node, reading: _Reading) -> Pin:
    values = _fields(node, ("query", "articles", "views"), "A pin", _PINS, reading)
    for name in ("query", "articles"):
        if name not in values:
            _refuse(f"A pin has no '{name}'.", _PINS, node, reading)
    queries: dict[str, str] = {}
    for query in _texts(values["query"], "'query'", reading):
        queries.setdefault(pin_key(query), query)
    if "" in queries:
        _refuse(f"A pin is for the query '{queries['']}', which is none.", "Write what people type.", node, reading)
    return Pin(tuple(queries.values()), _texts(values["articles"], "'articles'", reading), _views(values, reading))


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────


def _items(node: Node, name: str, remedy: str, reading: _Reading) -> list[Node]:
    if isinstance(node.value, list):
        return node.value
    if node.value is not None:
        reading.refuse(f"'{name}' is not a list.", remedy, node.line)
    return []


def _fields(node: Node, known: Sequence[str], what: str, remedy: str, reading: _Reading) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        _refuse(f"{what} has not the shape it needs.", remedy, node, reading)
    for key, value in node.value.items():
        if key not in known:  # it may be meant to say whom the entry is for
            _refuse(f"{what} has the unknown key '{key[:50]}'.", _suggestion(key, known), value, reading)
    return node.value


def _texts(node: Node, what: str, reading: _Reading, least: int = 1) -> tuple[str, ...]:
    """Read a list of texts, or one text; what is none is reported and left out, and the entry if none is left."""
    nodes = node.value if isinstance(node.value, list) else [node]
    if len(nodes) > MOST_TERMS:
        _refuse(f"{what} has {len(nodes):,} entries, more than {MOST_TERMS}.", "Make several of it.", node, reading)
    found: dict[str, None] = {}
    for item in nodes:
        text = " ".join(normalize(item.value).split()) if isinstance(item.value, str) else ""
        if item.tag is not None:
            reading.refuse(f"{what} has the YAML tag {item.tag[:50]}.", "Put the text between quotes.", item.line)
        elif not text:
            reading.refuse(f"{what} has an entry that is not text, or empty.", "Write words there.", item.line)
        elif len(text) > LONGEST_TERM:
            message = f"{what} has an entry of {len(text)} characters, '{text[:30]}…'; at most {LONGEST_TERM}."
            reading.refuse(message, "Write the words that people use.", item.line)
        else:
            found[text] = None
    if len(found) < least:
        message = f"{what} has {len(found)} usable {'entry' if len(found) == 1 else 'entries'}; at least {least}."
        _refuse(message, "Add to it, or remove it.", node, reading)
    return tuple(found)


def _views(values: dict[str, Node], reading: _Reading) -> tuple[str, ...] | None:
    """Read the views of an entry. If anything is wrong the entry is left out: it must not reach other readers."""
    if "views" not in values:
        return None
    before = len(reading.findings)
    views = _texts(values["views"], "'views'", reading)
    if len(reading.findings) > before:
        _refuse("An entry has 'views' that cannot all be read.", "Correct them.", values["views"], reading)
    return views


def _suggestion(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key[:50], known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known are {', '.join(known)}."


def _refuse(message: str, remedy: str, node: Node, reading: _Reading) -> NoReturn:
    reading.refuse(f"{message} It is left out.", remedy, node.line)
    raise _Refused


def _shortened(findings: list[Finding], path: str) -> list[Finding]:
    more = len(findings) - _MOST_FINDINGS
    if more <= 0:
        return findings
    message = f"{more:,} more findings in this file are not listed."
    last = Finding(path, "bad-curation", message, "Correct those above first.", "error", findings[_MOST_FINDINGS].line)
    return [*findings[:_MOST_FINDINGS], last]
