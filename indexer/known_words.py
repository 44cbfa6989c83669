"""Articles → the terms of their keyword index, and how many of them have each word: counted on where it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.build_cache import BuildCache, Words
from indexer.memory import Live
from indexer.prepare import Prepared
from kb_search.errors import IndexCorrupt
from kb_search.index_format import ViewLayout
from kb_search.stores.postings import GONE, Kept, Postings
from kb_search.stores.vocabulary import count_forms, read_counts


class Forgotten(Exception):
    """The build cache has lost what it should know: all must be read and analysed again."""


class KnownWords:
    """What articles are indexed by: just made, or from the build cache.

    `counted` is for the next build: by view and locale, the keys of what its vocabulary counts.
    """

    def __init__(self, cache: BuildCache, live: Live | None) -> None:
        """Count on from the vocabularies of `live`, if there is one."""
        self._cache, self._live = cache, live
        self.counted: dict[str, list[bytes]] = {}

    def terms(self, documents: Sequence[Prepared]) -> Iterator[str]:
        """Give the terms of each article. Raises Forgotten."""
        known = self._of(documents)
        return (known[entry.words_key].terms for entry in documents)

    def postings(self, documents: Sequence[Prepared], place: str) -> tuple[list[tuple[int, str]], Kept | None]:
        """Give the terms of the articles whose postings are not known, by row, and those that are, by their new rows.

        Raises Forgotten.
        """
        keys = [entry.words_key for entry in documents]
        if (before := self._posted_before(place)) is not None:
            old, postings = before
            free: dict[bytes, list[int]] = {}
            for row in range(len(keys) - 1, -1, -1):  # equal articles are taken from the end: in order
                free.setdefault(keys[row], []).append(row)
            places = np.array([rows.pop() if (rows := free.get(key, [])) else GONE for key in old], np.int64)
            new = sorted(row for rows in free.values() for row in rows)
            known = self._of([documents[row] for row in new])
            return [(row, known[keys[row]].terms) for row in new], Kept(postings, places)
        known = self._of(documents)
        return [(row, known[key].terms) for row, key in enumerate(keys)], None

    def counts(self, documents: Sequence[Prepared], place: str) -> Counter[str]:
        """Count in how many articles each word is, by the line that describes it; `place` is view and locale.

        Raises Forgotten.
        """
        before = self._counted_before(place)
        if before is not None:
            counts, keys = before
            now = Counter(entry.words_key for entry in documents)
            gone, new = Counter(keys) - now, now - Counter(keys)
            left = self._cache.words(list(gone)) if len(gone) + len(new) < len(documents) else {}
            if len(left) == len(gone):
                known = self._of([entry for entry in documents if entry.words_key in new])
                counts.update(count_forms(known[key].forms for key in new.elements()))
                counts.subtract(count_forms(left[key].forms for key in gone.elements()))
                return counts
        known = self._of(documents)
        return count_forms(known[entry.words_key].forms for entry in documents)

    def _counted_before(self, place: str) -> tuple[Counter[str], list[bytes]] | None:
        found = self._contents(place, ViewLayout.vocabulary)
        if found is None:
            return None
        try:
            return read_counts(found[0]), found[1]
        except IndexCorrupt:
            return None

    def _posted_before(self, place: str) -> tuple[list[bytes], Postings] | None:
        found = self._contents(place, ViewLayout.postings)
        if found is None:
            return None
        try:
            postings = Postings(found[0])
        except IndexCorrupt:
            return None
        return (found[1], postings) if postings.size == len(found[1]) else None

    def _contents(self, place: str, of: Callable[[ViewLayout, str], Path]) -> tuple[Path, list[bytes]] | None:
        """Find a file of the live generation, by view and locale, and what articles it was made from."""
        if self._live is None:
            return None
        view, _, locale = place.partition("/")
        file = of(self._live.layout.view(view), locale)
        keys = self._live.contents(file, self._cache)
        return None if keys is None else (file, keys)

    def _of(self, documents: Sequence[Prepared]) -> dict[bytes, Words]:
        known = {entry.words_key: entry.words for entry in documents if entry.words}
        known.update(self._cache.words([entry.words_key for entry in documents if not entry.words]))
        if not known.keys() >= {entry.words_key for entry in documents}:
            raise Forgotten
        return known
