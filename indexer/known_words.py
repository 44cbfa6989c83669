"""Articles → the terms of their keyword index, and how many of them have each word: counted on where it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from indexer.build_cache import BuildCache, Words
from indexer.memory import Live
from indexer.prepare import Prepared
from kb_search.errors import IndexCorrupt
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
        if self._live is None:
            return None
        view, _, locale = place.partition("/")
        file = self._live.layout.view(view).vocabulary(locale)
        keys = self._live.contents(file, self._cache)
        if keys is None:
            return None
        try:
            return read_counts(file), keys
        except IndexCorrupt:
            return None

    def _of(self, documents: Sequence[Prepared]) -> dict[bytes, Words]:
        known = {entry.words_key: entry.words for entry in documents if entry.words}
        known.update(self._cache.words([entry.words_key for entry in documents if not entry.words]))
        if not known.keys() >= {entry.words_key for entry in documents}:
            raise Forgotten
        return known
