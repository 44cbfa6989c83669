"""What lists of a view's articles are sorted and chosen by, in columns: made once, so that no list reads them all.

Lists of 85,000 articles are cut from these; what is shown of an article is fetched when it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import get_args
from urllib.parse import unquote

import msgspec
import numpy as np
from numpy.typing import NDArray

from kb_search.answers import ChangeKind
from kb_search.once import OncePerView
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.text.normalize import fold, lower, normalize

KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


class _Front(msgspec.Struct, gc=False):
    category: str | None = None
    area: str | None = None
    created: str | None = None
    updated: str | None = None
    aliases: tuple[str, ...] = ()


class Column:
    """A value of each article of a list; "" where it has none."""

    def __init__(self, values: Iterable[str | None]) -> None:
        """Number the different values as they come."""
        self._numbers: dict[str, int] = {}
        numbers = self._numbers
        self._of = np.array([numbers.setdefault(value or "", len(numbers)) for value in values], np.int64)

    def among(self, value: str) -> NDArray[np.bool_]:
        """Tell which articles have a value: bool of shape (articles,)."""
        found: NDArray[np.bool_] = self._of == self._numbers.get(value, -1)
        return found

    def counts(self, chosen: NDArray[np.bool_]) -> dict[str, int]:
        """Count the values of some articles, bool of shape (articles,)."""
        counts = np.bincount(self._of[chosen], minlength=len(self._numbers)).tolist()
        return {value: count for value, count in zip(self._numbers, counts, strict=True) if count}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Columns of the articles of a view.

    `titled` are their ordinals in order of title, with their `categories`; `changed` are the ordinals of those with a
    date, latest first, then by id, with the `days` and `kinds` (their numbers in KINDS) of their changes and their
    `areas`. `addresses` maps old addresses, as `address` spells them, to ordinals.
    """

    titled: NDArray[np.int64]
    categories: Column
    changed: NDArray[np.int64]
    days: NDArray[np.str_]
    kinds: NDArray[np.int8]
    areas: Column
    addresses: dict[str, int]


def address(path: str) -> str:
    """Spell a path as addresses are compared: decoded, with a slash before and none behind; case as it is."""
    return "/" + normalize(unquote(path)).strip("/")


def change_of(status: str, created: str | None, updated: str | None) -> tuple[str, ChangeKind] | None:
    """Tell the day and kind of the latest change of an article, None if it has no date."""
    if status == "archived" and (day := updated or created):
        return day[:10], "archived"
    if updated and updated > (created or ""):
        return updated[:10], "edited"
    return (created[:10], "new") if created else None


def _read(snapshot: Snapshot, view: ViewSnapshot) -> Catalogue:
    locales, members = snapshot.store.locales.tolist(), view.members.tolist()
    titles: list[tuple[str, str, int, str | None]] = []
    changes: list[tuple[str, int, ChangeKind, str | None]] = []
    addresses: dict[str, int] = {}
    for row, title, status, front in snapshot.store.scan(_Front):
        if not members[row]:
            continue
        titles.append((fold(lower(title, locales[row])), title, row, front.category))
        if change := change_of(status, front.created, front.updated):
            changes.append((change[0], row, change[1], front.area))
        for alias in front.aliases:
            addresses.setdefault(address(alias), row)
    titles.sort(key=itemgetter(0, 1, 2))
    changes.sort(key=itemgetter(0), reverse=True)  # those of a day stay in order
    return Catalogue(
        titled=np.array([row for _, _, row, _ in titles], np.int64),
        categories=Column(category for *_, category in titles),
        changed=np.array([row for _, row, _, _ in changes], np.int64),
        days=np.array([day for day, *_ in changes], "U10"),
        kinds=np.array([KINDS.index(kind) for _, _, kind, _ in changes], np.int8),
        areas=Column(area for *_, area in changes),
        addresses=addresses,
    )


catalogue = OncePerView(_read)
"""Gives the catalogue of a view of a snapshot."""
