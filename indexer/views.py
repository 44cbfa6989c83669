"""The search structures of every view: built where their inputs changed, hard-linked where they did not.

A view's structures see only what its readers may see, so that no score, count or statistic can depend on
anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.publish import hard_link
from indexer.visibility import visible
from kb_search.config import View
from kb_search.curation import SynonymRule, rules_for, save_synonyms
from kb_search.disk import digest_of, write_ordinals
from kb_search.index_format import GenerationLayout, ViewInfo, ViewLayout
from kb_search.ranking.calibration import CALIBRATION_VERSION, Calibration
from kb_search.ranking.naming import NAMING_VERSION, Naming
from kb_search.stores.keywords import FIELD_WEIGHTS, build_keywords
from kb_search.stores.tuning import QUERIES, TUNING_VERSION, load_tuning, save_tuning, tune
from kb_search.stores.vectors import VECTORS_VERSION, FaissVectors, build_vectors
from kb_search.stores.vocabulary import VOCABULARY_VERSION, build_vocabulary
from kb_search.text.analyzer import ANALYZER_VERSION, distinct, stems
from kb_search.text.locales import primary
from kb_search.types import Article, Chunk

_REFUSED = re.compile(r"IO ?error|os error", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What all views are cut from: articles in order of id, their chunks, the key and vector of every chunk.

    `names` are the vectors of names_of(article), article after article, as queries: float32 of shape (names,
    dimension).
    """

    articles: Sequence[Article]
    chunks: Sequence[Sequence[Chunk]]
    keys: Sequence[bytes]
    matrix: NDArray[np.float32]
    name_keys: Sequence[bytes]
    names: NDArray[np.float32]
    fingerprint: str
    recall: float
    synonyms: Sequence[SynonymRule] = ()


@dataclass(slots=True)
class Parts:
    """Finished parts that may be linked, by digest of their inputs; and the parts of this generation."""

    known: dict[str, Path]
    made: dict[str, str] = field(default_factory=dict)

    def provide(self, folder: Path, root: Path, digest: str, make: Callable[[Path], None]) -> None:
        """Link an equal part, or make it."""
        if (finished := self.known.get(digest)) is not None:
            hard_link(finished, folder)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            make(folder)
            self.known[digest] = folder
        self.made[folder.relative_to(root).as_posix()] = digest


def build_view(layout: GenerationLayout, name: str, view: View, corpus: Corpus, parts: Parts) -> ViewInfo:
    """Write one view of a generation and describe it for the manifest."""
    rows = [row for row, article in enumerate(corpus.articles) if visible(article, view)]
    target = layout.view(name)
    first = np.cumsum([0, *(len(listed) for listed in corpus.chunks)])
    chunk_rows = np.concatenate([np.arange(first[r], first[r + 1]) for r in rows] or [np.empty(0, np.int64)])
    write_ordinals(target.rows, chunk_rows)

    locales: dict[str, list[int]] = {}
    for row in rows:
        locales.setdefault(corpus.articles[row].locale, []).append(row)
    passages = [corpus.fingerprint, *(corpus.keys[row].hex() for row in chunk_rows)]
    vectors_digest = f"v{VECTORS_VERSION}" + digest_of(passages)
    parts.provide(
        target.vectors,
        layout.folder,
        vectors_digest,
        lambda p: build_vectors(p, corpus.matrix[chunk_rows]),
    )
    named = _names(rows, corpus.articles)
    titles = _titles(named, corpus.articles)
    titled = [f"{language} {corpus.name_keys[row].hex()}" for language, own in sorted(titles.items()) for row in own]
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
        documents = [keyword_fields(corpus.articles[row]) for row in members]
        digest = "k" + digest_of(
            [str(ANALYZER_VERSION), repr(sorted(FIELD_WEIGHTS.items())), locale, *map(_flat, documents)]
        )
        parts.provide(target.keywords(locale), layout.folder, digest, partial(_keywords, documents, locale))
        parts.provide(
            target.vocabulary(locale),
            layout.folder,
            f"w{VOCABULARY_VERSION}" + digest,
            partial(_vocabulary, documents, locale),
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


def names_of(article: Article) -> list[str]:
    """List what an article is called: its title first, then its keywords."""
    return [article.title, *article.keywords]


def _first_names(articles: Sequence[Article]) -> list[int]:
    """Give the number of each article's first name, its title; then the number of all names."""
    numbers: list[int] = np.cumsum([0, *(len(names_of(article)) for article in articles)]).tolist()
    return numbers


def _names(rows: Sequence[int], articles: Sequence[Article]) -> dict[int, int]:
    """Map the names of a view's articles to their articles, without titles that are the beginning of a text."""
    first = _first_names(articles)
    return {
        name: row
        for row in rows
        for name in range(first[row], first[row + 1])
        if name > first[row] or not articles[row].extra.get("title_from_text")
    }


def _titles(named: Mapping[int, int], articles: Sequence[Article]) -> dict[str, list[int]]:
    """Group the titles among the names of a view by the language of their articles."""
    first = _first_names(articles)
    found: dict[str, list[int]] = {}
    for name, row in named.items():
        if name == first[row]:
            found.setdefault(primary(articles[row].locale), []).append(name)
    return found


def _provide_names(
    named: Mapping[int, int], target: ViewLayout, layout: GenerationLayout, corpus: Corpus, parts: Parts
) -> None:
    """Write what a view's articles are called, and how near such names are to each other."""
    rows = np.array(list(named), np.int64)
    keys = [corpus.name_keys[row] for row in rows]
    owners = [corpus.articles[row] for row in named.values()]
    families = [article.translation_of or article.id for article in owners]
    languages = [primary(article.locale) for article in owners]
    write_ordinals(target.name_rows, rows)
    texts = [corpus.fingerprint, *(key.hex() for key in keys)]
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
        "m" + digest_of([str(NAMING_VERSION), *texts, *families, *languages]),
        lambda p: Naming.fit(corpus.names[rows], keys, families, languages).save(p),
    )


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


def keyword_fields(article: Article) -> dict[str, str]:
    """Collect the texts that keywords are matched in; names as in FIELD_WEIGHTS."""
    headings = dict.fromkeys(heading for section in article.sections for heading in section.heading_path)
    words = [article.summary or "", *article.keywords, *article.tags]
    return {
        "title": "" if article.extra.get("title_from_text") else article.title,
        "keywords": "\n".join(word for word in words if word),
        "headings": "\n".join(headings),
        "body": "\n".join(section.text for section in article.sections),
    }


def _keywords(documents: Sequence[Mapping[str, str]], locale: str, folder: Path) -> None:
    try:
        build_keywords(folder, ({name: stems(text, locale) for name, text in fields.items()} for fields in documents))
    except ValueError as error:  # tantivy's word for everything, a full disk too
        if _REFUSED.search(str(error)):
            raise OSError(f"tantivy: {error}") from error
        raise


def _vocabulary(documents: Sequence[Mapping[str, str]], locale: str, file: Path) -> None:
    build_vocabulary(file, (distinct("\n".join(fields.values()), locale) for fields in documents))


def _flat(fields: Mapping[str, str]) -> str:
    return "\x00".join(fields[name] for name in FIELD_WEIGHTS)
