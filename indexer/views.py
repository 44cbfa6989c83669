"""The search structures of every view: built where their inputs changed, hard-linked where they did not.

A view's structures see only what its readers may see, so that no score, count or statistic can depend on
anything else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.known_words import KnownWords
from indexer.prepare import Prepared
from indexer.publish import hard_link
from indexer.visibility import visible
from kb_search.config import View
from kb_search.curation import SynonymRule, rules_for, save_synonyms
from kb_search.disk import digest_of, write_ordinals
from kb_search.index_format import GenerationLayout, ViewLayout
from kb_search.manifest import ViewInfo
from kb_search.ranking.calibration import CALIBRATION_VERSION, Calibration
from kb_search.ranking.naming import NAMING_VERSION, Naming
from kb_search.stages import Stages
from kb_search.stores.keywords import FIELD_WEIGHTS, write_keywords
from kb_search.stores.postings import POSTINGS_VERSION, write_postings
from kb_search.stores.tuning import QUERIES, TUNING_VERSION, load_tuning, save_tuning, tune
from kb_search.stores.vectors import VECTORS_VERSION, FaissVectors, build_vectors
from kb_search.stores.vocabulary import VOCABULARY_VERSION, write_vocabulary
from kb_search.text.analyzer import ANALYZER_VERSION
from kb_search.text.locales import primary

_REFUSED = re.compile(r"IO ?error|os error", re.IGNORECASE)


@dataclass(slots=True)
class Parts:
    """Finished parts that may be linked, by digest of their inputs; and the parts of this generation."""

    known: dict[str, Path]
    watch: Stages
    made: dict[str, str] = field(default_factory=dict)

    def provide(self, folder: Path, root: Path, digest: str, make: Callable[[Path], None]) -> None:
        """Link an equal part, or make it."""
        if (finished := self.known.get(digest)) is not None:
            hard_link(finished, folder)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with self.watch(folder.stem):
                make(folder)
            self.known[digest] = folder
        self.made[folder.relative_to(root).as_posix()] = digest


@dataclass(frozen=True)
class Corpus:
    """What all views are cut from: articles in order of id, and the keys and vectors of chunks and names.

    `keys` are uint8 of shape (chunks, 32), `matrix` float32 of shape (chunks, dimension), in order of article; so are
    `name_keys` and `names`, of what articles are called, as queries.
    """

    articles: Sequence[Prepared]
    keys: NDArray[np.uint8]
    matrix: NDArray[np.float32]
    name_keys: NDArray[np.uint8]
    names: NDArray[np.float32]
    fingerprint: str
    words: KnownWords
    recall: float
    synonyms: Sequence[SynonymRule] = ()

    @cached_property
    def first_chunk(self) -> NDArray[np.int64]:
        """The ordinal of each article's first chunk; then the number of all chunks."""
        return np.cumsum([0, *(len(article.chunk_ids) for article in self.articles)])

    @cached_property
    def first_name(self) -> NDArray[np.int64]:
        """The number of each article's first name, its title; then the number of all names."""
        return np.cumsum([0, *(len(article.name_keys) // 32 for article in self.articles)])

    @cached_property
    def languages(self) -> list[str]:
        """The language of each article."""
        known: dict[str, str] = {}
        locales = (entry.article.locale for entry in self.articles)
        return [known.get(locale) or known.setdefault(locale, primary(locale)) for locale in locales]

    @cached_property
    def titled(self) -> list[bool]:
        """Whether the title of each article is a name, not the beginning of its text."""
        return [not entry.article.extra.get("title_from_text") for entry in self.articles]

    @cached_property
    def untitled(self) -> NDArray[np.int64]:
        """The first names that are only the beginning of a text, by number."""
        return self.first_name[:-1][~np.array(self.titled, np.bool_)]


def build_view(layout: GenerationLayout, name: str, view: View, corpus: Corpus, parts: Parts) -> ViewInfo:
    """Write one view of a generation and describe it for the manifest."""
    shown: dict[object, bool] = {}  # by what decides it: few kinds of articles among very many
    rows = []
    for row, entry in enumerate(corpus.articles):
        kind = entry.article.status, entry.article.audience
        if (seen := shown.get(kind)) is None:
            seen = shown[kind] = visible(entry.article, view)
        if seen:
            rows.append(row)
    target = layout.view(name)
    chunk_rows = _spread(corpus.first_chunk, rows)
    write_ordinals(target.rows, chunk_rows)
    locales: dict[str, list[int]] = {}
    for row in rows:
        locales.setdefault(corpus.articles[row].article.locale, []).append(row)
    passages = corpus.fingerprint, _hashed(corpus.keys[chunk_rows])
    vectors_digest = f"v{VECTORS_VERSION}" + digest_of(passages)
    parts.provide(
        target.vectors,
        layout.folder,
        vectors_digest,
        lambda p: build_vectors(p, corpus.matrix[chunk_rows]),
    )
    named = np.setdiff1d(_spread(corpus.first_name, rows), corpus.untitled, assume_unique=True)
    titles = _titles(rows, corpus)
    titled = [f"{language} {_hashed(corpus.name_keys[own])}" for language, own in sorted(titles.items())]
    parts.provide(
        target.calibration,
        layout.folder,
        "c" + digest_of([str(CALIBRATION_VERSION), *passages, *titled]),
        lambda p: Calibration.fit(
            corpus.matrix[chunk_rows], {language: corpus.names[own] for language, own in titles.items()}
        ).save(p),
    )
    parts.provide(
        target.tuning(target.vectors),
        layout.folder,
        f"u{TUNING_VERSION}" + digest_of([vectors_digest, repr(corpus.recall), *titled]),
        lambda p: _tune(p, target.vectors, chunk_rows, corpus.matrix, _asked(titles, target, corpus), corpus.recall),
    )
    _provide_names(named, target, layout, corpus, parts)
    for locale, members in sorted(locales.items()):
        write_ordinals(target.articles(locale), np.array(members))
        documents = [corpus.articles[row] for row in members]
        place = f"{name}/{locale}"
        corpus.words.counted[place] = [entry.words_key for entry in documents]
        digest = "k" + digest_of(
            [
                str(ANALYZER_VERSION),
                repr(sorted(FIELD_WEIGHTS.items())),
                locale,
                _hashed(b"".join(corpus.words.counted[place])),
            ]
        )
        parts.provide(target.keywords(locale), layout.folder, digest, partial(_keywords, documents, corpus.words))
        parts.provide(
            target.postings(locale),
            layout.folder,
            f"p{POSTINGS_VERSION}" + digest,
            partial(_postings, documents, corpus.words, place),
        )
        parts.provide(
            target.vocabulary(locale),
            layout.folder,
            f"w{VOCABULARY_VERSION}" + digest,
            partial(_vocabulary, documents, corpus.words, place),
        )
    save_synonyms(target.synonyms, rules_for(corpus.synonyms, name, locales))
    tuning = load_tuning(target.tuning(target.vectors))
    return ViewInfo(
        audiences=view.audiences,
        statuses=view.statuses,
        articles=len(rows),
        chunks=len(chunk_rows),
        locales={locale: len(members) for locale, members in sorted(locales.items())},
        vector_index=tuning.kind,
        vector_recall=tuning.recall,
    )


def _spread(first: NDArray[np.int64], rows: Sequence[int]) -> NDArray[np.int64]:
    """List what some articles have, given where that of each article begins."""
    has = np.zeros(len(first) - 1, np.bool_)
    has[rows] = True
    return np.flatnonzero(np.repeat(has, np.diff(first)))


def _hashed(keys: NDArray[np.uint8] | bytes) -> str:
    return hashlib.sha256(keys if isinstance(keys, bytes) else keys.tobytes()).hexdigest()


def _titles(rows: Sequence[int], corpus: Corpus) -> dict[str, list[int]]:
    """Group the titles of a view's articles by language, without those that are the beginning of a text."""
    found: dict[str, list[int]] = {}
    first = corpus.first_name.tolist()
    for row in rows:
        if corpus.titled[row]:
            found.setdefault(corpus.languages[row], []).append(first[row])
    return found


def _provide_names(
    rows: NDArray[np.int64], target: ViewLayout, layout: GenerationLayout, corpus: Corpus, parts: Parts
) -> None:
    """Write what a view's articles are called, and how near such names are to each other."""
    owners = np.repeat(np.arange(len(corpus.articles)), np.diff(corpus.first_name))[rows].tolist()
    articles = [corpus.articles[row].article for row in owners]
    families = [article.translation_of or article.id for article in articles]
    languages = [corpus.languages[row] for row in owners]
    write_ordinals(target.name_rows, rows)
    keys = corpus.name_keys[rows]
    texts = [corpus.fingerprint, _hashed(keys)]
    names_digest = f"n{VECTORS_VERSION}" + digest_of(texts)
    parts.provide(target.names, layout.folder, names_digest, lambda p: build_vectors(p, corpus.names[rows]))
    parts.provide(
        target.tuning(target.names),
        layout.folder,
        f"o{TUNING_VERSION}" + digest_of([names_digest, repr(corpus.recall)]),
        lambda p: _tune(p, target.names, rows, corpus.names, corpus.names[rows[:: _step(len(rows))]], corpus.recall),
    )
    parts.provide(
        target.naming,
        layout.folder,
        "m" + digest_of([str(NAMING_VERSION), *texts, "\0".join(families), "\0".join(languages)]),
        lambda p: Naming.fit(corpus.names[rows], [key.tobytes() for key in keys], families, languages).save(p),
    )


def _keywords(documents: Sequence[Prepared], words: KnownWords, folder: Path) -> None:
    try:
        write_keywords(folder, words.terms(documents))
    except ValueError as error:  # tantivy's word for everything, a full disk too
        if _REFUSED.search(str(error)):
            raise OSError(f"tantivy: {error}") from error
        raise


def _postings(documents: Sequence[Prepared], words: KnownWords, place: str, file: Path) -> None:
    changed, kept = words.postings(documents, place)
    write_postings(file, len(documents), changed, kept)


def _vocabulary(documents: Sequence[Prepared], words: KnownWords, place: str, file: Path) -> None:
    write_vocabulary(file, words.counts(documents, place))


def _asked(titles: Mapping[str, Sequence[int]], target: ViewLayout, corpus: Corpus) -> NDArray[np.float32]:
    """Take titles as queries, evenly spread, made ready as a query of their language is."""
    calibration = Calibration.load(target.calibration)
    known = [(language, row) for language, rows in sorted(titles.items()) for row in rows]
    asked = known[:: _step(len(known))]
    vectors = [calibration.focus(corpus.names[row], {language: 1.0}).vector for language, row in asked]
    return np.array(vectors, np.float32).reshape(-1, corpus.names.shape[1])


def _step(count: int) -> int:
    """Every how manieth of `count` is asked, so that there are QUERIES of them at most."""
    return max(1, -(-count // QUERIES))


def _tune(
    path: Path,
    codes: Path,
    rows: NDArray[np.int64],
    matrix: NDArray[np.float32],
    queries: NDArray[np.float32],
    recall: float,
) -> None:
    save_tuning(path, tune(FaissVectors(codes, rows, matrix), queries, recall))
