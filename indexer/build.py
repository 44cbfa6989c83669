"""The pipeline: sources → chunks → embeddings → views → one published generation.

A build depends on what the sources are and not on what they were: what is taken from the generation before and from
the caches equals what would be made anew, in order of id. It prints nothing: it reports, and calls back with its
progress.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from indexer.build_cache import BuildCache
from indexer.chunking import CHUNKER_VERSION, chunk_articles
from indexer.embed import EmbeddingPlans, Progress, embed_missing, plan_embedding
from indexer.embedding_cache import (
    EmbeddingCache,
    is_damage,
    open_cache,
    open_or_set_aside,
    readable_cache,
    set_aside,
    text_key,
)
from indexer.generation import Made, write_generation
from indexer.known_words import Forgotten, KnownWords
from indexer.listing import Hashed, Known, Listing, hash_listed, largest, list_sources
from indexer.memory import Live, Memory, code_digest, open_live, rules_digest, split_keys
from indexer.pictures import Gallery, with_pictures
from indexer.prepare import Prepared, names_of, prepare
from indexer.publish import building, disk_errors, prune, publish, writer_lock
from indexer.report import BuildReport, DryRun, SourceReport, build_report
from indexer.sources import read_defaults, read_listed, read_sources
from indexer.vector_rows import plan_rows
from indexer.views import Parts
from kb_search.config import Settings
from kb_search.disk import digest_of
from kb_search.embedding.base import Embedder
from kb_search.errors import IndexCorrupt, IndexIncompatible, IndexNotFound, StorageError
from kb_search.index_format import FORMAT_VERSION, IndexLayout
from kb_search.manifest import Manifest, open_manifest
from kb_search.ranking.calibration import CALIBRATION_VERSION
from kb_search.ranking.naming import NAMING_VERSION
from kb_search.stages import Stages
from kb_search.stores.keywords import FIELD_WEIGHTS
from kb_search.stores.name_terms import NAME_TERMS_VERSION
from kb_search.stores.pages import PAGES_VERSION
from kb_search.stores.postings import POSTINGS_VERSION
from kb_search.stores.sentences import SENTENCES_VERSION
from kb_search.stores.tuning import TUNING_VERSION
from kb_search.stores.vectors import VECTORS_VERSION
from kb_search.stores.vocabulary import VOCABULARY_VERSION
from kb_search.text.analyzer import ANALYZER_VERSION
from kb_search.types import Article, Chunk, Finding


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
    started, layout = time.perf_counter(), IndexLayout(index)
    with writer_lock(layout):
        order = _Order(sources, layout, settings, embedder, full, progress, started)
        try:
            return _build(order, [])
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            # The embedding cache was checked when it was opened: this one shows its damage when it is read.
            return _build(order, _about_cache(set_aside(layout.build_cache), "build", "read"))


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked of a build, and when."""

    sources: Sequence[Path]
    layout: IndexLayout
    settings: Settings
    embedder: Embedder
    full: bool
    progress: Progress
    started: float


