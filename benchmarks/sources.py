"""A copy of some sources to build from and to change: all of it, or N articles evenly spread."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from kb_search.errors import ConfigError

CORPUS = "corpus.jsonl"


def copy_sources(sources: Sequence[Path], folder: Path, sample: int | None) -> list[Path]:
    """Copy Markdown folders and BEIR folders below `folder`; return the copies. Raises ConfigError."""
    articles = [_articles(source) for source in sources]
    total = sum(map(len, articles))
    if not total:
        raise ConfigError(f"There is no article in {', '.join(map(str, sources))}. Give folders with *.md or {CORPUS}.")
    wanted = min(sample or total, total)
    rows = {position * total // wanted for position in range(wanted)}
    copies: list[Path] = []
    passed = 0
    for number, (source, found) in enumerate(zip(sources, articles, strict=True)):
        copy = folder / str(number) / source.resolve().name
        copy.mkdir(parents=True)
        chosen = [one for row, one in enumerate(found, passed) if row in rows]
        passed += len(found)
        if lines := [one for one in chosen if isinstance(one, bytes)]:
            (copy / CORPUS).write_bytes(b"\n".join(lines) + b"\n")
        for path in (one for one in chosen if isinstance(one, Path)):
            target = copy / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        copies.append(copy)
    return copies


def _articles(source: Path) -> list[Path] | list[bytes]:
    """The lines of a BEIR corpus, else the Markdown files."""
    if (source / CORPUS).is_file():
        return [line for line in (source / CORPUS).read_bytes().split(b"\n") if line.strip()]
    return _pages(source)


def _pages(folder: Path) -> list[Path]:
    # A README beside the articles is none, and touching it would change nothing.
    return sorted(path for path in folder.rglob("*.md") if path.stem.lower() != "readme")


def touch_one(copies: Sequence[Path], sentence: str = "One more sentence.") -> None:
    """Add a sentence to one article, always the same one."""
    for copy in copies:
        corpus = copy / CORPUS
        if corpus.is_file():
            first, _, rest = corpus.read_text("utf-8").partition("\n")
            article = json.loads(first)
            article["text"] += f" {sentence}"
            corpus.write_text(json.dumps(article) + "\n" + rest, "utf-8")
            return
        for path in _pages(copy):
            path.write_text(path.read_text("utf-8") + f"\n{sentence}\n", "utf-8")
            return
