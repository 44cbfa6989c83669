"""The pipeline: sources → chunks → embeddings → views → one published generation.

Everything but the embeddings is made anew from the sources, in order of id, so that a build depends on what the
sources are and not on what they were. It prints nothing: it reports, and calls back with its progress.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from indexer.chunking import CHUNKER_VERSION, chunk_articles
from indexer.embed import EmbeddingPlans, Progress, embed_missing, plan_embedding
from indexer.embedding_cache import EmbeddingCache, open_cache, readable_cache
from indexer.publish import building, disk_errors, prune, publish, writer_lock
from indexer.report import BuildReport, DryRun, SourceReport, build_report
from indexer.sources import SourceRead, digest_sources, read_sources
from indexer.views import Corpus, Parts, build_view, names_of
from kb_search.config import Settings
from kb_search.disk import digest_of
from kb_search.embedding.base import Embedder
from kb_search.errors import IndexCorrupt, IndexIncompatible, IndexNotFound, StorageError
from kb_search.index_format import (
    FORMAT_VERSION,
    GenerationLayout,
    IndexLayout,
    Manifest,
    describe_files,
    open_manifest,
)
from kb_search.ranking.calibration import CALIBRATION_VERSION
from kb_search.ranking.naming import NAMING_VERSION
from kb_search.stores.articles import build_articles, shown_heading
from kb_search.stores.keywords import FIELD_WEIGHTS
from kb_search.stores.matrix import create_matrix
from kb_search.stores.sentences import SENTENCES_VERSION, analyse_chunk, build_sentences
from kb_search.stores.tuning import TUNING_VERSION
from kb_search.stores.vectors import VECTORS_VERSION
from kb_search.stores.vocabulary import VOCABULARY_VERSION
from kb_search.text.analyzer import ANALYZER_VERSION
from kb_search.types import SUMMARY_SUFFIX, Article, Chunk, Finding


def quiet(done: int, total: int) -> None:
    """Show no progress."""


def build_index(
    sources: Sequence[Path],
    index: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    full: bool = False,
    progress: Progress = quiet,
) -> BuildReport:
    """Bring an index up to date with its sources. `full` embeds and builds everything again.

    Raises SourceError, IndexLocked, StorageError; whatever happens, the live generation stays as it was until the
    new one is complete.
    """
    started = time.perf_counter()
    layout = IndexLayout(index)
    with writer_lock(layout):
        # Before reading: what changes while we read makes the next build differ, and read again.
        digest = _build_digest(digest_sources(sources, settings), settings, embedder)
        live = None if full else _live_manifest(layout)
        if live is not None and live.build_digest == digest:
            known_report = SourceReport.load(layout.generation(live.generation).report)
            seconds = time.perf_counter() - started
            return build_report(known_report, live, seconds, published=False, reused=live.chunks)
        read = read_sources(sources, settings)
        chunks = chunk_articles(read.articles, embedder.count_tokens, settings.chunking.max_tokens)
        cache, set_aside = open_cache(layout.cache)
        with contextlib.closing(cache), building(layout) as (name, target):
            plans = _plan(read.articles, chunks, None if full else cache, embedder)
            embedding_started = time.perf_counter()
            embed_missing(plans, embedder, cache, int(name), progress)
            embedding_seconds = time.perf_counter() - embedding_started
            known = {} if live is None else _known_parts(layout, live)
            manifest = write_generation(target, name, read, chunks, plans, embedder, settings, digest, known)
            publish(layout, target, manifest)
            pruned, left = _prune(layout, cache, plans, embedder, int(name), settings.retention.generations)
        return build_report(
            SourceReport.of(read),
            manifest,
            time.perf_counter() - started,
            published=True,
            reused=plans.chunks.reused,
            before=live,
            pruned=pruned,
            embedding_seconds=embedding_seconds,
            more=[*_about_cache(set_aside), *left],
        )


def plan_build(
    sources: Sequence[Path], index: Path, settings: Settings, embedder: Embedder, *, full: bool = False
) -> DryRun:
    """Say what `build_index` would do and cost, writing nothing."""
    read = read_sources(sources, settings)
    chunks = chunk_articles(read.articles, embedder.count_tokens, settings.chunking.max_tokens)
    with readable_cache(IndexLayout(index).cache) as cache:
        plans = _plan(read.articles, chunks, None if full else cache, embedder)
    plan = plans.chunks
    texts = list(plan.missing.values())
    tokens = sum(embedder.count_tokens(texts))
    names = list(plans.names.missing.values())
    seconds = _measured_seconds([*texts, *names], tokens + sum(embedder.count_tokens(names)), embedder)
    return DryRun(
        files=read.files,
        articles=len(read.articles),
        chunks=len(plan.keys),
        reused=plan.reused,
        to_embed=len(texts),
        tokens_to_embed=tokens,
        estimated_seconds=seconds,
        findings=tuple(read.findings),
    )


def _plan(
    articles: Sequence[Article], chunks: Sequence[Sequence[Chunk]], cache: EmbeddingCache | None, embedder: Embedder
) -> EmbeddingPlans:
    texts = [chunk.embedding_text for listed in chunks for chunk in listed]
    names = [name for article in articles for name in names_of(article)]
    fingerprint = embedder.spec.fingerprint
    return EmbeddingPlans(
        plan_embedding(texts, cache, fingerprint), plan_embedding(names, cache, fingerprint, role="query")
    )


def _measured_seconds(texts: Sequence[str], tokens: int, embedder: Embedder) -> float:
    """Embed a small sample, spread over all lengths, to tell how long the rest will take on this machine."""
    sample = sorted(texts, key=len)[:: max(1, len(texts) // 16)]
    if not sample:
        return 0.0
    sampled_tokens = max(1, sum(embedder.count_tokens(sample)))
    started = time.perf_counter()
    embedder.embed_passages(sample)
    return (time.perf_counter() - started) * tokens / sampled_tokens


def write_generation(
    target: GenerationLayout,
    name: str,
    read: SourceRead,
    chunks: list[list[Chunk]],
    plans: EmbeddingPlans,
    embedder: Embedder,
    settings: Settings,
    digest: str,
    known: dict[str, Path],
) -> Manifest:
    """Write all files of a generation but its manifest, which is returned.

    `plans` has a vector for every key; `known` maps the digests of finished parts to where they are.
    """
    articles = read.articles
    build_articles(target.articles, articles, chunks, read.curation.pins)
    build_sentences(*target.analysed, _analysed(articles, chunks))
    SourceReport.of(read).save(target.report)
    plan, called = plans.chunks, plans.names
    matrix = create_matrix(target.vectors, embedder.spec.dimension, len(plan.keys))
    for row, key in enumerate(plan.keys):
        matrix[row] = plan.vectors[key]
    names = create_matrix(target.names, embedder.spec.dimension, len(called.keys))
    for row, key in enumerate(called.keys):
        names[row] = called.vectors[key]
    fingerprint, synonyms = embedder.spec.fingerprint, read.curation.synonyms
    corpus = Corpus(
        articles, chunks, plan.keys, matrix, called.keys, names, fingerprint, settings.vectors.recall, synonyms
    )
    parts = Parts(known)
    views = {view: build_view(target, view, rule, corpus, parts) for view, rule in sorted(settings.views.items())}
    del matrix, names, corpus  # unmap, so that every row is in the file
    return Manifest(
        format_version=FORMAT_VERSION,
        generation=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        software=f"kb-search {version('kb-search')}",
        model=embedder.spec,
        model_fingerprint=fingerprint,
        analyzer_version=ANALYZER_VERSION,
        chunker_version=CHUNKER_VERSION,
        articles=len(articles),
        chunks=len(plan.keys),
        names=len(called.keys),
        ids_digest=digest_of([*(a.id for a in articles), *(c.id for listed in chunks for c in listed)]),
        source_digest=read.digest,
        build_digest=digest,
        views=views,
        parts=parts.made,
        files=describe_files(target),
    )


def _analysed(articles: Sequence[Article], chunks: Sequence[Sequence[Chunk]]) -> Iterator[bytes]:
    for article, listed in zip(articles, chunks, strict=True):
        for chunk in listed:
            heading, summary = shown_heading(chunk), chunk.id.endswith(SUMMARY_SUFFIX)
            yield analyse_chunk(chunk.text, heading, article.locale, article.title, summary=summary)


def _build_digest(sources: str, settings: Settings, embedder: Embedder) -> str:
    """All that decides the content of a generation."""
    versions = f"{FORMAT_VERSION} {ANALYZER_VERSION} {CHUNKER_VERSION} {CALIBRATION_VERSION} {NAMING_VERSION}"
    versions += f" {VOCABULARY_VERSION} {SENTENCES_VERSION} {VECTORS_VERSION} {TUNING_VERSION}"
    versions += f" {sorted(FIELD_WEIGHTS.items())} {version('kb-search')}"
    rules = repr((settings.chunking, settings.vectors, settings.sources, sorted(settings.views.items())))
    return digest_of([sources, embedder.spec.fingerprint, versions, rules])


def _live_manifest(layout: IndexLayout) -> Manifest | None:
    """The live generation, if it is whole: only then may its parts be linked or left as they are."""
    try:
        return open_manifest(layout.generation(layout.current_name()))
    except (IndexNotFound, IndexCorrupt, IndexIncompatible):
        return None


def _known_parts(layout: IndexLayout, live: Manifest) -> dict[str, Path]:
    folder = layout.generation(live.generation).folder
    return {digest: folder / path for path, digest in live.parts.items()}


def _prune(
    layout: IndexLayout, cache: EmbeddingCache, plans: EmbeddingPlans, embedder: Embedder, generation: int, keep: int
) -> tuple[list[str], list[Finding]]:
    """Drop what is no longer kept. The new generation is live: what cannot be dropped now, the next build drops."""
    try:
        with disk_errors(layout.root):
            cache.prune(embedder.spec.fingerprint, plans.keys, generation, keep)
            return prune(layout, keep), []
    except StorageError as error:
        message = f"Old generations or unused embeddings could not be dropped ({error.__cause__})."
        return [], [Finding(str(layout.root), "not-pruned", message, "The next build tries again.", "warning")]


def _about_cache(set_aside: Path | None) -> list[Finding]:
    if set_aside is None:
        return []
    message = "The embedding cache was damaged: it has this name now, and what it held was embedded again."
    return [Finding(str(set_aside), "cache-damaged", message, "Check the disk, then delete the file.", "warning")]