def _build(order: _Order, damaged: list[Finding]) -> BuildReport:
    """Build for the one who holds the lock. Raises sqlite3.DatabaseError when the build cache is damaged."""
    watch, layout, settings, embedder = Stages(), order.layout, order.settings, order.embedder
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(1, "verify"))
        whole = pool.submit(_live_manifest, layout)  # hashing lets us go on
        with watch("scan"):
            read_defaults(settings)  # a wrong setting is said before anything is read
            known, renamed = open_or_set_aside(BuildCache, layout.build_cache)
            stack.callback(known.close)
            damaged = [*damaged, *_about_cache(renamed, "build", "read")]
            listing = list_sources(order.sources)
            # Before reading: what changes while we read makes the next build differ, and read again.
            before = known.files()
            hashed = hash_listed(listing, settings, {} if order.full else before)
        with watch("verify"):
            live = whole.result()
        digest = _build_digest(hashed.digest, settings, embedder)
        known_report = (
            None if order.full or live is None else SourceReport.load(layout.generation(live.generation).report)
        )
        pictures = known_report.pictures if known_report else ()
        gallery = Gallery(largest(settings), {} if order.full else before, pictures)
        with watch("pictures"):
            whole_digest = with_pictures(digest, gallery.again(pictures))
            _keep_stamps(known, before, {**hashed.known, **gallery.stamps})
        if known_report and live is not None and live.build_digest == whole_digest:
            seconds = time.perf_counter() - order.started
            return build_report(
                known_report, live, seconds, published=False, reused=live.chunks, stages=watch.seconds, more=damaged
            )
        with watch("open cache"):
            cache, renamed = open_cache(layout.cache)
        stack.callback(cache.close)
        job = _Job(layout, settings, embedder, known, cache, listing, hashed, gallery, digest, order.progress, watch)
        usable = None if order.full else live
        try:
            manifest, made, memory = _make(job, usable, _recallable(usable, job), full=order.full)
        except Forgotten:
            manifest, made, memory = _make(job, usable, None, full=order.full)
        with watch("prune"):
            pruned, left = _prune(job, manifest, made, memory)
        return build_report(
            SourceReport.of(made.read),
            manifest,
            time.perf_counter() - order.started,
            published=True,
            reused=made.plans.chunks.reused,
            before=live,
            pruned=pruned,
            stages=watch.seconds,
            more=[*damaged, *_about_cache(renamed, "embedding", "embedded"), *left],
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """What a build works with."""

    layout: IndexLayout
    settings: Settings
    embedder: Embedder
    known: BuildCache
    cache: EmbeddingCache
    listing: Listing
    hashed: Hashed
    gallery: Gallery
    digest: str
    progress: Progress
    watch: Stages


def _make(job: _Job, live: Manifest | None, recalled: Live | None, *, full: bool) -> tuple[Manifest, Made, Memory]:
    """Read, embed, write and publish. Raises Forgotten when what was recalled turns out to be lost."""
    settings, embedder, watch = job.settings, job.embedder, job.watch
    fingerprint, code = embedder.spec.fingerprint, code_digest()
    with watch("read"):
        memory = Memory(job.known, rules_digest(settings, fingerprint, code), job.hashed.files, recalled)
        read = read_listed(job.listing, settings, memory.recall, job.gallery)
        _keep_stamps(job.known, job.known.files(), {**job.hashed.known, **job.gallery.stamps})
    with watch("prepare"):
        prepared = memory.prepared(
            read, lambda new: prepare(new, embedder.count_tokens, settings.chunking.max_tokens, code)
        )
        memory.remember(read, prepared)
    with building(job.layout) as (name, target):
        with watch("plan"):
            plans = _plan_rows(prepared, recalled, None if full else job.cache, fingerprint)
        with watch("embed"):
            embed_missing(plans, embedder, job.cache, int(name), job.progress)
        made = Made(read, prepared, plans, KnownWords(job.known, recalled))
        parts = Parts({} if live is None else _known_parts(job.layout, live), watch)
        manifest = write_generation(target, name, job.digest, settings, embedder, made, parts, watch, live, recalled)
        with watch("publish"):
            publish(job.layout, target, manifest)
    return manifest, made, memory


def _keep_stamps(cache: BuildCache, before: Known, now: Known) -> None:
    changed = {path: known for path, known in now.items() if before.get(path) != known}
    if changed or before.keys() - now.keys():
        cache.put_files(changed)
        cache.forget_files(before.keys() - now.keys())
        cache.commit()


def _recallable(live: Manifest | None, job: _Job) -> Live | None:
    """Find what need not be made again: the live generation, if it and the caches are of one mind."""
    if live is None or not job.cache.knows_use(job.embedder.spec.fingerprint):
        return None
    return open_live(job.known, job.layout.generation(live.generation), live)


def _plan_rows(
    prepared: Sequence[Prepared], live: Live | None, cache: EmbeddingCache | None, fingerprint: str
) -> EmbeddingPlans:
    made = [entry for entry in prepared if entry.chunks is not None]
    texts = {text_key(chunk.embedding_text): chunk.embedding_text for entry in made for chunk in entry.chunks or ()}
    names = {text_key(name, "query"): name for entry in made for name in names_of(entry.article)}
    keys = split_keys(b"".join(entry.chunk_keys for entry in prepared))
    called = split_keys(b"".join(entry.name_keys for entry in prepared))
    return EmbeddingPlans(
        plan_rows(keys, texts, live.chunks.places if live else {}, cache, fingerprint),
        plan_rows(called, names, live.names.places if live else {}, cache, fingerprint),
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


def _build_digest(sources: str, settings: Settings, embedder: Embedder) -> str:
    """All that decides the content of a generation."""
    versions = f"{FORMAT_VERSION} {ANALYZER_VERSION} {CHUNKER_VERSION} {CALIBRATION_VERSION} {NAMING_VERSION}"
    versions += f" {VOCABULARY_VERSION} {SENTENCES_VERSION} {VECTORS_VERSION} {TUNING_VERSION} {POSTINGS_VERSION}"
    versions += f" {PAGES_VERSION} {NAME_TERMS_VERSION} {sorted(FIELD_WEIGHTS.items())} {version('kb-search')}"
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


def _prune(job: _Job, manifest: Manifest, made: Made, memory: Memory) -> tuple[list[str], list[Finding]]:
    """Drop what is no longer kept. The new generation is live: what cannot be dropped now, the next build drops."""
    layout, keep, generation = job.layout, job.settings.retention.generations, int(manifest.generation)
    target, sha = layout.generation(manifest.generation), manifest.files
    keys = {target.articles: [entry.key for entry in made.prepared]}
    keys |= {target.vectors: made.plans.chunks.keys, target.names: made.plans.names.keys}
    for place, counted in made.words.counted.items():
        view, _, locale = place.partition("/")
        keys[target.view(view).vocabulary(locale)] = keys[target.view(view).postings(locale)] = counted
    contents = {sha[file.relative_to(target.folder).as_posix()].sha256: listed for file, listed in keys.items()}
    try:
        with disk_errors(layout.root):
            job.cache.prune(job.embedder.spec.fingerprint, made.plans.keys, generation, keep)
            memory.retire(made.read, made.prepared, contents, generation, keep)
            return prune(layout, keep), []
    except StorageError as error:
        message = f"Old generations or unused embeddings could not be dropped ({error.__cause__})."
        return [], [Finding(str(layout.root), "not-pruned", message, "The next build tries again.", "warning")]


def _about_cache(set_aside: Path | None, kind: str, what: str) -> list[Finding]:
    if set_aside is None:
        return []
    message = f"The {kind} cache was damaged: it has this name now, and what it held was {what} again."
    return [Finding(str(set_aside), "cache-damaged", message, "Check the disk, then delete the file.", "warning")]
