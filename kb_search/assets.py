"""One picture by name, as a reader of one view may see it: only if an article of the view shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb_search.errors import ArticleNotFound
from kb_search.searcher import Searcher

_NAME = re.compile(r"[0-9a-f]{32}(\.[a-z]{3,4})")
_MEDIA_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """The bytes of a picture. `digest` is the part of their SHA-256 that is in the name: another content, another name.

    An SVG can hold scripts: who serves one must forbid them (`Content-Security-Policy: sandbox`), since it can be
    opened by itself.
    """

    content: bytes
    media_type: str
    digest: str


def read_asset(searcher: Searcher, name: str, view: str) -> Asset:
    """Fetch a picture. Raises ArticleNotFound when no article of the view shows one of this name, UnknownView."""
    snapshot = searcher.snapshot
    members = snapshot.view(view).members
    found = _NAME.fullmatch(name)
    media_type = _MEDIA_TYPES.get(found[1]) if found else None
    if media_type and any(members[row] for row in snapshot.store.showing(name)):
        return Asset(snapshot.picture(name), media_type, name.partition(".")[0])
    raise ArticleNotFound(f"There is no picture {name[:60]!r} here. Check the name, or read its article again.")
