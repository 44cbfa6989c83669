"""`kb-search status`, `verify` and `rollback`."""

from __future__ import annotations

import argparse
import contextlib
import stat
from typing import Any

from kb_search.cli.common import add_index, add_json, say, show, show_json
from kb_search.errors import IndexCorrupt, IndexIncompatible
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest, verify_files


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the arguments of one of the three commands."""
    add_index(parser)
    add_json(parser)
    if name == "rollback":
        parser.add_argument(
            "--to", metavar="GENERATION", help="which one (default: the newest whole one before the live one)"
        )
    parser.set_defaults(run={"status": status, "verify": verify, "rollback": rollback}[name])


def status(options: argparse.Namespace) -> int:
    """Print what the index holds; 1 when a generation cannot be read."""
    layout = IndexLayout(options.index)
    current = layout.current_name()
    manifest = read_manifest(layout.generation(current))
    size = _size(layout)
    value: dict[str, Any] = {
        "index": str(layout.root),
        "generation": current,
        "generations": layout.generation_names(),
        "created": manifest.created,
        "software": manifest.software,
        "model": manifest.model.name,
        "model_fingerprint": manifest.model_fingerprint,
        "articles": manifest.articles,
        "chunks": manifest.chunks,
        "views": {
            name: {"articles": v.articles, "chunks": v.chunks, "locales": v.locales}
            for name, v in manifest.views.items()
        },
        "bytes": size,
    }
    if options.json:
        show_json(value)
        return 0
    show(f"{layout.root}: generation {current} of {manifest.created}, by {manifest.software}")
    show(f"  kept: {', '.join(value['generations'])}; {size / 1e6:.1f} MB on disk")
    show(f"  model {manifest.model.name} ({manifest.model_fingerprint})")
    show(f"  {manifest.articles} articles, {manifest.chunks} passages")
    for name, view in manifest.views.items():
        locales = ", ".join(f"{locale} {count}" for locale, count in view.locales.items()) or "no article"
        show(f"  view {name}: {view.articles} articles, {view.chunks} passages ({locales})")
    return 0


def _size(layout: IndexLayout) -> int:
    """Add up the files, linked parts once; a build that runs now may take some away meanwhile."""
    sizes: dict[tuple[int, int], int] = {}
    for entry in layout.root.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            file = entry.stat()
            if stat.S_ISREG(file.st_mode):
                sizes[file.st_dev, file.st_ino] = file.st_size
    return sum(sizes.values())


def verify(options: argparse.Namespace) -> int:
    """Check every generation against its manifest; 1 when anything differs."""
    layout = IndexLayout(options.index)
    current = layout.current_name()
    problems: dict[str, list[str]] = {}
    for name in dict.fromkeys([*layout.generation_names(), current]):
        generation = layout.generation(name)
        try:
            problems[name] = verify_files(generation, read_manifest(generation))
        except (IndexCorrupt, IndexIncompatible) as error:
            problems[name] = [str(error)]
        if problems[name] and name != current and name not in layout.generation_names():
            del problems[name]  # a build that runs now has just pruned it
    whole = not any(problems.values())
    if options.json:
        show_json({"index": str(layout.root), "generation": current, "whole": whole, "problems": problems})
        return int(not whole)
    for name, found in problems.items():
        show(f"generation {name}{' (live)' if name == current else ''}: {'whole' if not found else 'DAMAGED'}")
        for problem in found:
            show(f"  {problem}")
    if problems[current]:
        say(f"The live generation is damaged. Go back: kb-search rollback --index {layout.root}; or index again.")
    return int(not whole)


def rollback(options: argparse.Namespace) -> int:
    """Point the index at an earlier generation."""
    from indexer.publish import rollback as go_back

    layout = IndexLayout(options.index)
    before, after = go_back(layout, options.to)
    if options.json:
        show_json({"from": before, "to": after})
    else:
        show(f"{layout.root}: generation {after} is live (was {before}).")
        say("The next kb-search index publishes the sources again: correct them first.")
    return 0
