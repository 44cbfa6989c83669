"""The receipt of a generation: what it holds, how it was made, and that every file of it is whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from kb_search.disk import hash_files, sha256_file
from kb_search.embedding.base import ModelSpec
from kb_search.errors import IndexCorrupt, IndexIncompatible
from kb_search.index_format import FORMAT_VERSION, GenerationLayout

_LOCK_SUFFIX = ".lock"
"""tantivy leaves empty lock files in its folder; they are not part of the data."""
_DIGEST = re.compile(rb'(?<="digest": ")[0-9a-f]{64}(?=")')


class FileInfo(msgspec.Struct, frozen=True):
    """Size in bytes and SHA-256 of one file of a generation."""

    size: int
    sha256: str


class ViewInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a view shows and how much of it there is; `locales` maps locale → number of articles.

    `vector_index` is how its vectors are searched, `vector_recall` the share of the true ten nearest that this finds.
    """

    audiences: tuple[str, ...]
    statuses: tuple[str, ...]
    articles: int
    chunks: int
    locales: dict[str, int]
    vector_index: str
    vector_recall: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The receipt of a generation; `files` maps relative path → size and digest of all its other files.

    `parts` maps a search structure's path → digest of the inputs it was made from: equal inputs, equal part.
    `digest` is the SHA-256 of the file itself with this one value left out.
    """

    format_version: int
    generation: str
    created: str
    software: str
    model: ModelSpec
    model_fingerprint: str
    analyzer_version: int
    chunker_version: int
    articles: int
    chunks: int
    names: int
    ids_digest: str
    source_digest: str
    build_digest: str
    views: dict[str, ViewInfo]
    parts: dict[str, str]
    files: dict[str, FileInfo]
    digest: str = ""

    def encode(self) -> bytes:
        """Render as JSON for people to read, with `digest` filled in."""
        blank = _render(msgspec.structs.replace(self, digest=""))
        return _render(msgspec.structs.replace(self, digest=hashlib.sha256(blank).hexdigest()))


class _Versioned(msgspec.Struct):
    format_version: int


def _render(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1) + b"\n"


def _written_digest(data: bytes) -> str | None:
    """Find the digest in the bytes of a manifest; another format may have none."""
    found = _DIGEST.search(data)
    return found[0].decode() if found else None


def _true_digest(data: bytes) -> str:
    return hashlib.sha256(_DIGEST.sub(b"", data, count=1)).hexdigest()


def read_manifest(generation: GenerationLayout) -> Manifest:
    """Read a manifest. Raises IndexCorrupt when it is missing or damaged, IndexIncompatible by format version."""
    try:
        data = generation.manifest.read_bytes()
        digest = _written_digest(data)
        if digest is not None and digest != _true_digest(data):
            raise IndexCorrupt(f"{generation.manifest} is damaged (it contradicts its digest). {_remedy(generation)}")
        version = msgspec.json.decode(data, type=_Versioned).format_version
        if version != FORMAT_VERSION:
            raise IndexIncompatible(
                f"{generation.folder} has index format {version}; this version of kb-search reads format "
                f"{FORMAT_VERSION}. Build it anew: kb-search index SOURCE --index {generation.folder.parent.parent}"
            )
        if digest is None:
            raise IndexCorrupt(f"{generation.manifest} is damaged (it has no digest). {_remedy(generation)}")
        manifest = msgspec.json.decode(data, type=Manifest)
        if manifest.generation != generation.folder.name:
            reason = f"it is that of generation {manifest.generation}"
            raise IndexCorrupt(f"{generation.manifest} is not of this generation ({reason}). {_remedy(generation)}")
        return manifest
    except OSError as error:
        raise IndexCorrupt(f"{generation.manifest} cannot be read ({error.strerror}). {_remedy(generation)}") from error
    except msgspec.DecodeError as error:
        raise IndexCorrupt(f"{generation.manifest} is damaged ({error}). {_remedy(generation)}") from error


def verify_files(generation: GenerationLayout, manifest: Manifest) -> list[str]:
    """Compare every file with the manifest; return one sentence per difference, empty when all is whole."""
    problems = []
    seen: dict[tuple[int, int], str] = {}  # hard-linked parts are read once
    for name, expected in sorted(manifest.files.items()):
        path = generation.folder / name
        try:
            status = path.stat()
            if status.st_size != expected.size:
                problems.append(f"{path} has {status.st_size} bytes, the manifest says {expected.size}.")
                continue
            key = (status.st_dev, status.st_ino)
            digest = seen[key] = seen.get(key) or sha256_file(path)
        except OSError as error:
            problems.append(f"{path} cannot be read ({error.strerror}).")
            continue
        if digest != expected.sha256:
            problems.append(f"{path} has SHA-256 {digest[:12]}…, the manifest says {expected.sha256[:12]}….")
    return problems


def open_manifest(generation: GenerationLayout) -> Manifest:
    """Read the manifest and verify every file. Raises IndexCorrupt naming the first differences."""
    manifest = read_manifest(generation)
    problems = verify_files(generation, manifest)
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise IndexCorrupt(f"The index is not whole: {' '.join(problems[:3])}{more} {_remedy(generation)}")
    return manifest


def describe_files(
    generation: GenerationLayout, known: Mapping[tuple[int, int], str] | None = None
) -> dict[str, FileInfo]:
    """Size and digest of every file of a finished generation, the manifest aside.

    `known` has, by device and inode, digests of files that need not be read.
    """
    paths = {
        path.relative_to(generation.folder).as_posix(): path
        for path in sorted(generation.folder.rglob("*"))
        if path.is_file() and path != generation.manifest and path.suffix != _LOCK_SUFFIX
    }
    status = {name: path.stat() for name, path in paths.items()}
    inodes = {(found.st_dev, found.st_ino): paths[name] for name, found in status.items()}
    digests = dict(known or {})
    new = [inode for inode in inodes if inode not in digests]
    digests.update(zip(new, hash_files([inodes[inode] for inode in new]), strict=True))
    return {name: FileInfo(found.st_size, digests[found.st_dev, found.st_ino]) for name, found in status.items()}


def _remedy(generation: GenerationLayout) -> str:
    root = generation.folder.parent.parent
    return (
        f"Nothing was deleted. Go back to an earlier generation: kb-search rollback --index {root}; "
        f"or build it anew: kb-search index SOURCE --index {root}"
    )
