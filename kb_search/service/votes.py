"""`POST /feedback`: was this helpful, and one comment. A plain form of the article's page, answered by that page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request, Response

from kb_search.reading import read_article
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.page_answers import redirect
from kb_search.service.pages import HelpCenter
from kb_search.service.reading_pages import sent_from
from kb_search.service.recording import record_event
from kb_search.service.search_pages import SURFACE
from kb_search.web.links import is_ours, with_query
from kb_search.web.message import refused

MAX_COMMENT = 2_000
"""Characters of a comment; browsers take no more, and what others send is cut."""


def vote_routes(center: HelpCenter) -> APIRouter:
    """Make the route."""
    router = APIRouter(include_in_schema=False)

    @router.post("/feedback")
    async def feedback(
        request: Request,
        reader: Reader,
        article: Annotated[str, Form()] = "",
        helpful: Annotated[str, Form()] = "",
        comment: Annotated[str, Form()] = "",
        origin: Annotated[str, Form(alias="from")] = "",
    ) -> Response:
        """Record an answer and go back to the article, which says thank you and asks for the comment, if any."""

        def make(searcher: Searcher) -> Response:
            visit = center.visit(request, reader, searcher)
            if not is_same_origin(request, center.base(request)):
                return center.message(visit, refused(visit.language), 403)
            url = read_article(searcher, article, reader.view).url
            query_id, position = sent_from(origin)
            voted = "done" if comment.strip() else helpful if helpful in ("yes", "no") else ""
            if voted:
                record_event(
                    center.state,
                    reader,
                    type="comment" if voted == "done" else "helpful",
                    surface=SURFACE,
                    query_id=query_id,
                    article_id=article,
                    position=position,
                    helpful={"yes": True, "no": False}.get(voted),
                    comment=comment.strip()[:MAX_COMMENT] if voted == "done" else None,
                )
            return redirect(_back(url, visit.parameter("locale"), voted, origin if query_id else ""), 303)

        return await center.answer(request, reader, make)

    return router


def is_same_origin(request: Request, base: str) -> bool:
    """Tell whether a form was sent by a page of this site: by what browsers say of it, which pages cannot change."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(request.headers.get("origin", ""))
    except ValueError:  # no address at all, such as http://[
        return False
    # Behind a proxy that ends TLS the scheme is another one than the request's.
    return bool(origin.netloc) and origin.netloc in (request.headers.get("host"), urlsplit(base).netloc)


def _back(url: str, locale: str, voted: str, origin: str) -> str:
    pairs = {"locale": locale, "voted": voted, "from": origin}
    query = urlencode({name: value for name, value in pairs.items() if value})
    return with_query(url, query) + ("#page:feedback" if is_ours(url) else "")
