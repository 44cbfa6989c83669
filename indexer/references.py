"""Where the links of articles lead: targets as written → files → articles. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.sources import SourceRead
from indexer.targets import leads_elsewhere, parts_of
from kb_search.stores.pages import path_from
from kb_search.types import Reference


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
