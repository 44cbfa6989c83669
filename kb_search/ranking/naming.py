"""How near a query comes to what articles are called, so that one that comes near to nothing is known. Pure.

An article's names are its title and its keywords, embedded as the queries they could be: a customer's words are more
like these than like a text. What "near" is, a view's own names tell, without a query: how near each comes to the
nearest name of another article is how near a query comes to a subject that the view does not have but has neighbours
of. Mean and deviation of that, by language, are learnt once.

The nearest name of all says whether the view has such a subject; the nearest of an article's own, whether it is that
article's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.errors import IndexCorrupt

NAMING_VERSION = 2
"""Bumped when the same names would be described otherwise."""

_Value = TypeVar("_Value", str, bytes)

_BLOCK = 256
_ASKED = 2_000
"""Most names that are asked: mean and deviation need no more."""
_COMPARED, _FEWEST_ASKED = 50_000_000, 500
"""Of more than 25,000 names fewer are asked, so that no more pairs than this are compared; but never less than 500."""
_FEW = 10.0
"""Where so many names were asked, what they tell counts half."""
_PRIOR_DEVIATION = 0.03
"""Standard deviation of cosines taken for granted until there are names enough to tell."""
_PRIOR_WEIGHT = 50.0
"""… as much as so many names would weigh."""
_MOST = 3.0
"""No query is further from the ordinary than so many deviations: beyond, it is no more certain."""


class Nearest(msgspec.Struct, frozen=True):
    """Mean and standard deviation of the cosine between a name of one language and the nearest of another article.

    `count` names were asked.
    """

    mean: float
    deviation: float
    count: int


class Ordinary(NamedTuple):
    """What is ordinary for one query: mean and deviation as in Nearest, and how far they are to be trusted, of 1."""

    mean: float
    deviation: float
    trust: float

    def evidence(self, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """Deviations by which a query is nearer to names than names of its language are to one another.

        `cosines` are those of the query and the names, the result is float64 of their shape. Less than it would be
        where few names were asked.
        """
        deviations = (cosines.astype(np.float64) - self.mean) / self.deviation
        return self.trust * np.clip(deviations, -_MOST, _MOST)


class Naming(msgspec.Struct, frozen=True):
    """What is known of a view's names: `nearest`, by language without regions."""

    nearest: dict[str, Nearest]

    @classmethod
    def fit(
        cls,
        vectors: NDArray[np.float32],
        keys: Sequence[bytes],
        families: Sequence[str],
        languages: Sequence[str],
    ) -> Naming:
        """Ask each name which other is nearest: `vectors` are unit vectors, float32 of shape (names, dimension).

        `keys` are equal where texts are, `families` where one article is a translation of the other: neither counts
        as another. Of many names those with the lowest keys are asked, which chooses none by what it says.
        """
        of_family, of_text = _by_value(families), _by_value(keys)
        found: dict[str, list[float]] = {}
        asked = sorted(range(len(keys)), key=keys.__getitem__)[: _asked(len(keys))]
        for rows in (asked[start : start + _BLOCK] for start in range(0, len(asked), _BLOCK)):
            cosines = vectors[rows] @ vectors.T
            for row, own in zip(rows, cosines, strict=True):
                own[of_family[families[row]]] = -np.inf
                own[of_text[keys[row]]] = -np.inf
            for row, nearest in zip(rows, cosines.max(axis=1).tolist(), strict=True):
                if nearest > -np.inf:
                    found.setdefault(languages[row], []).append(nearest)
        return cls({language: _nearest(cosines) for language, cosines in sorted(found.items())})

    def ordinary(self, languages: Mapping[str, float]) -> Ordinary | None:
        """Tell what is ordinary for a query, by language → probability. None where no names were asked."""
        known = [(languages.get(language, 0.0), nearest) for language, nearest in self.nearest.items()]
        if not sum(share for share, _ in known):
            known = [(nearest.count, nearest) for _, nearest in known]
        total = sum(share for share, _ in known)
        if not total:
            return None
        expected = sum(share * nearest.mean for share, nearest in known) / total
        deviation = sum(share * nearest.deviation for share, nearest in known) / total
        trust = sum(share * nearest.count / (nearest.count + _FEW) for share, nearest in known) / total
        return Ordinary(expected, deviation, trust)

    def save(self, path: Path) -> None:
        """Write as JSON: the same values give the same bytes."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=1) + b"\n")

    @classmethod
    def load(cls, path: Path) -> Naming:
        """Read the file of `save`. Raises IndexCorrupt."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise IndexCorrupt(f"{path} cannot be read ({error}). Build the index anew.") from error


def _asked(names: int) -> int:
    """Give how many of so many names are asked: fewer where each would be compared with very many."""
    return min(_ASKED, max(_FEWEST_ASKED, _COMPARED // max(names, 1)))


def _by_value(values: Sequence[_Value]) -> dict[_Value, list[int]]:
    """List where each value stands."""
    rows: dict[_Value, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(value, []).append(row)
    return rows


def _nearest(cosines: list[float]) -> Nearest:
    count, values = len(cosines), np.array(cosines)
    variance = (count * float(values.var()) + _PRIOR_WEIGHT * _PRIOR_DEVIATION**2) / (count + _PRIOR_WEIGHT)
    return Nearest(float(values.mean()), variance**0.5, count)
