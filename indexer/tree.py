"""A source folder → the Markdown files below it, each with its path inside. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from indexer.curation import CURATION_FILE
from kb_search.types import Finding

SUFFIXES = (".md", ".markdown")
_SKIPPED_FOLDERS = frozenset({"node_modules"})


class Found(NamedTuple):
    """A file: `inside` is its path inside the source folder, `shown` the one to name it by, `path` the one to open.

    `chosen` files were named one by one.
    """

    inside: str
    shown: str
    path: str
    chosen: bool = False


class _Folder(NamedTuple):
    """A folder that is to be listed: path, the same without links, path inside the source with a slash at its end."""

    path: str
    real: str
    inside: str


def markdown_files(root: Path, visited: set[str], findings: list[Finding]) -> list[Found]:
    """Find the articles below a folder, in order of their path inside it.

    Real folders come before links to them. `visited` holds the real paths of folders, so that none is read twice.
    """
    above = shown_as(root / "-")[:-1]
    return sorted(_walk(root, above, visited, findings))


def shown_as(path: Path) -> str:
    """Name a path in a finding."""
    return printable(path.as_posix())


def printable(name: str) -> str:
    """Read a name on disk as text; it may hold bytes that are none."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "replace")


def _walk(root: Path, above: str, visited: set[str], findings: list[Finding]) -> Iterator[Found]:
    folders, links = [_Folder(str(root), os.path.realpath(root), "")], list[_Folder]()

    def warn(inside: str, code: str, message: str, remedy: str) -> None:
        shown = above + inside if inside else shown_as(root)
        findings.append(Finding(shown, code, message, remedy, "warning"))

    while folders or links:
        if not folders:
            links.sort(reverse=True)
        folder = (folders or links).pop()
        if folder.real in visited:
            message = "The folder was read already, by another name."
            warn(folder.inside[:-1], "folder-seen", message, "Remove the link, or name the folder once.")
            continue
        visited.add(folder.real)
        for entry in _entries(folder.path, above + folder.inside[:-1] if folder.inside else shown_as(root), findings):
            name = entry.name
            linked = entry.is_symlink()
            inside = folder.inside + printable(name)
            is_article = name.lower().endswith(SUFFIXES)
            if os.path.isdir(entry.path) if linked else entry.is_dir():
                if is_article:
                    warn(inside, "not-a-file", "It is a folder.", "Rename it; the files in it are read.")
                real = os.path.realpath(entry.path) if linked else os.path.join(folder.real, name)
                (links if linked else folders).append(_Folder(entry.path, real, inside + "/"))
            elif name == CURATION_FILE and folder.inside:
                message = "Only a curation file at the top of a source is read."
                warn(inside, "curation-ignored", message, "Move what it says there.")
            elif is_article:
                yield Found(inside, above + inside, entry.path)


def _entries(folder: str, shown: str, findings: list[Finding]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or str(error)
        findings.append(Finding(shown, "unreadable", f"The folder cannot be read ({reason}).", "Check permissions."))
        return []
    return [entry for entry in listed if not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS]
