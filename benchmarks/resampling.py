"""The articles, texts and vectors of an index, fewer of them or more: what an index of another size is made of.

Fewer: whole articles, evenly spread. More: every article once, and then copies of articles drawn at random, each under
an id of its own, with the same texts and with vectors that are turned a little. Such an index tells how time and memory
grow, and nothing about how good its answers are: its vocabulary does not grow, and its articles have look-alikes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.build_cache import Words
from indexer.embed import EmbeddingPlan, EmbeddingPlans
from indexer.prepare import Prepared, keyword_fields, names_of, words_of
from indexer.sources import SourceRead
from kb_search.disk import digest_of
from kb_search.errors import ConfigError
from kb_search.snapshot import Snapshot
from kb_search.stores.articles import ArticleRecord, ChunkRecord
from kb_search.stores.base import Ordinals
from kb_search.types import SUMMARY_SUFFIX, Article, Chunk, Section

NOISE = 0.1
"""Length of what is added to a copy's unit vector before it is one again: their cosine is about 0.995."""
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Base:
    """What there is: articles in order of id, their chunks, and the rows of their chunks and names in the matrices.

    `matrix` and `names` are float32 of shape (rows, dimension), mapped.
    """

    articles: list[Article]
    chunks: list[list[Chunk]]
    chunk_rows: list[range]
    name_rows: list[range]
    matrix: NDArray[np.float32]
    names: NDArray[np.float32]


class Sampled(NamedTuple):
    """An article of the new index: which one of the base, and the number of the copy, 0 for itself."""

    article: int
    copy: int


def read_base(snapshot: Snapshot, names: NDArray[np.float32], view: str) -> Base:
    """Read the articles of a view back from an index. Sections are what their chunks say, joined."""
    store = snapshot.store
    members = snapshot.view(view).articles
    records = store.records(range(len(store.ids)))
    counts = [1 + len(records[row].meta.keywords) for row in range(len(store.ids))]
    first_name = np.cumsum([0, *counts])
    base = Base([], [], [], [], snapshot.matrix, names)
    for row in members.tolist():
        stored = store.chunks_of(row)
        base.articles.append(_article(records[row], stored, store.markdown(row)))
        base.chunks.append([_chunk(records[row].id, one) for one in stored])
        base.chunk_rows.append(range(int(store.first_chunk[row]), int(store.first_chunk[row + 1])))
        base.name_rows.append(range(int(first_name[row]), int(first_name[row + 1])))
    return base


def _article(record: ArticleRecord, stored: Sequence[ChunkRecord], markdown: str) -> Article:
    meta = {name: getattr(record.meta, name) for name in record.meta.__struct_fields__}
    sections: dict[str, Section] = {}
    for one in stored:
        if one.id.endswith(SUMMARY_SUFFIX):
            continue
        before = sections.get(one.anchor)
        text = before.text + one.joint + one.text if before else one.text
        sections[one.anchor] = Section(_path(one), one.anchor, text, 1)
    return Article(
        id=record.id,
        title=record.title,
        locale=record.locale,
        status=record.status,
        sections=tuple(sections.values()),
        markdown=markdown,
        **meta,
    )


def _chunk(article: str, stored: ChunkRecord) -> Chunk:
    return Chunk(stored.id, article, stored.anchor, _path(stored), stored.text, stored.text, stored.joint)


def _path(stored: ChunkRecord) -> tuple[str, ...]:
    return tuple(stored.heading.split(" › ")) if stored.heading else ()


def choose(counts: Sequence[int], wanted: int) -> list[Sampled]:
    """Choose articles that have `wanted` chunks together, or a few more; `counts` are the chunks of each article.

    The same ones each time. Raises ConfigError where there is nothing to choose from.
    """
    total = sum(counts)
    if wanted < 1 or not total:
        raise ConfigError(f"{wanted} passages of an index of {total}: give an index with passages, and at least 1.")
    if wanted <= total:
        # Evenly spread: by the golden ratio, any beginning of the order is spread over all of it.
        order: Ordinals = np.argsort(np.modf(np.arange(len(counts)) * 0.6180339887498949)[0], kind="stable")
        chosen = [Sampled(row, 0) for row in sorted(_until(order, counts, wanted))]
    else:
        chosen = [Sampled(row, 0) for row in range(len(counts))]
        drawn = np.random.default_rng(0).integers(len(counts), size=wanted)  # each has a chunk at least
        copies: dict[int, int] = {}
        for row in _until(drawn[np.array(counts)[drawn] > 0], counts, wanted - total):
            copies[row] = copies.get(row, 0) + 1
            chosen.append(Sampled(row, copies[row]))
    return chosen


