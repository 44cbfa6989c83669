"""THE on-disk format of an index: file names, the manifest, and what makes a generation whole.

    INDEX/CURRENT                                   name of the live generation
    INDEX/embeddings.sqlite, build.sqlite           caches of the indexer
    INDEX/generations/000012/manifest.json          written last: the receipt
    INDEX/generations/000012/articles.sqlite        texts and front matter
    INDEX/generations/000012/words.u32, …           every chunk's words and sentences, analysed
    INDEX/generations/000012/vectors.f32            every chunk's vector, row = chunk ordinal
    INDEX/generations/000012/names.f32              vectors of titles and keywords, as queries
    INDEX/generations/000012/views/<view>/…         what one kind of reader searches

No other module spells a name of these. Nothing here knows an engine or a model.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kb_search.disk import hash_files, sha256_file
from kb_search.embedding.base import ModelSpec
from kb_search.errors import IndexCorrupt, IndexIncompatible, IndexNotFound

FORMAT_VERSION = 5

_CURRENT, _CACHE, _BUILD_CACHE = "CURRENT", "embeddings.sqlite", "build.sqlite"
_GENERATIONS, _LOCK, _MANIFEST = "generations", "LOCK", "manifest.json"
_GENERATION_NAME = re.compile(r"[0-9]{6,}")
_LOCK_SUFFIX = ".lock"
"""tantivy leaves empty lock files in its folder; they are not part of the data."""
_DIGEST = re.compile(rb'(?<="digest": ")[0-9a-f]{64}(?=")')


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """Where things are in an index folder."""

    root: Path

    @property
    def current(self) -> Path:
        """The pointer file: one line, the name of the live generation."""
        return self.root / _CURRENT

    @property
    def cache(self) -> Path:
        """The embedding cache."""
        return self.root / _CACHE

    @property
    def build_cache(self) -> Path:
        """What is known of the sources from earlier builds."""
        return self.root / _BUILD_CACHE

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.root / _LOCK

    @property
    def lock_owner(self) -> Path:
        """Says who holds the lock; there while it is held."""
        return self.root / (_LOCK + ".owner")

    @property
    def generations(self) -> Path:
        """The folder of all generations."""
        return self.root / _GENERATIONS

    def generation(self, name: str) -> GenerationLayout:
        """Return the layout of one generation by name."""
        return GenerationLayout(self.generations / name)

    def generation_names(self) -> list[str]:
        """List the complete generations (those with a manifest), oldest first."""
        if not self.generations.is_dir():
            return []
        names = (entry.name for entry in self.generations.iterdir() if _GENERATION_NAME.fullmatch(entry.name))
        return sorted((name for name in names if self.generation(name).manifest.is_file()), key=int)

    def current_name(self) -> str:
        """Read the name of the live generation. Raises IndexNotFound or IndexCorrupt."""
        try:
            name = self.current.read_text("ascii").strip()
        except FileNotFoundError:
            raise IndexNotFound(
                f"{self.root} holds no index (there is no {_CURRENT} file). "
                f"Create one: kb-search index SOURCE --index {self.root}"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexCorrupt(f"{self.current} cannot be read ({error}). {self._remedy()}") from error
        if not _GENERATION_NAME.fullmatch(name):
            raise IndexCorrupt(f"{self.current} says {name[:40]!r}, which is no generation. {self._remedy()}")
        if not self.generation(name).folder.is_dir():
            raise IndexCorrupt(f"{self.current} names generation {name}, which is missing. {self._remedy()}")
        return name

    def _remedy(self) -> str:
        return f"Go back to a whole generation: kb-search rollback --index {self.root}; or run kb-search index again."


@dataclass(frozen=True, slots=True)
class GenerationLayout:
    """Where things are in one generation."""

    folder: Path

    @property
    def manifest(self) -> Path:
        """The receipt, written after everything else."""
        return self.folder / _MANIFEST

    @property
    def articles(self) -> Path:
        """SQLite: articles, chunks, fields."""
        return self.folder / "articles.sqlite"

    @property
    def analysed(self) -> tuple[Path, Path, Path]:
        """Words, sentences, and where those of each chunk begin, all little-endian: see stores/sentences.py."""
        return self.folder / "words.u32", self.folder / "sentences.u32", self.folder / "bounds.u64"

    @property
    def report(self) -> Path:
        """What reading the sources gave besides articles: JSON, for the indexer."""
        return self.folder / "sources.json"

    @property
    def vectors(self) -> Path:
        """Little-endian float32, row-major, one row per chunk ordinal."""
        return self.folder / "vectors.f32"

    @property
    def names(self) -> Path:
        """Little-endian float32, row-major: what articles are called, embedded as queries, in order of article."""
        return self.folder / "names.f32"

    def view(self, view: str) -> ViewLayout:
        """Return the layout of one view."""
        return ViewLayout(self.folder / "views" / view)


@dataclass(frozen=True, slots=True)
class ViewLayout:
    """Where the search structures of one view are."""

    folder: Path

    @property
    def vectors(self) -> Path:
        """The FAISS index; row i of it is chunk `rows[i]`."""
        return self.folder / "vectors.faiss"

    def tuning(self, index: Path) -> Path:
        """How one of the two FAISS indexes is searched, and the recall that was measured: JSON, beside it."""
        return index.with_suffix(".json")

    @property
    def rows(self) -> Path:
        """Little-endian uint32: the chunk ordinals of this view, ascending."""
        return self.folder / "rows.u32"

    @property
    def calibration(self) -> Path:
        """What is ordinary in this view: mean and covariance of its vectors, and the mean title of each language."""
        return self.folder / "calibration.npz"

    @property
    def synonyms(self) -> Path:
        """The synonym rules that this view may use: JSON, see curation.py."""
        return self.folder / "synonyms.json"

    @property
    def names(self) -> Path:
        """The FAISS index of names; row i of it is row `name_rows[i]` of the generation's names."""
        return self.folder / "names.faiss"

    @property
    def name_rows(self) -> Path:
        """Little-endian uint32: the rows of this view's names, ascending."""
        return self.folder / "names.u32"

    @property
    def naming(self) -> Path:
        """How near names of different articles are to each other, by language: JSON."""
        return self.folder / "naming.json"

    def keywords(self, locale: str) -> Path:
        """Return the tantivy folder of one locale."""
        return self.folder / locale / "keywords"

    def vocabulary(self, locale: str) -> Path:
        """The words of one locale as they were written: msgpack."""
        return self.folder / locale / "vocabulary"

    def articles(self, locale: str) -> Path:
        """Little-endian uint32: the ordinals of this view's articles in one locale, ascending."""
        return self.folder / locale / "articles.u32"


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
