"""What is worked out once for each view of an open generation, when it is first asked for, and kept as long as that.

Opening an index stays as fast as it was: nothing is made for a view that nobody asks. Thread-safe: whoever comes while
it is being made waits for it, and nobody else does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import ArticleStore

_T = TypeVar("_T")


class _Slot(Generic[_T]):
    """A place for one value, and who may fill it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[_T] = []


class OncePerView(Generic[_T]):
    """Makes a value for a view and remembers it; it goes with the generation. The value must not refer to its store."""

    def __init__(self, make: Callable[[Snapshot, ViewSnapshot], _T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._slots: WeakKeyDictionary[ArticleStore, dict[str, _Slot[_T]]] = WeakKeyDictionary()

    def __call__(self, snapshot: Snapshot, view: ViewSnapshot) -> _T:
        """Give the value of a view, made now if it is the first time; what `make` raises is raised, and not kept."""
        with self._lock:
            slot = self._slots.setdefault(snapshot.store, {}).setdefault(view.name, _Slot())
        if not slot.values:
            with slot.lock:
                if not slot.values:
                    slot.values.append(self._make(snapshot, view))
        return slot.values[0]
