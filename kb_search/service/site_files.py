"""Files beside the pages: style sheets and pictures, and what search engines read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from kb_search.assets import read_asset
from kb_search.service.access import Reader
from kb_search.service.answers import revalidated
from kb_search.service.page_answers import DAY, file_answer, redirect
from kb_search.service.pages import HelpCenter
from kb_search.types import Principal
from kb_search.web.sitemap import robots

_TEXT = "text/plain; charset=utf-8"


def site_file_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)

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
        return file_answer(request, found, public=reader.view == Principal().view, seconds=DAY)

    @router.get("/favicon.ico")
    def favicon() -> Response:
        """Send browsers to the icon that pages name: what they show besides pages names none."""
        return redirect(center.theme.icon, 307)

    @router.get("/robots.txt")
    def robots_txt(request: Request) -> Response:
        """Tell robots where to look."""
        return revalidated(request, robots(center.base(request)), _TEXT)

    return router
