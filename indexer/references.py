"""Where the links of articles lead: targets as written → files → articles. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from indexer.sources import SourceRead
from kb_search.types import Link, Reference

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\\", re.IGNORECASE)


def leads_elsewhere(link: Link) -> bool:
    """Tell whether a target is an address or an absolute path, and so no file beside the article."""
    return _ELSEWHERE.match(link.target.strip()) is not None


def parts_of(link: Link) -> tuple[str, str]:
    """Split a target into its path, decoded and without a query, and its fragment; either may be empty."""
    address, _, fragment = link.target.strip().partition("#")
    return unquote(address.partition("?")[0]), fragment


def path_from(file: str, path: str) -> str:
    """Follow a path from the folder of a file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


def references(read: SourceRead) -> Iterator[Reference]:
    """List the links with words that lead from one of the articles to another, in order of article."""
    by_file = {page.file: identifier for identifier, page in read.pages.items()}
    for article in read.articles:
        page = read.pages.get(article.id)
        for link in article.links if page else ():
            path, _ = parts_of(link)
            if page is None or link.image or not link.text.strip() or not path or leads_elsewhere(link):
                continue
            target = by_file.get(path_from(page.file, path))
            if target is not None and target != article.id:
                yield Reference(article.id, link.text, target)
