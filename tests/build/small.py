"""Small indexes, and what can be asked of one from outside: who answers, what is whole, what was left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer.build import build_index
from indexer.report import BuildReport
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest, verify_files
from tests.fakes import FakeEmbedder, article, searcher_for, settings, write

ONE_VIEW: dict[str, Any] = {"views": {"public": {"audiences": ("public",)}}}
"""Settings for a build of few files, where views are not the question."""

PASSWORD = article("Reset your password", "Open the page. Choose a new password.", locale="en")
INVOICE = article(
    "Your invoice", "Every invoice is in your account.\n\n## Refunds\n\nA refund takes a day.", locale="en"
)
PARCEL = article("Track a parcel", "The carrier shows where the parcel is.", locale="en")
FILES = {"password.md": PASSWORD, "invoice.md": INVOICE, "parcel.md": PARCEL}


def index_again(
    tmp_path: Path, *, full: bool = False, embedder: FakeEmbedder | None = None, **options: Any
) -> BuildReport:
    """Index tmp_path/source as it is now into tmp_path/index."""
    embedder = embedder or FakeEmbedder()
    return build_index([tmp_path / "source"], tmp_path / "index", settings(**options), embedder, full=full)


def edit(tmp_path: Path, **texts: str) -> None:
    """Write articles below tmp_path/source, by name without suffix."""
    write(tmp_path / "source", {f"{name}.md": text for name, text in texts.items()})


def ids(index: Path, query: str, **options: Any) -> list[str]:
    """Open an index anew and ask it: the ids of the hits, best first."""
    with searcher_for(index) as searcher:
        return [hit.id for hit in searcher.search(query, **options).hits]


def problems(index: Path) -> list[str]:
    """Verify every generation of an index."""
    layout = IndexLayout(index)
    generations = [layout.generation(name) for name in layout.generation_names()]
    return [problem for generation in generations for problem in verify_files(generation, read_manifest(generation))]


def leftovers(index: Path) -> list[str]:
    """List what is in an index folder beside what belongs there while nobody writes."""
    layout = IndexLayout(index)
    belongs = {layout.current, layout.cache, layout.build_cache, layout.lock, layout.generations}
    belongs |= {layout.generation(name).folder for name in layout.generation_names()}
    there = [*layout.root.iterdir(), *(layout.generations.iterdir() if layout.generations.is_dir() else ())]
    return sorted(str(path.relative_to(index)) for path in there if path not in belongs)


def inodes(folder: Path) -> dict[str, int]:
    """Map every file below a folder (or the file itself, as '.') to its inode."""
    files = [path for path in [folder, *folder.rglob("*")] if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in files}
