"""Which articles are translations of each other, by what the articles that a reader may see say themselves. Pure.

An article's `translation_of` is a name: two articles that name the same original belong together whether or not it
exists, and what an article that is not visible says ties nothing together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def families(originals: NDArray[np.int64], members: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give every member the lowest ordinal of its family, any other article its own: int64 of shape (articles,).

    `originals` is indexed by article ordinal: the number of the original that an article names, −1 where it names
    none. A number below len(originals) is an article's ordinal, any other stands for a name that no article has.
    """
    count = len(originals)
    own = np.arange(max(count, int(originals.max(initial=-1)) + 1))
    parent = own.copy()
    linked = np.flatnonzero(members & (originals >= 0))
    parent[linked] = originals[linked]
    # Everyone follows two links at a time until all stand at the end of their chain. A circle has no end: after so
    # many steps everyone has seen all of it, and its lowest number stands for it.
    lowest = own
    for _ in range(len(own).bit_length()):
        lowest = np.minimum(lowest, lowest[parent])
        ahead = parent[parent]
        if np.array_equal(ahead, parent):
            break
        parent = ahead
    rows = np.flatnonzero(members)
    _, first, inverse = np.unique(lowest[parent[rows]], return_index=True, return_inverse=True)
    result = own[:count].copy()
    result[rows] = rows[first[inverse]]
    return result


def members_of(family_of: NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
    """List the articles of each family that has more than one, in order."""
    order = np.argsort(family_of, kind="stable")
    values, starts, counts = np.unique(family_of[order], return_index=True, return_counts=True)
    several = counts > 1
    spans = zip(values[several].tolist(), starts[several].tolist(), counts[several].tolist(), strict=True)
    return {family: tuple(order[start : start + count].tolist()) for family, start, count in spans}
