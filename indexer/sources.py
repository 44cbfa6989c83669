"""Folders and files → all articles, in order of id, and everything that is wrong with them.

A file that cannot be used is reported and left out; the others are read all the same. Nothing depends on the
order in which the disk lists files. What there is to read is listed first (`listing.py`), so that it can be compared
with what was read before.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.article import ReadDefaults, read_page
from indexer.beir import CORPUS_FILE, read_corpus
from indexer.curation import CURATION_FILE, Entry, parse_curation
from indexer.curation_checks import Curation, check_curation
from indexer.files import Unusable, decoded, read_bytes
from indexer.listing import Listing, digest_pairs, hash_listed, largest, list_sources
from indexer.pictures import Gallery, PictureFile, look_at, picture_findings
from indexer.relations import drop_duplicates, resolve_translations, unknown_keys
from indexer.sections import Heading
from indexer.tree import SUFFIXES, Found
from kb_search.config import Settings
from kb_search.disk import digest_of
from kb_search.errors import ConfigError, SourceError
from kb_search.text.language import LanguageIdentifier
from kb_search.text.locales import canonical
from kb_search.types import Article, Finding

_ABOUT_THE_FOLDER = frozenset({"readme", "contributing", "changelog"})
_FALLBACK_AUDIENCE = "internal"


class NoArticles(SourceError):
    """Not one article could be read; `findings` say why for each file."""

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Page:
    """What a linter wants to know of a Markdown file beyond its article: see ParsedMarkdown."""

    file: str
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    undescribed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one Markdown file gave. `digest` is the SHA-256 of its bytes; without `counts` it is not meant to be one.

    `key` is None unless it was recalled: then `article` has no sections, links, Markdown and page, `page` nothing to
    lint.
    """

    digest: str
    counts: bool
    article: Article | None = None
    findings: tuple[Finding, ...] = ()
    page: Page | None = None
    key: bytes | None = None


Recall = Callable[[Found], FileRead | None]
"""Gives what a file that is known to be unchanged gave before."""


@dataclass(frozen=True, slots=True)
class SourceRead:
    """All that was read. `digest` changes when a file does; `pages` is by article id, for those from Markdown.

    `files` counts those that hold articles, `reads` has what each of them gave, `origins` the file of each article that
    has one of its own, by id, `pictures` what each shows, by id and then by path as the article has it. Findings name
    files as they can be opened from here, `Article.source` names them inside their source folder.
    """

    articles: list[Article]
    findings: list[Finding]
    files: int
    digest: str
    pages: Mapping[str, Page] = field(default_factory=dict)
    curation: Curation = field(default_factory=Curation)
    reads: Mapping[Found, FileRead] = field(default_factory=dict)
    origins: Mapping[str, Found] = field(default_factory=dict)
    pictures: Mapping[str, Mapping[str, PictureFile]] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """A read in progress. `curated` holds the name and text of every curation file, `origins` the file of an article.

    Articles are told by what they are (`id()`): neither their ids nor the names of their files need be unique.
    """

    settings: Settings
    defaults: ReadDefaults
    recall: Recall
    articles: list[tuple[str, Article]] = field(default_factory=list)
    reads: dict[Found, FileRead] = field(default_factory=dict)
    origins: dict[int, Found] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    curated: list[tuple[str, str]] = field(default_factory=list)


def read_sources(paths: Sequence[Path], settings: Settings) -> SourceRead:
    """Read folders of Markdown, single Markdown files, and folders with a `corpus.jsonl`.

    Raises:
        SourceError: if a path is missing or no source, or if there is not one article in all of them.
        ConfigError: if a locale or the default audience of the settings cannot be used.
    """
    return read_listed(list_sources(paths), settings)


def read_listed(
    listing: Listing, settings: Settings, recall: Recall = lambda found: None, gallery: Gallery | None = None
) -> SourceRead:
    """Read what was listed, but for the files that `recall` knows already. Raises as `read_sources` does.

    `gallery` looks at pictures; without one, each is read.
    """
    reading = _Reading(settings, read_defaults(settings), recall, findings=list(listing.findings))
    for found in listing.curated:
        _read_curation(found, reading)
    for found in listing.articles:
        _take(found, recall(found) or _read_file(found, reading), reading)
    for found in listing.corpora:
        _read_corpus(found, reading)
    kept, duplicates = drop_duplicates(reading.articles)
    files = {identifier: file for identifier, (file, _) in kept.items()}
    ordered = [kept[identifier][1] for identifier in sorted(kept)]
    articles, translations = resolve_translations(ordered, files)
    entries, wrong = _parse_curated(reading)
    curation, unfitting = check_curation(entries, articles, settings.views)
    origins = {
        one: reading.origins[id(article)] for one, (_, article) in kept.items() if id(article) in reading.origins
    }
    pages = {one: page for one, found in origins.items() if (page := reading.reads[found].page)}
    gallery = gallery or Gallery(largest(settings))
    pictures = {
        article.id: look_at(article, origins[article.id], gallery)
        for article in articles
        if article.pictures and article.id in origins
    }
    unseen = [
        finding
        for article in articles
        if article.id in pictures
        for finding in picture_findings(article, origins[article.id].shown, pictures[article.id])
    ]
    from_markdown = [kept[identifier] for identifier in pages]
    findings = [*reading.findings, *duplicates, *translations, *unknown_keys(from_markdown), *wrong, *unfitting]
    findings += dict.fromkeys(unseen)  # a file that two articles show is named once
    findings.sort(key=lambda finding: (finding.path, finding.line or 0, finding.code, finding.message))
    if not articles:
        raise NoArticles(_nothing_found(listing.sources, len(reading.digests), findings), findings)
    return SourceRead(
        articles=articles,
        findings=findings,
        files=len(reading.digests),
        digest=digest_pairs([*reading.digests, *((CURATION_FILE, digest_of([text])) for _, text in reading.curated)]),
        pages=pages,
        curation=curation,
        reads=reading.reads,
        origins=origins,
        pictures=pictures,
    )


