"""The pictures that articles show: files beside them → what goes into a generation, or why it does not.

A file is looked at once in a build, and read only if its stamp is not that of the last build (see listing.py).
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from indexer.build_cache import Stamp
from indexer.files import Unusable, read_bytes
from indexer.listing import Known, has_rested, stamp_of
from indexer.picture_kinds import SUFFIXES, kind_of
from indexer.publish import hard_link
from indexer.tree import Found
from kb_search.disk import digest_of
from kb_search.index_format import GenerationLayout
from kb_search.stores.pages import Picture, path_from
from kb_search.types import Article, Finding

BROKEN, OUTSIDE, NO_PICTURE = "broken-picture", "picture-outside", "not-a-picture"
_DIGITS = 32
"""Of the SHA-256 in the name of a picture: nobody can make two that share them."""


class PictureFile(msgspec.Struct, frozen=True, array_like=True):
    """A file that an article names as a picture: what it held when it was looked at.

    `path` and `root`, the source folder that it must be in, are absolute, in the bytes of the disk. `state` is the
    SHA-256 of the file, or the code of what is wrong with it; then there is no `picture`, and `reason` says more.
    """

    path: bytes
    root: bytes
    state: str
    picture: Picture | None = None
    reason: str = ""


class Gallery:
    """Looks at pictures. `limit` is the most bytes of one, `known` the stamps of the last build, `before` its pictures.

    `stamps` holds those that the next build may rely on.
    """

    def __init__(self, limit: int, known: Known | None = None, before: Iterable[PictureFile] = ()) -> None:
        self.stamps: dict[str, tuple[Stamp, str]] = {}
        self._limit = limit
        self._known = known or {}
        self._kinds = {(file.state, _suffix(os.fsdecode(file.path))): file for file in before if file.picture}
        self._seen: dict[tuple[str, str], PictureFile] = {}
        self._now = time.time_ns()

    def beside(self, found: Found, path: str) -> PictureFile:
        """Look at the picture that an article names by a path from its own file."""
        folder, root = os.path.dirname(os.path.abspath(found.path)), os.path.abspath(found.path)
        for _ in range(found.inside.count("/") + 1):
            root = os.path.dirname(root)
        return self.look(os.path.normpath(os.path.join(folder, path)), root)

    def look(self, path: str, root: str) -> PictureFile:
        """Look at one file."""
        if (seen := self._seen.get((path, root))) is None:
            seen = self._seen[path, root] = self._look(path, root)
        return seen

    def again(self, files: Iterable[PictureFile]) -> list[PictureFile]:
        """Look at what was looked at before."""
        return [self.look(os.fsdecode(file.path), os.fsdecode(file.root)) for file in files]

    def _look(self, path: str, root: str) -> PictureFile:
        names = os.fsencode(path), os.fsencode(root)
        if wrong := _unreachable(path, root):
            return PictureFile(*names, wrong)
        stamp = stamp_of(path)
        before = self._known.get(path)
        digest = before[1] if before and before[0] == stamp and stamp.size <= self._limit else ""
        known = self._kinds.get((digest, _suffix(path)))
        if known is None:
            try:
                file = _read(names, read_bytes(Path(path), self._limit))
            except Unusable as error:
                return PictureFile(*names, error.code, reason=str(error))
            digest = file.state if file.picture else ""
        else:
            file = PictureFile(*names, digest, known.picture)
        if digest and stamp and has_rested(stamp, self._now):
            self.stamps[path] = stamp, digest
        return file


def with_pictures(digest: str, files: Iterable[PictureFile]) -> str:
    """Extend the digest of what decides a generation by what its pictures were."""
    return digest_of([digest, *sorted(f"{file.path!r} {file.root!r} {file.state}" for file in files)])


def look_at(article: Article, found: Found, gallery: Gallery) -> dict[str, PictureFile]:
    """Look at all pictures of an article: path as it names it → file."""
    return {link.target: gallery.beside(found, link.target) for link in article.pictures}


def picture_findings(article: Article, shown: str, pictures: Mapping[str, PictureFile]) -> Iterable[Finding]:
    """Say what is wrong with an article's pictures; `shown` names its file."""
    for link in article.pictures:
        file = pictures[link.target]
        if file.picture is None:
            yield _finding(file, shown, path_from(shown, link.target), link.target[:200], link.line)


def _finding(file: PictureFile, shown: str, named: str, written: str, line: int) -> Finding:
    if file.state == BROKEN:
        message, remedy = f"'{written}' does not exist.", "Correct the path, which starts at this file."
        return Finding(shown, BROKEN, message, remedy, "warning", line)
    if file.state == OUTSIDE:
        message = f"'{written}' is not inside the source folder, and not shown."
        return Finding(shown, OUTSIDE, message, "Keep a copy of the picture beside the article.", "warning", line)
    if file.state == NO_PICTURE:
        message = "An article shows the file, but it is no picture that every browser knows."
        remedy = "Save it as PNG, JPEG, GIF, WebP, AVIF or SVG."
        return Finding(named, NO_PICTURE, message, remedy, "warning")
    remedies = {"too-large": "Make it smaller, or raise sources.max_file_mb."}
    remedy = remedies.get(file.state, "Check permissions and links.")
    return Finding(named, file.state, f"{file.reason} It is not shown.", remedy, "warning")


def write_pictures(
    target: GenerationLayout, files: Iterable[PictureFile], limit: int, live: GenerationLayout | None
) -> dict[tuple[bytes, bytes], PictureFile]:
    """Write the pictures of a generation, each content once; those of the verified `live` one are linked.

    Give what each file turned out to be: one that has changed since it was looked at is taken as it is now.
    """
    written: dict[tuple[bytes, bytes], PictureFile] = {}
    for file in files:
        if file.picture:
            file = _write(file, target, limit, live)
        written[file.path, file.root] = file
    return written


def _write(file: PictureFile, target: GenerationLayout, limit: int, live: GenerationLayout | None) -> PictureFile:
    name = file.picture.name if file.picture else ""
    if target.asset(name).exists():
        return file
    if live is not None and live.asset(name).exists():
        hard_link(live.asset(name), target.asset(name))
        return file
    try:
        content = read_bytes(Path(os.fsdecode(file.path)), limit)
    except Unusable as error:
        return PictureFile(file.path, file.root, error.code, reason=str(error))
    found = _read((file.path, file.root), content)
    if found.picture:
        target.assets.mkdir(exist_ok=True)
        target.asset(found.picture.name).write_bytes(content)
    return found


def _read(names: tuple[bytes, bytes], content: bytes) -> PictureFile:
    kind = kind_of(content, _suffix(os.fsdecode(names[0])))
    if kind is None:
        return PictureFile(*names, NO_PICTURE)
    digest = hashlib.sha256(content).hexdigest()
    return PictureFile(*names, digest, Picture(digest[:_DIGITS] + kind.suffix, kind.width, kind.height))


def _unreachable(path: str, root: str) -> str:
    """Say why a file is out of the question before it is opened, '' if it is not."""
    if not _is_inside(path, root):
        return OUTSIDE
    try:
        if not os.path.lexists(path):
            return BROKEN
        real = os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return BROKEN
    if not _is_inside(real, os.path.realpath(root)):
        return OUTSIDE
    return "" if _suffix(path) in SUFFIXES else NO_PICTURE


def _is_inside(path: str, root: str) -> bool:
    return path.startswith(root.rstrip(os.sep) + os.sep)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()
