"""/sitemap.xml: all pages for search engines, listed once for a generation."""

from __future__ import annotations

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
from kb_search.web.links import home_address, topic_address, whole, with_default
from kb_search.web.sitemap import MOST, Page, sitemap, sitemap_index

_XML = "application/xml"
_REMEMBERED = 4
"""Lists that are kept: of different addresses of the service, and of different views."""


class _Listed:
    """All pages of a generation, for a view and an address of the service: 85,000 articles take a second or two."""

    def __init__(self, center: HelpCenter) -> None:
        self._center = center
        self._known: OrderedDict[tuple[str, ...], list[Page]] = OrderedDict()

    def pages(self, base: str, reader: Principal) -> list[Page]:
        """List the front pages, then the categories, then the articles."""
        with self._center.searchers.lease() as searcher:
            manifest = searcher.snapshot.manifest
            key = manifest.generation, manifest.created, base, reader.view
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = _pages(searcher, base, reader.view)
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return found


def site_map_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)
    listed = _Listed(center)

    @router.get("/sitemap.xml")
    def sitemap_xml(request: Request, reader: Reader) -> Response:
        """List all pages, or the files that do where there are too many for one."""
        base = center.base(request)
        pages = listed.pages(base, reader)
        if len(pages) <= MOST:
            return revalidated(request, sitemap(pages), _XML)
        parts = range(1, -(-len(pages) // MOST) + 1)
        return revalidated(request, sitemap_index([f"{base}/sitemap-{part}.xml" for part in parts]), _XML)

    @router.get("/sitemap-{part}.xml")
    def sitemap_part(request: Request, reader: Reader, part: int) -> Response:
        """List some of the pages."""
        pages = listed.pages(center.base(request), reader)[max(0, part - 1) * MOST :][:MOST]
        if part < 1 or not pages:
            raise HTTPException(404)
        return revalidated(request, sitemap(pages), _XML)

    return router


def _pages(searcher: Searcher, base: str, view: str) -> list[Page]:
    """List the front pages, then the categories, then the articles."""
    sizes = searcher.snapshot.view(view).sizes
    locales = tuple(sorted(sizes, key=lambda locale: (-sizes[locale], locale)))
    fronts = {locale: whole(base, home_address(locale)) for locale in sorted(locales)}
    alternates = (*fronts.items(), ("x-default", f"{base}/"))
    listed = [Page(address, alternates=alternates) for address in (f"{base}/", *fronts.values())]
    listed += [Page(whole(base, topic)) for locale in fronts for topic in _topics(searcher, view, locale)]
    for entry in articles_of(searcher, view):
        family = {locale: whole(base, url) for locale, url in entry.alternates}
        listed.append(Page(whole(base, entry.url), entry.updated, with_default(family, locales)))
    return listed


def _topics(searcher: Searcher, view: str, locale: str) -> list[str]:
    return [topic_address(one.name, locale) for one in categories(searcher, view, locale)]
