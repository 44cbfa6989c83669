"""What earlier builds found out, as far as it still holds: the build cache, seen from one build.

An article is recalled only when the live generation has it, with its vectors: whatever its cached outline leaves out
(sections, Markdown, the texts of chunks) is there. Everything else is read, cut and analysed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

import kb_search
from indexer.build_cache import BuildCache
from indexer.prepare import Prepared
from indexer.sources import FileRead, Page, SourceRead
from indexer.tree import Found
from indexer.vector_rows import Rows
from kb_search.config import Settings
from kb_search.index_format import GenerationLayout
from kb_search.manifest import Manifest
from kb_search.types import Article, Finding

_DEPENDENCIES = (
    "eldc",
    "lingua-language-detector",
    "markdown-it-py",
    "mdit-py-plugins",
    "nh3",
    "PyStemmer",
    "PyYAML",
    "tokenizers",
)
_KEY = 32
_HEAVY = frozenset({"sections", "links", "markdown", "page", "contents"})
_LIGHT = tuple(field.name for field in fields(Article) if field.name not in _HEAVY)
_PLAIN = Article("", "", "", ())


class _Outline(msgspec.Struct, frozen=True, array_like=True):
    """FileRead and Prepared, without what is in the live generation or only for a linter."""

    counts: bool
    findings: tuple[Finding, ...]
    article: Article | None
    chunk_ids: tuple[str, ...] = ()
    chunk_keys: bytes = b""
    name_keys: bytes = b""
    words_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Live:
    """The live generation by what its files hold: keys of articles → ordinals, keys of vectors → rows."""

    layout: GenerationLayout
    manifest: Manifest
    articles: Mapping[bytes, int]
    chunks: Rows
    names: Rows

    def contents(self, file: Path, cache: BuildCache) -> list[bytes] | None:
        """List the keys that one of its files was made from, if that is known."""
        return _contents(self.layout, self.manifest, file, cache)


def open_live(cache: BuildCache, layout: GenerationLayout, manifest: Manifest) -> Live | None:
    """Find out what a generation holds; None where that is not known for certain."""
    files = layout.articles, layout.vectors, layout.names
    articles, chunks, names = (_contents(layout, manifest, file, cache) for file in files)
    if articles is None or chunks is None or names is None:
        return None
    if (len(articles), len(chunks), len(names)) != (manifest.articles, manifest.chunks, manifest.names):
        return None
    return Live(layout, manifest, _places(articles), Rows(chunks, _places(chunks)), Rows(names, _places(names)))


def code_digest() -> bytes:
    """Hash this very code, and name what it is built on: what another version made of a file is not taken."""
    digest = hashlib.sha256(sys.version.encode())
    library = Path(kb_search.__path__[0])
    rooms = Path(__file__).parent, library, library / "text", library / "stores"
    listed = [file for room in rooms for file in sorted(room.glob("*.py"))]
    for file in (*listed, library / "embedding" / "tokens.py"):  # which decides where chunks are cut
        digest.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    for name in _DEPENDENCIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    return digest.digest()


def rules_digest(settings: Settings, fingerprint: str, code: bytes) -> bytes:
    """Hash all that decides what a file becomes besides its path and bytes: settings, model and code."""
    audiences = sorted({name for view in settings.views.values() for name in view.audiences})
    rules = repr((settings.sources, audiences, settings.chunking, fingerprint))
    return hashlib.sha256(code + rules.encode()).digest()


class Memory:
    """Recalls what is known, and remembers what was found out. `live` is None when nothing may be recalled."""

    def __init__(self, cache: BuildCache, rules: bytes, digests: Mapping[Found, str], live: Live | None) -> None:
        """Load the outlines of what the live generation has. `digests` are those of the files as they are now."""
        self._cache, self._rules, self._digests = cache, rules, digests
        self._outlines: dict[bytes, _Outline] = {}
        if live is not None:
            decode = msgspec.msgpack.Decoder(_Outline).decode
            for key, data in cache.outlines(live.articles):
                with contextlib.suppress(msgspec.DecodeError):  # of another version, which no rule of today recalls
                    outline = decode(data)
                    if not outline.chunk_ids or key in live.articles:
                        self._outlines[key] = outline

    def recall(self, found: Found) -> FileRead | None:
        """Give what a file gave before, if it has the same bytes and nothing else that matters changed."""
        digest = self._digests.get(found)
        if digest is None or (outline := self._outlines.get(key := self._key(found, digest))) is None:
            return None
        page = Page(found.shown) if outline.article else None
        return FileRead(digest, outline.counts, outline.article, outline.findings, page, key)

    def prepared(
        self, read: SourceRead, prepare: Callable[[dict[bytes, Article]], dict[bytes, Prepared]]
    ) -> list[Prepared]:
        """Complete all articles, in order: what is known is recalled, the rest is made by `prepare`."""
        keys = [self._key_of(article, read) for article in read.articles]
        pairs = list(zip(keys, read.articles, strict=True))
        made = prepare({key: article for key, article in pairs if key not in self._outlines})
        return [made.get(key) or self._known(key, article) for key, article in pairs]

    def remember(self, read: SourceRead, prepared: Sequence[Prepared]) -> None:
        """Store what was new, for the next build."""
        files = {identifier: read.reads[found] for identifier, found in read.origins.items()}
        made = [entry for entry in prepared if entry.chunks is not None]
        outlines = {entry.key: _outline(entry, files.get(entry.article.id)) for entry in made}
        for found, file in read.reads.items():
            if file.article is None and file.key is None:
                outlines[self._key(found, file.digest)] = (file.counts, file.findings, None)
        encode = msgspec.msgpack.Encoder().encode
        self._cache.put_outlines((key, encode(outline)) for key, outline in outlines.items())
        self._cache.put_words({entry.words_key: entry.words for entry in made if entry.words})
        self._cache.commit()

    def retire(
        self,
        read: SourceRead,
        prepared: Sequence[Prepared],
        files: Mapping[str, Sequence[bytes]],
        generation: int,
        keep: int,
    ) -> None:
        """Note what a published generation is made of; drop what none of the last `keep` generations used.

        `files` has, by SHA-256 of a file, the keys of its rows.
        """
        for name, keys in files.items():
            self._cache.put_contents(name, b"".join(keys))
        left_out = {self._key(found, file.digest) for found, file in read.reads.items() if file.article is None}
        used: dict[str, set[Any]] = {
            "outlines": {entry.key for entry in prepared} | left_out,
            "words": {entry.words_key for entry in prepared},
            "contents": set(files),
        }
        self._cache.retire(used, generation, keep)
        self._cache.commit()

    def _known(self, key: bytes, article: Article) -> Prepared:
        outline = self._outlines[key]
        return Prepared(key, article, outline.chunk_ids, outline.chunk_keys, outline.name_keys, outline.words_key)

    def _key_of(self, article: Article, read: SourceRead) -> bytes:
        found = read.origins.get(article.id)
        if found is None:
            return self._row_key(article)
        file = read.reads[found]
        return file.key or self._key(found, file.digest)

    def _key(self, found: Found, digest: str) -> bytes:
        data = f"{found.inside}\0{found.shown}\0{found.chosen}\0{digest}"
        return hashlib.sha256(self._rules + data.encode()).digest()

    def _row_key(self, article: Article) -> bytes:
        """Identify an article of a corpus, which has no file of its own."""
        data = f"{article.source}\0\0{article.id}\0{article.digest}"
        return hashlib.sha256(self._rules + data.encode("utf-8", "surrogatepass")).digest()


def _outline(entry: Prepared, file: FileRead | None) -> tuple[Any, ...]:
    """Fill in an _Outline; the articles of a corpus are read every time, and only what is made of them is kept."""
    kept = None
    if file is not None:
        kept = {name: value for name in _LIGHT if (value := getattr(entry.article, name)) != getattr(_PLAIN, name)}
    counts, findings = (file.counts, file.findings) if file else (True, ())
    rest = entry.chunk_ids, entry.chunk_keys, entry.name_keys, entry.words_key
    return (counts, findings, kept, *rest)


def _contents(layout: GenerationLayout, manifest: Manifest, file: Path, cache: BuildCache) -> list[bytes] | None:
    described = manifest.files.get(file.relative_to(layout.folder).as_posix())
    keys = cache.contents(described.sha256) if described else None
    return None if keys is None else split_keys(keys)


def split_keys(keys: bytes) -> list[bytes]:
    """Take digests apart that stand one behind the other."""
    return [keys[start : start + _KEY] for start in range(0, len(keys), _KEY)]


def _places(keys: Sequence[bytes]) -> dict[bytes, int]:
    """Number keys; of equal ones the last counts."""
    return {key: place for place, key in enumerate(keys)}
