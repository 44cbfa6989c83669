"""One generation, opened: verified, immutable, shared by all threads. What a view can reach is decided here.

It answers nothing by itself: retrieval.py asks its stores.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kb_search.curation import Synonyms, load_synonyms, pin_key
from kb_search.disk import digest_of, read_ordinals
from kb_search.errors import ArticleNotFound, IndexCorrupt, IndexIncompatible, UnknownView
from kb_search.index_format import GenerationLayout, IndexLayout
from kb_search.manifest import Manifest, open_manifest
from kb_search.ranking.calibration import Calibration
from kb_search.ranking.families import Families, families
from kb_search.ranking.naming import Naming
from kb_search.stores.article_rows import StoredPin
from kb_search.stores.articles import ArticleStore
from kb_search.stores.base import KeywordStore, Mask, Ordinals, VectorStore
from kb_search.stores.keywords import TantivyKeywords
from kb_search.stores.matrix import open_matrix
from kb_search.stores.name_terms import NameTerms
from kb_search.stores.postings import Postings
from kb_search.stores.sentences import SentenceStore
from kb_search.stores.tuning import load_tuning
from kb_search.stores.vectors import FaissVectors
from kb_search.stores.vocabulary import Vocabulary
from kb_search.text.analyzer import ANALYZER_VERSION
from kb_search.text.language import UNKNOWN, Detected, LanguageIdentifier

_T = TypeVar("_T")

_BEHIND_ALL = sys.maxsize
"""Place of the pins that have none."""


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """The search structures of one view. `members` is indexed by article ordinal, `articles` lists the ordinals.

    `families` are the translations among its articles. `languages` is None without articles.
    `names` are the vectors of what the articles are called, by number of the name.
    `synonyms` has an entry for every locale of the view. `pins` maps a query, spelt by `pin_key`, to the articles that
    come first for it, each with its place (lower first, equal ones by score); the blank query has all of them.
    """

    name: str
    members: Mask
    articles: Ordinals
    vectors: VectorStore
    keywords: dict[str, KeywordStore]
    vocabularies: dict[str, Vocabulary]
    calibration: Calibration
    names: VectorStore
    naming: Naming
    families: Families
    languages: LanguageIdentifier | None
    synonyms: Mapping[str, Synonyms]
    pins: Mapping[str, Mapping[int, int]]

    @property
    def sizes(self) -> dict[str, int]:
        """The number of articles of each locale."""
        return {locale: store.size for locale, store in self.keywords.items()}

    def detect(self, text: str) -> Detected:
        """Tell which of the view's languages a text is in."""
        return self.languages.detect(text) if self.languages and text else UNKNOWN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of one generation."""

    manifest: Manifest
    store: ArticleStore
    sentences: SentenceStore
    matrix: NDArray[np.float32]
    views: dict[str, ViewSnapshot]
    layout: GenerationLayout
    name_terms: NameTerms

    def view(self, name: str) -> ViewSnapshot:
        """Choose a view. Raises UnknownView."""
        try:
            return self.views[name]
        except KeyError:
            known = ", ".join(sorted(self.views))
            raise UnknownView(
                f"The index has no view {name!r}, only {known}. Add it under [views] and run kb-search index again."
            ) from None

    def picture(self, name: str) -> bytes:
        """Read a picture that an article shows. Raises ArticleNotFound if the generation was deleted meanwhile."""
        try:
            return self.layout.asset(name).read_bytes()
        except OSError as error:
            raise ArticleNotFound(f"The picture {name!r} is no longer there. Read its article again.") from error

    def close(self) -> None:
        """Close the files that need closing; the maps go with the last reference."""
        self.store.close()


def open_snapshot(index: Path) -> Snapshot:
    """Open the live generation. Raises IndexNotFound, IndexCorrupt or IndexIncompatible; never opens a part."""
    layout = IndexLayout(index)
    generation = layout.generation(layout.current_name())
    manifest = open_manifest(generation)
    if manifest.analyzer_version != ANALYZER_VERSION:
        raise IndexIncompatible(
            f"{generation.folder} was analysed by version {manifest.analyzer_version} of the analyzer, this kb-search "
            f"has version {ANALYZER_VERSION}. Build it anew: kb-search index SOURCE --index {index}"
        )
    store = ArticleStore(generation.articles)
    try:
        _check_ids(store, manifest, generation)
        matrix = open_matrix(generation.vectors, manifest.model.dimension, manifest.chunks)
        names = open_matrix(generation.names, manifest.model.dimension, manifest.names)
        name_terms = NameTerms(generation.name_terms, manifest.articles, manifest.names)
        sentences = SentenceStore(*generation.analysed, manifest.chunks)
        pins = store.pins()
        parts = _Parts(manifest, generation)
        views = {name: _open_view(name, generation, store, matrix, names, pins, parts) for name in manifest.views}
    except BaseException:
        store.close()
        raise
    return Snapshot(manifest, store, sentences, matrix, views, generation, name_terms)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Opens the parts of views, each different one once: most views have most of them in common."""

    manifest: Manifest
    generation: GenerationLayout
    opened: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def open(self, path: Path, make: Callable[[], _T], *depends: bytes) -> _T:
        """Open a part, or take what was made of an equal one; `depends` is what else decides what it is."""
        key = (self.manifest.parts[path.relative_to(self.generation.folder).as_posix()], *depends)
        if key not in self.opened:
            self.opened[key] = make()
        found: _T = self.opened[key]
        return found

    def vectors(self, codes: Path, tuning: Path, rows: Ordinals, matrix: NDArray[np.float32]) -> VectorStore:
        """Open a FAISS index."""
        how = self.open(tuning, lambda: load_tuning(tuning))
        return self.open(codes, lambda: FaissVectors(codes, rows, matrix, how), rows.tobytes(), repr(how).encode())


