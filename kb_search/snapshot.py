"""One generation, opened: verified, immutable, shared by all threads. What a view can reach is decided here.

It answers nothing by itself: retrieval.py asks its stores.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_search.curation import Synonyms, load_synonyms, pin_key
from kb_search.disk import digest_of, read_ordinals
from kb_search.errors import IndexCorrupt, IndexIncompatible, UnknownView
from kb_search.index_format import GenerationLayout, IndexLayout, Manifest, open_manifest
from kb_search.ranking.calibration import Calibration
from kb_search.ranking.families import families, members_of
from kb_search.ranking.naming import Naming
from kb_search.stores.articles import ArticleStore, StoredPin
from kb_search.stores.base import KeywordStore, Mask, Ordinals, VectorStore
from kb_search.stores.keywords import TantivyKeywords
from kb_search.stores.sentences import SentenceStore
from kb_search.stores.vectors import FaissVectors, open_matrix
from kb_search.stores.vocabulary import Vocabulary
from kb_search.text.analyzer import ANALYZER_VERSION
from kb_search.text.language import UNKNOWN, Detected, LanguageIdentifier

_BEHIND_ALL = sys.maxsize
"""Place of the pins that have none."""


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """The search structures of one view. `members` is indexed by article ordinal, `articles` lists the ordinals.

    `families`, by article ordinal too, is the lowest ordinal among an article and its translations in this view;
    `translated` lists the articles of those families that have several. `languages` is None without articles.
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
    families: Ordinals
    translated: Mapping[int, tuple[int, ...]]
    languages: LanguageIdentifier | None
    synonyms: Mapping[str, Synonyms]
    pins: Mapping[str, Mapping[int, int]]

    @property
    def sizes(self) -> dict[str, int]:
        """The number of articles of each locale."""
        return {locale: store.size for locale, store in self.keywords.items()}

    def family(self, family: int) -> tuple[int, ...]:
        """List the articles of one family, in order."""
        return self.translated.get(family, (family,))

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

    def view(self, name: str) -> ViewSnapshot:
        """Choose a view. Raises UnknownView."""
        try:
            return self.views[name]
        except KeyError:
            known = ", ".join(sorted(self.views))
            raise UnknownView(
                f"The index has no view {name!r}, only {known}. Add it under [views] and run kb-search index again."
            ) from None

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
        sentences = SentenceStore(*generation.analysed, manifest.chunks)
        pins = store.pins()
        views = {name: _open_view(name, manifest, generation, store, matrix, names, pins) for name in manifest.views}
    except BaseException:
        store.close()
        raise
    return Snapshot(manifest, store, sentences, matrix, views)


def _open_view(
    name: str,
    manifest: Manifest,
    generation: GenerationLayout,
    store: ArticleStore,
    matrix: NDArray[np.float32],
    names: NDArray[np.float32],
    pins: Sequence[StoredPin],
) -> ViewSnapshot:
    layout, info = generation.view(name), manifest.views[name]
    keywords: dict[str, KeywordStore] = {}
    vocabularies = {locale: Vocabulary(layout.vocabulary(locale)) for locale in info.locales}
    members = np.zeros(len(store.ids), np.bool_)
    for locale in info.locales:
        ordinals = read_ordinals(layout.articles(locale))
        members[ordinals] = True
        keywords[locale] = TantivyKeywords(layout.keywords(locale), ordinals)
    related = families(store.originals, members)
    by_size = sorted(info.locales, key=lambda locale: (-info.locales[locale], locale))
    return ViewSnapshot(
        name=name,
        members=members,
        articles=np.flatnonzero(members),
        vectors=FaissVectors(layout.vectors, read_ordinals(layout.rows), matrix),
        keywords=keywords,
        vocabularies=vocabularies,
        calibration=Calibration.load(layout.calibration),
        names=FaissVectors(layout.names, read_ordinals(layout.name_rows), names),
        naming=Naming.load(layout.naming),
        families=related,
        translated=members_of(related),
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
