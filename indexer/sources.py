"""Folders and files → all articles, in order of id, and everything that is wrong with them.

A file that cannot be used is reported and left out; the others are read all the same. Nothing depends on the
order in which the disk lists files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.article import ReadDefaults, read_page
from indexer.beir import CORPUS_FILE, read_corpus
from indexer.curation import CURATION_FILE, OTHER_CURATION_FILE, Entry, parse_curation
from indexer.curation_checks import Curation, check_curation
from indexer.files import MEGABYTE, Unusable, decoded, read_bytes
from indexer.relations import drop_duplicates, resolve_translations, unknown_keys
from indexer.sections import Heading
from kb_search.config import Settings
from kb_search.disk import digest_of
from kb_search.errors import ConfigError, SourceError
from kb_search.text.language import LanguageIdentifier
from kb_search.text.locales import canonical
from kb_search.types import Article, Finding

SUFFIXES = (".md", ".markdown")
_SKIPPED_FOLDERS = frozenset({"node_modules"})
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
class SourceRead:
    """All that was read. `digest` changes when a file does; `pages` is by article id, for those from Markdown.

    `files` counts those that hold articles. Findings name files as they can be opened from here, `Article.source`
    names them inside their source folder.
    """

    articles: list[Article]
    findings: list[Finding]
    files: int
    digest: str
    pages: Mapping[str, Page] = field(default_factory=dict)
    curation: Curation = field(default_factory=Curation)


@dataclass(slots=True)
class _Reading:
    """A read in progress. `visited` holds the real paths of folders, so that none is read twice.

    `curated` holds the name and text of every curation file.
    """

    settings: Settings
    defaults: ReadDefaults
    articles: list[tuple[str, Article]] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    curated: list[tuple[str, str]] = field(default_factory=list)
    only_hash: bool = False

    @property
    def limit(self) -> int:
        """The most bytes that a file may have."""
        return int(self.settings.sources.max_file_mb * MEGABYTE)

    def warn(self, file: str, code: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(file, code, message, remedy, "warning"))


def read_sources(paths: Sequence[Path], settings: Settings) -> SourceRead:
    """Read folders of Markdown, single Markdown files, and folders with a `corpus.jsonl`.

    Raises:
        SourceError: if a path is missing or no source, or if there is not one article in all of them.
        ConfigError: if a locale or the default audience of the settings cannot be used.
    """
    reading = _Reading(settings, _defaults(settings))
    for path in paths:
        _read_source(path, reading)
    kept, duplicates = drop_duplicates(reading.articles)
    files = {identifier: file for identifier, (file, _) in kept.items()}
    ordered = [kept[identifier][1] for identifier in sorted(kept)]
    articles, translations = resolve_translations(ordered, files)
    entries, wrong = _parse_curated(reading)
    curation, unfitting = check_curation(entries, articles, settings.views)
    from_markdown = [pair for pair in kept.values() if pair[0] in reading.pages]
    findings = [*reading.findings, *duplicates, *translations, *unknown_keys(from_markdown), *wrong, *unfitting]
    findings.sort(key=lambda finding: (finding.path, finding.line or 0, finding.code, finding.message))
    if not articles:
        raise NoArticles(_nothing_found(paths, len(reading.digests), findings), findings)
    return SourceRead(
        articles=articles,
        findings=findings,
        files=len(reading.digests),
        digest=_digest([*reading.digests, *((CURATION_FILE, digest_of([text])) for _, text in reading.curated)]),
        pages={identifier: reading.pages[file] for identifier, file in files.items() if file in reading.pages},
        curation=curation,
    )


def digest_sources(paths: Sequence[Path], settings: Settings) -> str:
    """Hash all that `read_sources` would read, without parsing: equal digests, equal result under equal settings.

    Raises SourceError and ConfigError as `read_sources` does.
    """
    reading = _Reading(settings, _defaults(settings), only_hash=True)
    for path in paths:
        _read_source(path, reading)
    found = [(finding.path, f"{finding.code} {finding.message}") for finding in reading.findings]
    return _digest([*reading.digests, *found])


def _read_source(path: Path, reading: _Reading) -> None:
    if path.is_dir():
        _read_curation(path, reading)
        if _is_corpus_folder(path):
            _read_corpus(path, reading)
            return
        if (path / CORPUS_FILE).is_file():
            message = "The folder holds articles too, and only they are read."
            remedy = "Move the corpus to a folder of its own."
            reading.warn(_name(path / CORPUS_FILE), "corpus-ignored", message, remedy)
        for inside, file in sorted(_markdown_files(path, reading)):
            _read_file(file, inside, _name(path / inside), reading)
    elif path.suffix.lower() in SUFFIXES and os.path.lexists(path):
        _read_file(path, _printable(path.name), _name(path), reading, chosen=True)
    elif path.exists():
        raise SourceError(f"{path} is not a source. Name a folder, or a file that ends in {' or '.join(SUFFIXES)}.")
    else:
        raise SourceError(f"The source {path} does not exist. Check its spelling and the working folder.")


def _read_curation(folder: Path, reading: _Reading) -> None:
    """Read the curation file at the top of a source folder, if it has one."""
    other = folder / OTHER_CURATION_FILE
    if os.path.lexists(other):
        reading.warn(_name(other), "curation-ignored", "The file is not read.", f"Name it {CURATION_FILE}.")
    file = folder / CURATION_FILE
    shown, real = _name(file), os.path.realpath(file)
    if not os.path.lexists(file) or real in reading.visited:
        return
    try:
        raw = read_bytes(file, reading.limit)
        reading.visited.add(real)
        if reading.only_hash:
            reading.digests.append((shown, hashlib.sha256(raw).hexdigest()))
            return
        reading.curated.append((shown, decoded(raw)))
    except Unusable as error:
        reading.findings.append(Finding(shown, error.code, str(error), error.remedy))


def _parse_curated(reading: _Reading) -> tuple[list[Entry], list[Finding]]:
    entries: list[Entry] = []
    findings: list[Finding] = []
    for shown, text in sorted(reading.curated):
        found, wrong = parse_curation(text, shown)
        entries += found
        findings += wrong
    return entries, findings


def _read_file(file: Path, inside: str, shown: str, reading: _Reading, chosen: bool = False) -> None:
    try:
        raw = read_bytes(file, reading.limit)
        if reading.only_hash:
            reading.digests.append((shown, hashlib.sha256(raw).hexdigest()))
            return
        text = decoded(raw)
    except Unusable as error:
        reading.findings.append(Finding(shown, error.code, str(error), error.remedy))
        return
    if not chosen and file.stem.lower() in _ABOUT_THE_FOLDER and not text.startswith(("---", "\ufeff---")):
        message = "The file is about the folder and has no front matter; it is not an article."
        reading.findings.append(
            Finding(shown, "not-an-article", message, "Add front matter if readers should find it.", "note")
        )
        return
    reading.digests.append((inside, hashlib.sha256(raw).hexdigest()))
    article, findings, parsed = read_page(text, inside, reading.defaults)
    reading.findings += [replace(finding, path=shown) for finding in findings]
    if article and parsed:
        reading.articles.append((shown, article))
        reading.pages[shown] = Page(shown, parsed.headings, parsed.anchors, parsed.undescribed)


def _markdown_files(root: Path, reading: _Reading) -> Iterator[tuple[str, Path]]:
    """Find the articles below a folder, each with its path inside it. Real folders come before links to them."""
    folders, links = [root], list[Path]()
    while folders or links:
        if not folders:
            links.sort(reverse=True)
        folder = (folders or links).pop()
        real = os.path.realpath(folder)
        if real in reading.visited:
            message = "The folder was read already, by another name."
            reading.warn(_name(folder), "folder-seen", message, "Remove the link, or name the folder once.")
            continue
        reading.visited.add(real)
        for entry in _entries(folder, reading):
            path = folder / entry.name
            if os.path.isdir(path) if entry.is_symlink() else entry.is_dir():
                if path.suffix.lower() in SUFFIXES:
                    reading.warn(_name(path), "not-a-file", "It is a folder.", "Rename it; the files in it are read.")
                (links if entry.is_symlink() else folders).append(path)
            elif entry.name == CURATION_FILE and folder != root:
                message = "Only a curation file at the top of a source is read."
                reading.warn(_name(path), "curation-ignored", message, "Move what it says there.")
            elif path.suffix.lower() in SUFFIXES:
                yield _printable(path.relative_to(root).as_posix()), path


def _entries(folder: Path, reading: _Reading) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or str(error)
        finding = Finding(_name(folder), "unreadable", f"The folder cannot be read ({reason}).", "Check permissions.")
        reading.findings.append(finding)
        return []
    return [entry for entry in listed if not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS]


def _is_corpus_folder(folder: Path) -> bool:
    """Tell a corpus from a folder of articles that happens to hold one: it has no article at its top."""
    if not (folder / CORPUS_FILE).is_file():
        return False
    return not any(_has_front_matter(path) for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)


def _has_front_matter(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def _read_corpus(folder: Path, reading: _Reading) -> None:
    file = folder / CORPUS_FILE
    shown = _name(file)
    try:
        if reading.only_hash:
            with file.open("rb") as stream:
                reading.digests.append((shown, hashlib.file_digest(stream, "sha256").hexdigest()))
            return
        read = read_corpus(file, CORPUS_FILE, reading.defaults, reading.limit)
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror}). Check permissions and links.") from error
    reading.articles += [(shown, article) for article in read.articles]
    reading.findings += [replace(finding, path=shown) for finding in read.findings]
    reading.digests.append((CORPUS_FILE, read.digest))


def _defaults(settings: Settings) -> ReadDefaults:
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


def _digest(digests: list[tuple[str, str]]) -> str:
    return hashlib.sha256("".join(f"{inside}\0{digest}\n" for inside, digest in sorted(digests)).encode()).hexdigest()


def _name(path: Path) -> str:
    return _printable(path.as_posix())


def _printable(name: str) -> str:
    """A name on disk may hold bytes that are no text."""
    return os.fsencode(name).decode("utf-8", "replace")
