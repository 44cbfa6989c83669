"""What a build says it did or would do, and what it keeps of that beside the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from indexer.pictures import PictureFile
from indexer.sources import SourceRead
from kb_search.manifest import Manifest
from kb_search.types import Article, Finding


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    `views` maps view → locale → articles; `fewer` maps view → articles that it lost against the generation before;
    `synonyms` and `pins` count the rules of curation files; `published` is False when nothing had changed. `stages` has
    the seconds that each stage took, in order; some ran beside each other.
    """

    generation: str
    published: bool
    files: int
    articles: int
    chunks: int
    reused: int
    embedded: int
    views: dict[str, dict[str, int]]
    fewer: dict[str, int]
    audiences: dict[str, int]
    synonyms: int
    pins: int
    findings: tuple[Finding, ...]
    pruned: tuple[str, ...]
    seconds: float
    embedding_seconds: float
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a build would do: articles, chunks, and the cost of those that are not in the cache."""

    files: int
    articles: int
    chunks: int
    reused: int
    to_embed: int
    tokens_to_embed: int
    estimated_seconds: float
    findings: tuple[Finding, ...]


class SourceReport(msgspec.Struct, frozen=True):
    """What reading the sources gave besides articles.

    It is kept in the generation, so that unchanged sources, which are not read again, are reported as before, and so
    that a picture is missed when it changes although no article does.
    """

    files: int
    audiences: dict[str, int]
    synonyms: int
    pins: int
    findings: tuple[Finding, ...]
    pictures: tuple[PictureFile, ...] = ()

    @classmethod
    def of(cls, read: SourceRead, pictures: Iterable[PictureFile] = ()) -> SourceReport:
        """Take what is reported from a read; `pictures` are all files that articles name as such."""
        curation = read.curation
        counts = _by_audience(read.articles), len(curation.synonyms), len(curation.pins)
        return cls(read.files, *counts, tuple(read.findings), tuple(pictures))

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")

    @classmethod
    def load(cls, path: Path) -> SourceReport:
        """Read the file of `save`."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def build_report(
    sources: SourceReport,
    manifest: Manifest,
    seconds: float,
    *,
    published: bool,
    reused: int,
    before: Manifest | None = None,
    pruned: Sequence[str] = (),
    stages: Mapping[str, float] | None = None,
    more: Sequence[Finding] = (),
) -> BuildReport:
    """Put a report together.

    `before` is the generation that was live until now; `more` are findings about something else than the sources.
    """
    known = {} if before is None else {name: view.articles for name, view in before.views.items()}
    lost = {name: known.get(name, 0) - view.articles for name, view in manifest.views.items()}
    return BuildReport(
        generation=manifest.generation,
        published=published,
        files=sources.files,
        articles=manifest.articles,
        chunks=manifest.chunks,
        reused=reused,
        embedded=manifest.chunks - reused,
        views={name: dict(view.locales) for name, view in manifest.views.items()},
        fewer={name: count for name, count in lost.items() if count > 0},
        audiences=sources.audiences,
        synonyms=sources.synonyms,
        pins=sources.pins,
        findings=(*sources.findings, *more),
        pruned=tuple(pruned),
        seconds=seconds,
        embedding_seconds=(stages or {}).get("embed", 0.0),
        stages=stages or {},
    )


def _by_audience(articles: Sequence[Article]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for article in articles:
        for audience in article.audience:
            counts[audience] = counts.get(audience, 0) + 1
    return dict(sorted(counts.items()))
