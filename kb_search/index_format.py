"""THE on-disk format of an index: file names, the manifest, and what makes a generation whole.

    INDEX/CURRENT                                   name of the live generation
    INDEX/embeddings.sqlite, build.sqlite           caches of the indexer
    INDEX/generations/000012/manifest.json          written last: the receipt
    INDEX/generations/000012/articles.sqlite        texts and front matter
    INDEX/generations/000012/assets/…               pictures that articles show
    INDEX/generations/000012/words.u32, …           every chunk's words and sentences, analysed
    INDEX/generations/000012/vectors.f32            every chunk's vector, row = chunk ordinal
    INDEX/generations/000012/names.f32              vectors of titles and keywords, as queries
    INDEX/generations/000012/name_terms             the terms of each article's titles and keywords
    INDEX/generations/000012/views/<view>/…         what one kind of reader searches

No other module spells a name of these. Nothing here knows an engine or a model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kb_search.errors import IndexCorrupt, IndexNotFound

FORMAT_VERSION = 8

_CURRENT, _CACHE, _BUILD_CACHE = "CURRENT", "embeddings.sqlite", "build.sqlite"
_GENERATIONS, _LOCK, _MANIFEST = "generations", "LOCK", "manifest.json"
_GENERATION_NAME = re.compile(r"[0-9]{6,}")


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

    @property
    def name_terms(self) -> Path:
        """The terms of what each article is called, and where its names are: see stores/name_terms.py."""
        return self.folder / "name_terms"

    @property
    def assets(self) -> Path:
        """The folder of the pictures that articles show; without one it is not there."""
        return self.folder / "assets"

    def asset(self, name: str) -> Path:
        """One picture, named by its content."""
        return self.assets / name

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

    def postings(self, locale: str) -> Path:
        """Which articles of one locale have a term, and how often: see stores/postings.py."""
        return self.folder / locale / "postings"

    def vocabulary(self, locale: str) -> Path:
        """The words of one locale as they were written: msgpack."""
        return self.folder / locale / "vocabulary"

    def articles(self, locale: str) -> Path:
        """Little-endian uint32: the ordinals of this view's articles in one locale, ascending."""
        return self.folder / locale / "articles.u32"