def _until(order: Ordinals, counts: Sequence[int], wanted: int) -> list[int]:
    enough = int(np.searchsorted(np.cumsum(np.array(counts)[order]), wanted)) + 1
    return [int(row) for row in order[:enough]]


def make(base: Base, wanted: int) -> tuple[SourceRead, list[Prepared], EmbeddingPlans]:
    """Make what a build writes: articles in order of id, ready to be indexed, and a vector for each chunk and name."""
    sampled = choose([len(listed) for listed in base.chunks], wanted)
    made = [(_renamed(base.articles[one.article], one.copy), one) for one in sampled]
    made.sort(key=lambda pair: pair[0].id)
    articles = [article for article, _ in made]
    order = [one for _, one in made]
    chunks = [_chunks(base.chunks[one.article], article.id, one.copy) for article, one in made]
    digest = digest_of([f"{one.article} {one.copy}" for one in order])
    plans = EmbeddingPlans(
        _plan(base.matrix, [(base.chunk_rows[one.article], one.copy) for one in order], "chunk"),
        _plan(base.names, [(base.name_rows[one.article], one.copy) for one in order], "name"),
    )
    return SourceRead(articles, [], len(articles), digest), _prepared(articles, order, chunks, plans), plans


def _prepared(
    articles: Sequence[Article], order: Sequence[Sampled], chunks: Sequence[Sequence[Chunk]], plans: EmbeddingPlans
) -> list[Prepared]:
    """Copies have the words of their original: they are analysed once."""
    words: dict[int, tuple[bytes, Words]] = {}
    prepared = []
    chunk_keys, name_keys = iter(plans.chunks.keys), iter(plans.names.keys)
    for article, one, listed in zip(articles, order, chunks, strict=True):
        if one.article not in words:
            key = hashlib.sha256(f"words {one.article}".encode()).digest()
            words[one.article] = key, words_of(keyword_fields(article), article.locale)
        words_key, known = words[one.article]
        prepared.append(
            Prepared(
                key=hashlib.sha256(f"article {one.article} {one.copy}".encode()).digest(),
                article=article,
                chunk_ids=[chunk.id for chunk in listed],
                chunk_keys=b"".join(islice(chunk_keys, len(listed))),
                name_keys=b"".join(islice(name_keys, len(names_of(article)))),
                words_key=words_key,
                chunks=listed,
                words=known,
            )
        )
    return prepared


def _renamed(article: Article, copy: int) -> Article:
    """A copy has an id of its own, and is the translation of the original's copy of the same number."""
    if not copy:
        return article
    original = f"{article.translation_of}~{copy}" if article.translation_of else None
    return replace(article, id=f"{article.id}~{copy}", translation_of=original)


def _chunks(chunks: list[Chunk], article: str, copy: int) -> list[Chunk]:
    if not copy:
        return chunks
    return [replace(one, id=article + one.id.removeprefix(one.article_id), article_id=article) for one in chunks]


def _plan(matrix: NDArray[np.float32], taken: Sequence[tuple[range, int]], kind: str) -> EmbeddingPlan:
    """Give each row a key that says where its vector comes from, and the vector."""
    places = [(row, copy) for rows, copy in taken for row in rows]
    keys = [hashlib.sha256(f"{kind} {row} {copy}".encode()).digest() for row, copy in places]
    vectors: dict[bytes, NDArray[np.float32]] = {}
    for start, block in _blocks(matrix, places):
        vectors.update(zip(keys[start : start + len(block)], block, strict=True))
    return EmbeddingPlan(keys, vectors, {})


def _blocks(
    matrix: NDArray[np.float32], places: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    chance = np.random.default_rng(0)
    for start in range(0, len(places), _BLOCK):
        rows, copies = (np.array(column) for column in zip(*places[start : start + _BLOCK], strict=True))
        block = matrix[rows]
        turned = np.flatnonzero(copies)
        block[turned] = turn(block[turned], chance)
        yield start, block


def turn(vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Turn unit vectors a little, each in a direction of its own."""
    noise = chance.standard_normal(vectors.shape, np.float32)
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    turned = vectors + noise
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return turned