def digest_sources(paths: Sequence[Path], settings: Settings) -> str:
    """Hash all that `read_sources` would read, without parsing: equal digests, equal result under equal settings.

    Raises SourceError and ConfigError as `read_sources` does.
    """
    read_defaults(settings)
    return hash_listed(list_sources(paths), settings).digest


def _read_curation(found: Found, reading: _Reading) -> None:
    try:
        reading.curated.append((found.shown, decoded(read_bytes(Path(found.path), largest(reading.settings)))))
    except Unusable as error:
        reading.findings.append(Finding(found.shown, error.code, str(error), error.remedy))


def _parse_curated(reading: _Reading) -> tuple[list[Entry], list[Finding]]:
    entries: list[Entry] = []
    findings: list[Finding] = []
    for shown, text in sorted(reading.curated):
        found, wrong = parse_curation(text, shown)
        entries += found
        findings += wrong
    return entries, findings


def _read_file(found: Found, reading: _Reading) -> FileRead | None:
    try:
        raw = read_bytes(Path(found.path), largest(reading.settings))
        text = decoded(raw)
    except Unusable as error:
        reading.findings.append(Finding(found.shown, error.code, str(error), error.remedy))
        return None
    digest = hashlib.sha256(raw).hexdigest()
    about = Path(found.inside).stem.lower() in _ABOUT_THE_FOLDER and not text.startswith(("---", "\ufeff---"))
    if about and not found.chosen:
        message = "The file is about the folder and has no front matter; it is not an article."
        remedy = "Add front matter if readers should find it."
        return FileRead(digest, False, findings=(Finding(found.shown, "not-an-article", message, remedy, "note"),))
    article, findings, parsed = read_page(text, found.inside, reading.defaults)
    page = None
    if article and parsed:
        article = replace(article, file=posixpath.normpath(found.shown))
        page = Page(found.shown, parsed.headings, parsed.anchors, parsed.undescribed)
    renamed = tuple(replace(finding, path=found.shown) for finding in findings)
    return FileRead(digest, True, article if page else None, renamed, page)


def _take(found: Found, read: FileRead | None, reading: _Reading) -> None:
    if read is None:
        return
    reading.reads[found] = read
    reading.findings += read.findings
    if read.counts:
        reading.digests.append((found.inside, read.digest))
    if read.article:
        reading.articles.append((found.shown, read.article))
        reading.origins[id(read.article)] = found


def _read_corpus(found: Found, reading: _Reading) -> None:
    try:
        read = read_corpus(Path(found.path), CORPUS_FILE, reading.defaults, largest(reading.settings))
    except OSError as error:
        raise SourceError(f"{found.path} cannot be read ({error.strerror}). Check permissions and links.") from error
    reading.articles += [(found.shown, article) for article in read.articles]
    reading.findings += [replace(finding, path=found.shown) for finding in read.findings]
    reading.digests.append((CORPUS_FILE, read.digest))


def read_defaults(settings: Settings) -> ReadDefaults:
    """Work out what the settings add to an article. Raises ConfigError."""
    sources = settings.sources
    audiences = frozenset(audience for view in settings.views.values() for audience in view.audiences)
    if sources.default_audience is not None and sources.default_audience not in audiences:
        raise ConfigError(
            f"sources.default_audience is '{sources.default_audience}', which no view knows. "
            f"Choose from {', '.join(sorted(audiences))}."
        )
    locales = tuple(canonical(locale) for locale in sources.locales)
    identifier = LanguageIdentifier(locales)
    return ReadDefaults(
        locales=locales,
        audience=(sources.default_audience or _FALLBACK_AUDIENCE,),
        audiences=audiences,
        identify=identifier.identify,
    )


def _nothing_found(paths: Sequence[Path], files: int, findings: Sequence[Finding]) -> str:
    where = ", ".join(str(path) for path in paths) or "no folder"
    looked = f"Looked for {', '.join('*' + suffix for suffix in SUFFIXES)} and {CORPUS_FILE}; read {files} of them."
    errors = [finding for finding in findings if finding.severity == "error"]
    first = f" First error: {errors[0].path}: {errors[0].message} {errors[0].remedy}" if errors else ""
    return f"There is not one article in {where}. {looked}{first}"