def _open_view(
    name: str,
    generation: GenerationLayout,
    store: ArticleStore,
    matrix: NDArray[np.float32],
    names: NDArray[np.float32],
    pins: Sequence[StoredPin],
    parts: _Parts,
) -> ViewSnapshot:
    layout, info = generation.view(name), parts.manifest.views[name]
    keywords: dict[str, KeywordStore] = {}
    vocabularies: dict[str, Vocabulary] = {}
    members = np.zeros(len(store.ids), np.bool_)
    for locale in info.locales:
        ordinals = read_ordinals(layout.articles(locale))
        members[ordinals] = True
        folder, words = layout.keywords(locale), layout.vocabulary(locale)
        postings = parts.open(layout.postings(locale), partial(Postings, layout.postings(locale)))
        keywords[locale] = parts.open(folder, partial(TantivyKeywords, folder, postings, ordinals), ordinals.tobytes())
        vocabularies[locale] = parts.open(words, partial(Vocabulary, words))
    by_size = sorted(info.locales, key=lambda locale: (-info.locales[locale], locale))
    return ViewSnapshot(
        name=name,
        members=members,
        articles=np.flatnonzero(members),
        vectors=parts.vectors(layout.vectors, layout.tuning(layout.vectors), read_ordinals(layout.rows), matrix),
        keywords=keywords,
        vocabularies=vocabularies,
        calibration=parts.open(layout.calibration, lambda: Calibration.load(layout.calibration)),
        names=parts.vectors(layout.names, layout.tuning(layout.names), read_ordinals(layout.name_rows), names),
        naming=parts.open(layout.naming, lambda: Naming.load(layout.naming)),
        families=Families(families(store.originals, members), store.locales),
        languages=LanguageIdentifier(by_size) if by_size else None,
        synonyms=load_synonyms(layout.synonyms, info.locales),
        pins=_places([pin for pin in pins if members[pin.article] and pin.view in (None, name)]),
    )


def _places(pins: Sequence[StoredPin]) -> dict[str, dict[int, int]]:
    places: dict[str, dict[int, int]] = {}
    for pin in pins:  # in order of place: the first of an article is its best
        for key in (pin_key(pin.query), ""):
            places.setdefault(key, {}).setdefault(pin.article, _BEHIND_ALL if pin.place is None else pin.place)
    return places


def _check_ids(store: ArticleStore, manifest: Manifest, generation: GenerationLayout) -> None:
    """Texts and vectors are tied by order alone: the digest of the ordered ids proves that they belong together."""
    digest = digest_of([*store.ids, *store.chunk_ids()])
    if digest != manifest.ids_digest:
        raise IndexCorrupt(
            f"{generation.articles} lists other articles or chunks than the manifest ({digest[:12]}… instead of "
            f"{manifest.ids_digest[:12]}…). Build the index anew."
        )
