"""All that was read, prepared and embedded → the files of one generation, and its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from indexer.chunking import CHUNKER_VERSION
from indexer.embed import EmbeddingPlans
from indexer.known_words import KnownWords
from indexer.listing import largest
from indexer.memory import Live
from indexer.pictures import PictureFile, with_pictures, write_pictures
from indexer.prepare import Prepared, names_of
from indexer.report import SourceReport
from indexer.sources import SourceRead
from indexer.vector_rows import NO_ROWS, write_rows
from indexer.views import Corpus, Parts, build_view
from kb_search.config import Settings
from kb_search.disk import digest_of
from kb_search.embedding.base import Embedder
from kb_search.index_format import FORMAT_VERSION, GenerationLayout, IndexLayout
from kb_search.manifest import Manifest, ViewInfo, describe_files
from kb_search.stages import Stages
from kb_search.stores.article_copy import copy_articles, first_chunks
from kb_search.stores.article_rows import ShownPicture, build_articles, shown_heading
from kb_search.stores.name_terms import Called, NameTerms, digests, write_name_terms
from kb_search.stores.sentences import SentenceFiles, analyse_chunk, build_sentences
from kb_search.text.analyzer import ANALYZER_VERSION, stems
from kb_search.types import SUMMARY_SUFFIX


@dataclass(frozen=True, slots=True)
class Made:
    """What a generation is written from: `prepared` has the articles of `read`, in order."""

    read: SourceRead
    prepared: Sequence[Prepared]
    plans: EmbeddingPlans
    words: KnownWords


def write_generation(
    target: GenerationLayout,
    name: str,
    build_digest: str,
    settings: Settings,
    embedder: Embedder,
    made: Made,
    parts: Parts,
    watch: Stages,
    live: Manifest | None,
    recalled: Live | None,
) -> Manifest:
    """Write all files of a generation but the manifest, and give that. Raises Forgotten.

    `live` is verified: the digests of what is linked from it are taken from there. `recalled` is what it holds.
    """
    read, prepared, plans = made.read, made.prepared, made.plans
    index = IndexLayout(target.folder.parent.parent)
    with watch("pictures"):
        named = {(file.path, file.root): file for shown in read.pictures.values() for file in shown.values()}
        known = index.generation(live.generation) if live else None
        # What they were when they were looked at is written down: one that changed since is news to the next build.
        pictures = write_pictures(target, named.values(), largest(settings), known)
    with ThreadPoolExecutor(1, "articles") as beside:  # SQLite lets us go on
        written = beside.submit(_write_articles, target, made, pictures, recalled, watch)
        views = _write_views(target, settings, embedder, made, parts, watch, recalled)
        SourceReport.of(read, sorted(named.values(), key=lambda file: (file.path, file.root))).save(target.report)
        written.result()
    ids = [*(entry.article.id for entry in prepared), *(chunk for entry in prepared for chunk in entry.chunk_ids)]
    with watch("hash"):
        linked = _inode_digests(index.generation(live.generation), live) if live else {}
        files = describe_files(target, linked)
    return Manifest(
        format_version=FORMAT_VERSION,
        generation=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        software=f"kb-search {version('kb-search')}",
        model=embedder.spec,
        model_fingerprint=embedder.spec.fingerprint,
        analyzer_version=ANALYZER_VERSION,
        chunker_version=CHUNKER_VERSION,
        articles=len(prepared),
        chunks=len(plans.chunks.keys),
        names=len(plans.names.keys),
        ids_digest=digest_of(ids),
        source_digest=read.digest,
        build_digest=with_pictures(build_digest, named.values()),
        views=views,
        parts=parts.made,
        files=files,
    )


def _write_views(
    target: GenerationLayout,
    settings: Settings,
    embedder: Embedder,
    made: Made,
    parts: Parts,
    watch: Stages,
    recalled: Live | None,
) -> dict[str, ViewInfo]:
    """Write the vectors of all that is embedded, and all views of it."""
    plans, dimension = made.plans, embedder.spec.dimension
    with watch("vectors"):
        old = recalled.layout if recalled else target
        rows = (recalled.chunks, recalled.names) if recalled else (NO_ROWS, NO_ROWS)
        matrix = write_rows(target.vectors, plans.chunks, old.vectors, rows[0], dimension)
        names = write_rows(target.names, plans.names, old.names, rows[1], dimension)
    corpus = Corpus(
        articles=made.prepared,
        keys=_stacked(plans.chunks.keys),
        matrix=matrix,
        name_keys=_stacked(plans.names.keys),
        names=names,
        fingerprint=embedder.spec.fingerprint,
        words=made.words,
        recall=settings.vectors.recall,
        synonyms=made.read.curation.synonyms,
    )
    with watch("views"):
        views = {view: build_view(target, view, rule, corpus, parts) for view, rule in sorted(settings.views.items())}
    return views


def _write_articles(
    target: GenerationLayout,
    made: Made,
    pictures: Mapping[tuple[bytes, bytes], PictureFile],
    live: Live | None,
    watch: Stages,
) -> None:
    articles, prepared, pins = made.read.articles, made.prepared, made.read.curation.pins
    chunks = [entry.chunks or () for entry in prepared]
    # What has just been read is written anew, whether or not the live generation has it too.
    places = [live.articles.get(entry.key) if live and entry.chunks is None else None for entry in prepared]
    with watch("articles"):
        if live is None:
            build_articles(target.articles, articles, chunks, pins, _shown(made, pictures))
        else:
            counts = [len(entry.chunk_ids) for entry in prepared]
            copy_articles(
                target.articles, live.layout.articles, places, articles, chunks, counts, pins, _shown(made, pictures)
            )
    with watch("names"):
        write_name_terms(target.name_terms, _called(prepared, places, live))
    with watch("sentences"):
        build_sentences(*target.analysed, _analysed(prepared, places, live))


def _shown(made: Made, pictures: Mapping[tuple[bytes, bytes], PictureFile]) -> Iterator[ShownPicture]:
    """List which article shows which picture, as it was written."""
    for row, article in enumerate(made.read.articles):
        for path, file in made.read.pictures.get(article.id, {}).items():
            if picture := pictures[file.path, file.root].picture:
                yield ShownPicture(row, path, picture)


def _called(prepared: Sequence[Prepared], places: Sequence[int | None], live: Live | None) -> Iterator[Called]:
    """Tell what each article is called: from the live generation where it has the article."""
    recalled = live is not None and any(place is not None for place in places)  # else it may be of another version
    known = NameTerms(live.layout.name_terms) if live and recalled else None
    for entry, place in zip(prepared, places, strict=True):
        if known is not None and place is not None:
            yield known.of(place)
            continue
        names, untitled = names_of(entry.article), bool(entry.article.extra.get("title_from_text"))
        yield Called([digests(stems(name, entry.article.locale)) for name in names], untitled)


def _analysed(prepared: Sequence[Prepared], places: Sequence[int | None], live: Live | None) -> Iterator[bytes]:
    """Give what is stored of each chunk's sentences: from the live generation where it has the article."""
    known = SentenceFiles(*live.layout.analysed) if live else None
    first = first_chunks(live.layout.articles) if live else []
    for entry, place in zip(prepared, places, strict=True):
        if known is not None and place is not None:
            yield from known.analysed(first[place], first[place + 1])
            continue
        for chunk in entry.chunks or ():
            heading, summary = shown_heading(chunk), chunk.id.endswith(SUMMARY_SUFFIX)
            yield analyse_chunk(chunk.text, heading, entry.article.locale, entry.article.title, summary=summary)


def _stacked(keys: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1) if keys else np.empty((0, 32), np.uint8)


def _inode_digests(generation: GenerationLayout, manifest: Manifest) -> dict[tuple[int, int], str]:
    """Map device and inode of the files of a verified generation to their digests."""
    found = ((generation.folder.joinpath(name).stat(), info.sha256) for name, info in manifest.files.items())
    return {(status.st_dev, status.st_ino): digest for status, digest in found}
