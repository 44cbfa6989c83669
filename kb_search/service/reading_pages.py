"""Categories and articles: `/categories/…` and `/articles/…`."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kb_search.answers import ArticleAnswer
from kb_search.browsing import articles_in
from kb_search.reading import canonical_of, read_article, similar
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.page_answers import page_answer, redirect
from kb_search.service.pages import HelpCenter, Visit
from kb_search.service.recording import record_event
from kb_search.service.search_pages import SURFACE
from kb_search.types import Principal
from kb_search.web.article import RELATED, Feedback, article_page
from kb_search.web.language import speak
from kb_search.web.links import canonical_address, topic_address, whole, with_default
from kb_search.web.rendering import render
from kb_search.web.topic import PAGE_SIZE, topic_page

_SENT_FROM = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,2})", re.ASCII)
_CANDIDATES = 2 * RELATED
"""Nearest articles that are looked at: those in other languages are not shown."""


def reading_page_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/categories/{name:path}")
    async def topic(request: Request, name: str, reader: Reader) -> Response:
        """List the articles of a category; without a name, those that have none."""

        def make(searcher: Searcher) -> Response:
            return _topic(center, center.visit(request, reader, searcher), searcher, name)

        return await center.answer(request, reader, make)

    @router.get("/articles/{id:path}")
    async def article(request: Request, article_id: Annotated[str, Path(alias="id")], reader: Reader) -> Response:
        """Show an article."""

        def make(searcher: Searcher) -> Response:
            return _article(center, request, reader, searcher, article_id)

        return await center.answer(request, reader, make)

    return router


def sent_from(text: str) -> tuple[str | None, int | None]:
    """Read which result of which search led here: query_id and position, None and None if it is no such text."""
    found = _SENT_FROM.fullmatch(text)
    return (found[1], int(found[2])) if found else (None, None)


def _topic(center: HelpCenter, visit: Visit, searcher: Searcher, name: str) -> Response:
    offset = (visit.page - 1) * PAGE_SIZE
    listing = articles_in(searcher, visit.view, locale=visit.locale, category=name, limit=PAGE_SIZE, offset=offset)
    if not listing.total:
        return center.elsewhere(visit, searcher)
    if not listing.articles:
        return redirect(topic_address(name, visit.locale, -(-listing.total // PAGE_SIZE)), 307)
    page = topic_page(name, visit.locale, visit.page, listing)
    title = name or visit.language.say("topic.none")
    frame = center.frame(visit, title, canonical=topic_address(name, visit.locale, visit.page))
    return page_answer(visit.request, render("topic.html", frame, page))


def _article(center: HelpCenter, request: Request, reader: Principal, searcher: Searcher, article_id: str) -> Response:
    article = read_article(searcher, article_id, reader.view)
    visit = center.visit(request, reader, searcher, article.locale)
    near = similar(searcher, article_id, reader.view, _CANDIDATES, article.locale)
    page = article_page(article, visit.locale, near.hits, _feedback(center, visit), speak(center.words, article.locale))
    given, base = canonical_of(searcher, article_id, reader.view), center.base(request)
    frame = center.frame(
        visit,
        article.title,
        description=article.summary or "",
        canonical=canonical_address(base, article.url, given),
        alternates=() if given else with_default(_family(base, article), visit.locales),
        switch=[(article.locale, article.url), *((other.locale, other.url) for other in article.translations)],
    )
    _record_click(center, visit, article_id)
    return page_answer(request, render("article.html", frame, page))


def _family(base: str, article: ArticleAnswer) -> dict[str, str]:
    """Map the locales of an article and its translations to whole addresses; of two in one the first counts."""
    members = [(article.locale, article.url), *((other.locale, other.url) for other in article.translations)]
    return {locale: whole(base, url) for locale, url in reversed(members)}


def _feedback(center: HelpCenter, visit: Visit) -> Feedback | None:
    if center.state is None or not center.settings.state.record:
        return None
    voted, origin = visit.parameter("voted"), visit.parameter("from")
    return Feedback(voted if voted in ("yes", "no", "done") else None, origin if sent_from(origin)[0] else "")


def _record_click(center: HelpCenter, visit: Visit, article_id: str) -> None:
    query_id, position = sent_from(visit.parameter("from"))
    prefetched = "prefetch" in visit.request.headers.get("sec-purpose", "")
    if query_id is None or prefetched or visit.parameter("voted") or visit.is_head:
        return
    told = {"query_id": query_id, "article_id": article_id, "position": position}
    record_event(center.state, visit.reader, type="click", surface=SURFACE, **told)
