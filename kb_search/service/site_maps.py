"""/sitemap.xml: all pages for search engines, listed once for a generation."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from kb_search.browsing import categories
from kb_search.browsing import sitemap as articles_of
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.answers import revalidated
from kb_search.service.pages import HelpCenter
from kb_search.types import Principal
from kb_search.web.links import home_address, topic_address, with_default
from kb_search.web.sitemap import MOST, Page, sitemap, sitemap_index

_XML = "application/xml"
_REMEMBERED = 4
"""Lists that are kept, of different views."""


class _Listed:
    """All pages of a generation that readers of a view see: listing 85,000 articles takes a second or two."""

    def __init__(self, center: HelpCenter) -> None:
        self._center = center
        self._lock = asyncio.Lock()
        self._known: OrderedDict[tuple[str, ...], list[Page]] = OrderedDict()

    async def pages(self, reader: Principal) -> list[Page]:
        """List the front pages, then the categories, then the articles; who comes meanwhile waits for the same list."""
        async with self._lock:
            return await self._center.workers.run(lambda: self._pages(reader))

    def _pages(self, reader: Principal) -> list[Page]:
        with self._center.searchers.lease() as searcher:
            manifest = searcher.snapshot.manifest
            key = manifest.generation, manifest.created, reader.view
            if key not in self._known:
                self._known[key] = _pages(searcher, reader.view)
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            return self._known[key]


def site_map_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)
    listed = _Listed(center)

    @router.get("/sitemap.xml")
    async def sitemap_xml(request: Request, reader: Reader) -> Response:
        """List all pages, or the files that do where there are too many for one."""
        base, pages = center.base(request), await listed.pages(reader)
        if len(pages) <= MOST:
            return await center.workers.run(lambda: revalidated(request, sitemap(pages, base), _XML))
        parts = range(1, -(-len(pages) // MOST) + 1)
        return revalidated(request, sitemap_index([f"/sitemap-{part}.xml" for part in parts], base), _XML)

    @router.get("/sitemap-{part}.xml")
    async def sitemap_part(request: Request, reader: Reader, part: int) -> Response:
        """List some of the pages."""
        base, pages = center.base(request), (await listed.pages(reader))[max(0, part - 1) * MOST :][:MOST]
        if part < 1 or not pages:
            raise HTTPException(404)
        return await center.workers.run(lambda: revalidated(request, sitemap(pages, base), _XML))

    return router


def _pages(searcher: Searcher, view: str) -> list[Page]:
    sizes = searcher.snapshot.view(view).sizes
    locales = tuple(sorted(sizes, key=lambda locale: (-sizes[locale], locale)))
    fronts = {locale: home_address(locale) for locale in sorted(locales)}
    alternates = (*fronts.items(), ("x-default", "/"))
    listed = [Page(address, alternates=alternates) for address in ("/", *fronts.values())]
    listed += [Page(topic) for locale in fronts for topic in _topics(searcher, view, locale)]
    for entry in articles_of(searcher, view):
        listed.append(Page(entry.url, entry.updated, with_default(dict(entry.alternates), locales)))
    return listed


def _topics(searcher: Searcher, view: str, locale: str) -> list[str]:
    return [topic_address(one.name, locale) for one in categories(searcher, view, locale)]
