"""A gate file holds what each mode must reach, so that a change cannot make the search worse unnoticed.

    [hybrid]
    "nDCG@10" = 0.72
    [hybrid.by_locale.tr]
    "nDCG@10" = 0.65
    [hybrid.abstention]
    auroc = 0.85
    false_silences = {max = 0.05}
    [differences."hybrid - keyword"]
    "nDCG@10" = 0.0

or the same as JSON. Names are those of the JSON report. A number is the least; `{min = …, max = …}` says which it is.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError
from kb_search.evaluation.abstention import Abstention
from kb_search.evaluation.bootstrap import Estimate
from kb_search.evaluation.comparison import Comparison
from kb_search.evaluation.evaluate import ModeEvaluation
from kb_search.evaluation.grouping import Group, Grouped
from kb_search.evaluation.metrics import FAMILIES
from kb_search.evaluation.report import ViewReport

_FIGURE = re.compile(rf"(?:{'|'.join(FAMILIES)})(?:[@(].*)?|auroc|false_silences|false_answers")
_LABELS = ("views", "differences", "against", "by_locale", "by_kind")
"""Tables whose keys are names of what was measured."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a figure must not fall below and not rise above."""

    least: float | None
    most: float | None


Gate = Mapping[str, "Bounds | Gate"]
"""Bounds by name, in tables as deep as the report."""

Figures = Mapping[str, Any]
"""Figures by name, in the tables of a gate."""


def read_gate(path: Path) -> Gate:
    """Read a gate: TOML, or JSON by the suffix `.json`. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
        gate = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"The gate file {path} cannot be read ({error.strerror}). Check --gate.") from error
    except ValueError as error:
        raise ConfigError(f"The gate file {path} is not valid: {error}. Correct that line.") from error
    if not isinstance(gate, dict):
        raise ConfigError(f"The gate file {path} holds no table. {_EXAMPLE}")
    return _read_table(gate, path, ())


_EXAMPLE = 'Write, for example: [hybrid], then "nDCG@10" = 0.72.'


def _read_table(table: Mapping[str, Any], file: Path, path: tuple[str, ...]) -> Gate:
    if not table:
        where = f" under {' '.join(path)}" if path else ""
        raise ConfigError(f"The gate file {file} sets no bound{where}. {_EXAMPLE}")
    return {name: _read_value(value, file, (*path, name)) for name, value in table.items()}


def _read_value(value: Any, file: Path, path: tuple[str, ...]) -> Bounds | Gate:
    where = f"The gate file {file} says {' '.join(path)} = {value!r}."
    if isinstance(value, Mapping):
        if not _is_bounds(value, path):
            return _read_table(value, file, path)
        if not value or value.keys() - {"min", "max"}:
            raise ConfigError(f"{where} Write {{min = …}}, {{max = …}} or both.")
        least, most = (_number(value.get(key), where, path) for key in ("min", "max"))
        if least is not None and most is not None and least > most:
            raise ConfigError(f"{where} Nothing is at least {least:g} and at most {most:g}: exchange the two.")
        return Bounds(least, most)
    least = _number(value, where, path)
    if "abstention" in path and path[-1] != "auroc":
        raise ConfigError(f"{where} A number alone is the least, and less is better here: write {{max = {least:g}}}.")
    return Bounds(least, None)


def _is_bounds(table: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    """Tell bounds from a table of further names: by the name of a figure, or by their own two keys."""
    figure = len(path) > 1 and path[-2] not in _LABELS and _FIGURE.fullmatch(path[-1]) is not None
    return figure or (bool(table) and all(key in ("min", "max") for key in table) and not _holds_tables(table))


def _holds_tables(table: Mapping[str, Any]) -> bool:
    return any(isinstance(value, Mapping) for value in table.values())


def _number(value: Any, where: str, path: tuple[str, ...]) -> float | None:
    lowest = -1 if {"differences", "against"} & set(path) else 0
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= 1:
        raise ConfigError(f"{where} Write a number from {lowest} to 1.")
    return float(value)


def check_gate(gate: Gate, views: Sequence[ViewReport]) -> list[str]:
    """Say which bounds were not kept, one sentence each; empty when the gate is passed.

    Tables of modes hold in every view, those under `views` in one. A bound for something that was not measured is
    not kept: it would otherwise hold whatever happens.
    """
    everywhere = {name: bounds for name, bounds in gate.items() if name != "views"}
    figures = {report.evaluation.view: _figures(report) for report in views}
    failures: list[str] = []
    for view, found in figures.items():
        failures += _failures(everywhere, found, ("views", view) if len(figures) > 1 else ())
    if "views" in gate:
        failures += _failures({"views": gate["views"]}, {"views": figures}, ())
    return failures


def _figures(report: ViewReport) -> dict[str, Any]:
    found: dict[str, Any] = {name: _mode(mode) for name, mode in report.evaluation.modes.items()}
    found["differences"] = {f"{one.first} - {one.second}": _difference(one) for one in report.differences}
    if report.against is not None:
        found["against"] = {one.first: _difference(one) for one in report.against.differences}
    return {name: figures for name, figures in found.items() if figures}


def _mode(mode: ModeEvaluation) -> dict[str, Any]:
    values = _relevance(mode.relevance)
    if mode.abstention is not None:
        values["abstention"] = {
            **_errors(mode.abstention.overall),
            "by_locale": {name: _errors(found) for name, found in mode.abstention.by_locale.items()},
            "by_kind": {name: _errors(found) for name, found in mode.abstention.by_kind.items()},
        }
    return values


def _difference(one: Comparison) -> dict[str, Any]:
    values = _relevance(one.relevance)
    if one.abstention is not None:
        values["abstention"] = _means(one.abstention.items())
    return values


def _relevance(found: Grouped[Group]) -> dict[str, Any]:
    return {
        **_means(found.overall.metrics.items()),
        "by_locale": {name: _means(group.metrics.items()) for name, group in found.by_locale.items()},
        "by_kind": {name: _means(group.metrics.items()) for name, group in found.by_kind.items()},
    }


def _errors(found: Abstention) -> dict[str, Any]:
    named = {name: getattr(found, name) for name in ("auroc", "false_silences", "false_answers")}
    values: dict[str, Any] = _means(named.items())
    for kind, shares in (("answerable", found.answerable), ("unanswerable", found.unanswerable)):
        if shares.queries:
            values[kind] = {"ok": shares.ok, "weak": shares.weak, "none": shares.none}
    return values


def _means(estimates: Iterable[tuple[str, Estimate | None]]) -> dict[str, Any]:
    return {name: estimate.mean for name, estimate in estimates if estimate is not None}


def _failures(gate: Gate, reached: Figures, path: tuple[str, ...]) -> Iterator[str]:
    for name, bounds in gate.items():
        where, value = " ".join((*path, name)), reached.get(name)
        if isinstance(bounds, Mapping) and isinstance(value, Mapping):
            yield from _failures(bounds, value, (*path, name))
        elif isinstance(bounds, Mapping) or value is None or isinstance(value, Mapping):
            yield f"{where} was not measured; measured there: {', '.join(reached) or 'nothing'}."
        elif bounds.least is not None and value < bounds.least:
            yield f"{where} is {value:.6f}, below the floor of {bounds.least:g}."
        elif bounds.most is not None and value > bounds.most:
            yield f"{where} is {value:.6f}, above the ceiling of {bounds.most:g}."
