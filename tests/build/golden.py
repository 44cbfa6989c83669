"""An index of this format that is kept with the tests: what was written once must stay readable.

`python -m tests.build.golden` makes it anew. That is right when the analyzer or the format gets a new version (the
old one is then refused, which is the point), and wrong when a test fails with the versions unchanged: in that case
something changed the format without saying so.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from indexer.build import build_index
from kb_search.index_format import FORMAT_VERSION, IndexLayout
from tests.fakes import FakeEmbedder, article, settings, write
from tests.pictures import SVG

GOLDEN = Path(__file__).parent.parent / "data" / f"index-v{FORMAT_VERSION}.zip"
FILES = {
    "en/password.md": article("Reset your password", "Open the page.\n\n## By phone\n\nCall us.", tags="[login]"),
    "en/parcel.md": article(
        "Track a parcel",
        "The [carrier](../tr/limit.md) shows where it is, unlike a [password](password.md#by-phone).\n\n"
        "![A map](../pictures/map.svg)",
        updated="2026-01-31",
        aliases="[/old/parcel]",
    ),
    "pictures/map.svg": SVG.decode(),
    "fr/colis.md": article("Suivre un colis", "Le transporteur le montre.", translation_of="en/parcel"),
    "tr/limit.md": article("İade sınırı", "Yöneticiye sorun.", audience="agent"),
    "curation.yaml": """
synonyms:
  en: [[carrier, courier], {words: [page, screen], views: [agents]}]
pins:
  - {query: package, articles: [fr/colis, en/password]}
""",
}
VIEWS = {"public": {"audiences": ("public",)}, "agents": {"audiences": ("public", "agent")}}


def make() -> None:
    """Build the golden index and pack it, without the cache and lock of its writer."""
    with tempfile.TemporaryDirectory() as folder:
        sources, index = write(Path(folder, "sources"), FILES), Path(folder, "index")
        build_index([sources], index, settings(views=VIEWS), FakeEmbedder())
        layout = IndexLayout(index)
        for path in (layout.cache, layout.build_cache, layout.lock):
            path.unlink(missing_ok=True)
        GOLDEN.parent.mkdir(exist_ok=True)
        shutil.make_archive(str(GOLDEN.with_suffix("")), "zip", index)


def unpack(folder: Path) -> Path:
    """Unpack the golden index and return the folder."""
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(folder)
    return folder


if __name__ == "__main__":
    make()
    sys.stdout.write(f"{GOLDEN}\n")
