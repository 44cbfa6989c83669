"""A gate file holds the least that each mode must reach, so that a change cannot make the search worse unnoticed.

    [hybrid]
    "nDCG@10" = 0.72
    [hybrid.by_locale.tr]
    "nDCG@10" = 0.65
    [hybrid.abstention]
    auroc = 0.85

or the same as JSON. Names are those of the JSON report.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError
from kb_search.evaluation.evaluate import Evaluation, Group, ModeEvaluation

Gate = Mapping[str, Any]
"""Floors by name, in tables as deep as the report."""


def read_gate(path: Path) -> Gate:
    """Read a gate: TOML, or JSON by the suffix `.json`. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
        gate = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"The gate file {path} cannot be read ({error.strerror}). Check --gate.") from error
    except ValueError as error:
        raise ConfigError(f"The gate file {path} is not valid: {error}. Correct that line.") from error
    if not isinstance(gate, dict) or not gate:
        raise ConfigError(f'The gate file {path} sets no floor. Write, for example: [hybrid], then "nDCG@10" = 0.72.')
    _check_values(gate, path)
    return gate


def _check_values(gate: Gate, path: Path) -> None:
    for name, floor in gate.items():
        if isinstance(floor, Mapping):
            _check_values(floor, path)
        elif isinstance(floor, bool) or not isinstance(floor, int | float):
            raise ConfigError(f"The gate file {path} says {name} = {floor!r}. Write a number from 0 to 1.")


def check_gate(gate: Gate, evaluation: Evaluation) -> list[str]:
    """Say which floors were not reached, one sentence each; empty when the gate is passed.

    A floor for something that was not measured is not reached: it would otherwise hold whatever happens.
    """
    return list(_failures(gate, {name: _reached(mode) for name, mode in evaluation.modes.items()}, ()))


def _reached(mode: ModeEvaluation) -> dict[str, Any]:
    values: dict[str, Any] = _means(mode.overall)
    values["by_locale"] = {name: _means(group) for name, group in mode.by_locale.items()}
    values["by_kind"] = {name: _means(group) for name, group in mode.by_kind.items()}
    if mode.abstention is not None and mode.abstention.auroc is not None:
        values["abstention"] = {"auroc": mode.abstention.auroc}
    return values


def _means(group: Group) -> dict[str, Any]:
    return {name: estimate.mean for name, estimate in group.metrics.items()}


def _failures(floors: Gate, reached: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for name, floor in floors.items():
        where, value = " ".join((*path, name)), reached.get(name)
        if isinstance(floor, Mapping) and isinstance(value, Mapping):
            yield from _failures(floor, value, (*path, name))
        elif isinstance(floor, Mapping) or value is None or isinstance(value, Mapping):
            yield f"{where} was not measured; measured there: {', '.join(reached) or 'nothing'}."
        elif value < floor:
            yield f"{where} is {value:.6f}, below the floor of {floor:g}."
