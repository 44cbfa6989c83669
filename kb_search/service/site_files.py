"""Files beside the pages: style sheets and pictures, and what search engines read."""

from __future__ import annotations

from collections import OrderedDict

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from kb_search.assets import read_asset
from kb_search.browsing import categories
from kb_search.browsing import sitemap as articles_of
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.answers import revalidated
from kb_search.service.page_answers import file_answer
from kb_search.service.pages import HelpCenter
from kb_search.types import Principal
from kb_search.web.links import home_address, topic_address, whole, with_default
from kb_search.web.sitemap import MOST, Page, robots, sitemap, sitemap_index

_XML = "application/xml"
_TEXT = "text/plain; charset=utf-8"
_REMEMBERED = 4
"""Lists of all pages that are kept: of different addresses of the service, and of different views."""


def site_file_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)
    remembered: OrderedDict[tuple[str, ...], list[Page]] = OrderedDict()

    def pages_of(request: Request, reader: Principal) -> list[Page]:
        """List all pages, once for a generation: 85,000 articles take a second or two."""
        base = center.base(request)
        with center.searchers.lease() as searcher:
            manifest = searcher.snapshot.manifest
            key = manifest.generation, manifest.created, base, reader.view
            found = remembered.get(key)
            if found is None:
                found = remembered[key] = _pages(searcher, base, reader.view)
                while len(remembered) > _REMEMBERED:
                    remembered.popitem(last=False)
        return found

    @router.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        """Give a file that pages load."""
        found = center.theme.files.get(name)
        if found is None:
            raise HTTPException(404)
        return file_answer(request, found)

    @router.get("/assets/{name}")
    def asset(request: Request, reader: Reader, name: str) -> Response:
        """Give a picture that an article of the reader's view shows."""
        with center.searchers.lease() as searcher:
            found = read_asset(searcher, name, reader.view)
        return file_answer(request, found, public=reader.view == Principal().view)

    @router.get("/robots.txt")
    def robots_txt(request: Request) -> Response:
        """Tell robots where to look."""
        return revalidated(request, robots(center.base(request)), _TEXT)

    @router.get("/sitemap.xml")
    def sitemap_xml(request: Request, reader: Reader) -> Response:
        """List all pages, or the files that do where there are too many for one."""
        base = center.base(request)
        pages = pages_of(request, reader)
        if len(pages) <= MOST:
            return revalidated(request, sitemap(pages), _XML)
        parts = range(1, -(-len(pages) // MOST) + 1)
        return revalidated(request, sitemap_index([f"{base}/sitemap-{part}.xml" for part in parts]), _XML)

    @router.get("/sitemap-{part}.xml")
    def sitemap_part(request: Request, reader: Reader, part: int) -> Response:
        """List some of the pages."""
        pages = pages_of(request, reader)[max(0, part - 1) * MOST :][:MOST]
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
