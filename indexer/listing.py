"""What there is to read below the sources, and whether it is what was read before, without reading all of it again.

As git does it: a file whose size, times and inode are those of the last time has the bytes of the last time. A file
that was changed just before it was looked at could be changed again within the same tick of its clock, so it is not
taken at its word: until it has rested for two seconds, its bytes are read every time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.beir import CORPUS_FILE
from indexer.build_cache import Stamp
from indexer.curation import CURATION_FILE, OTHER_CURATION_FILE
from indexer.files import MEGABYTE, Unusable, read_bytes
from indexer.tree import SUFFIXES, Found, markdown_files, printable, shown_as
from kb_search.config import Settings
from kb_search.errors import SourceError
from kb_search.types import Finding

RESTED = 2_000_000_000
"""Nanoseconds after which another change gives a file another time: FAT counts in steps of two seconds."""

Known = Mapping[str, tuple[Stamp, str]]
"""Absolute path → stamp and SHA-256 of a file's bytes."""


@dataclass(slots=True)
class Listing:
    """What there is to read. `visited` holds the real paths of folders and curation files, so none is read twice."""

    sources: Sequence[Path]
    articles: list[Found] = field(default_factory=list)
    corpora: list[Found] = field(default_factory=list)
    curated: list[Found] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Hashed:
    """The digest of all that was listed, that of each article's bytes, and the files whose stamps can be trusted."""

    digest: str
    files: Mapping[Found, str]
    known: Known


def list_sources(paths: Sequence[Path]) -> Listing:
    """List what the sources hold, opening next to nothing. Raises SourceError for a path that is none."""
    listing = Listing(paths)
    for path in paths:
        _list_source(path, listing)
    return listing


def hash_listed(listing: Listing, settings: Settings, known: Known | None = None) -> Hashed:
    """Hash all that was listed; equal digests, equal result under equal settings. Files in `known` are not read.

    Raises SourceError for a corpus that cannot be read.
    """
    now, limit = time.time_ns(), largest(settings)
    pairs = [(finding.path, f"{finding.code} {finding.message}") for finding in listing.findings]
    digests: dict[Found, str] = {}
    trusted: dict[str, tuple[Stamp, str]] = {}
    working = os.getcwd() + os.sep
    for found in (*listing.curated, *listing.articles, *listing.corpora):
        path = found.path if found.path.startswith(os.sep) else working + found.path
        stamp = stamp_of(found.path)
        before = known.get(path) if known else None
        try:
            if before and before[0] == stamp and (stamp.size <= limit or found in listing.corpora):
                digest = before[1]
            elif found in listing.corpora:
                digest = _hash_corpus(found)
            else:
                digest = hashlib.sha256(read_bytes(Path(found.path), limit)).hexdigest()
        except Unusable as error:
            pairs.append((found.shown, f"{error.code} {error}"))
            continue
        digests[found] = digest
        pairs.append((f"{found.shown}\0{found.inside}\0{found.chosen}", digest))  # ids come from the path inside
        if stamp and has_rested(stamp, now):
            trusted[path] = stamp, digest
    return Hashed(digest_pairs(pairs), digests, trusted)


def largest(settings: Settings) -> int:
    """Give the most bytes that a file may have."""
    return int(settings.sources.max_file_mb * MEGABYTE)


def digest_pairs(pairs: list[tuple[str, str]]) -> str:
    """Hash names and what they hold, in whatever order they come."""
    return hashlib.sha256("".join(f"{name}\0{held}\n" for name, held in sorted(pairs)).encode()).hexdigest()


def _list_source(path: Path, listing: Listing) -> None:
    if path.is_dir():
        _list_curation(path, listing)
        corpus = path / CORPUS_FILE
        if corpus.is_file():
            if not any(_has_front_matter(file) for file in path.glob("*") if file.suffix.lower() in SUFFIXES):
                listing.corpora.append(Found(CORPUS_FILE, shown_as(corpus), str(corpus)))
                return  # a corpus, not a folder of articles that happens to hold one
            message = "The folder holds articles too, and only they are read."
            remedy = "Move the corpus to a folder of its own."
            listing.findings.append(Finding(shown_as(corpus), "corpus-ignored", message, remedy, "warning"))
        listing.articles += markdown_files(path, listing.visited, listing.findings)
    elif path.suffix.lower() in SUFFIXES and os.path.lexists(path):
        listing.articles.append(Found(printable(path.name), shown_as(path), str(path), chosen=True))
    elif path.exists():
        raise SourceError(f"{path} is not a source. Name a folder, or a file that ends in {' or '.join(SUFFIXES)}.")
    else:
        raise SourceError(f"The source {path} does not exist. Check its spelling and the working folder.")


def _list_curation(folder: Path, listing: Listing) -> None:
    """List the curation file at the top of a source folder, if it has one."""
    other, file = folder / OTHER_CURATION_FILE, folder / CURATION_FILE
    if os.path.lexists(other):
        remedy = f"Name it {CURATION_FILE}."
        listing.findings.append(
            Finding(shown_as(other), "curation-ignored", "The file is not read.", remedy, "warning")
        )
    real = os.path.realpath(file)
    if os.path.lexists(file) and real not in listing.visited:
        if os.path.isfile(file):  # a folder of that name is reported, and walked like any other
            listing.visited.add(real)
        listing.curated.append(Found(CURATION_FILE, shown_as(file), str(file)))


def _has_front_matter(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def has_rested(stamp: Stamp, now: int) -> bool:
    """Tell whether another change would give a file another stamp than this one, taken at `now` (nanoseconds)."""
    return max(stamp.modified, stamp.changed) < now - RESTED


def _hash_corpus(found: Found) -> str:
    try:
        with open(found.path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{found.path} cannot be read ({error.strerror}). Check permissions and links.") from error


def stamp_of(path: str) -> Stamp | None:
    """Look at a file without opening it; None if that is not possible."""
    try:
        status = os.stat(path)
    except OSError:
        return None  # whoever reads it will say so
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
