"""The front page, and results: `/` and `/?q=…`."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from kb_search.browsing import articles_in, categories
from kb_search.filters import Condition
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.page_answers import fleeting_page, page_answer, redirect
from kb_search.service.pages import HelpCenter, Visit
from kb_search.service.recording import record_search
from kb_search.text.normalize import normalize
from kb_search.web.asked import PAGE_SIZE, Asked, read_asked
from kb_search.web.home import CARDS, FEATURED, FIRST_ARTICLES, POPULAR, Home, Topic, query_links
from kb_search.web.language import preferred
from kb_search.web.links import ArticleLink, home_address, link_to, topic_address, whole
from kb_search.web.rendering import render
from kb_search.web.results import chosen_facets, pages_of, results_page

SURFACE = "help-center"
"""What searches and events of these pages are recorded as."""


def search_page_routes(center: HelpCenter) -> APIRouter:
    """Make the routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def front(request: Request, reader: Reader) -> Response:
        """Show results if something is asked, else the front page."""

        def make(searcher: Searcher) -> Response:
            visit = center.visit(request, reader, searcher)
            asked = _asked(visit, searcher)
            if asked.query or asked.filters:
                return _results(center, visit, searcher, asked)
            return _home(center, visit, searcher)

        return await center.answer(request, reader, make)

    return router


def _asked(visit: Visit, searcher: Searcher) -> Asked:
    store, members = searcher.snapshot.store, searcher.snapshot.view(visit.view).members

    def is_value(field: str, value: str) -> bool:
        return store.has_matching(Condition(field, (normalize(value),)), members)

    return read_asked(visit.request.query_params.multi_items(), visit.locale, is_value)


def _results(center: HelpCenter, visit: Visit, searcher: Searcher, asked: Asked) -> Response:
    found = searcher.search(
        asked.query,
        limit=PAGE_SIZE,
        offset=asked.offset,
        locale=asked.locale,
        view=visit.view,
        filters=asked.for_searcher(),
    )
    if asked.page > max(1, pages_of(found.total)):
        return redirect(asked.on_page(max(1, pages_of(found.total))).address(), 307)
    # A further page is no search of its own, unless somebody finds something there.
    later = asked.page > 1
    if visit.is_read:
        record_search(center.state, visit.reader, found, surface=SURFACE, filters=asked.for_searcher(), typing=later)
    page = results_page(
        asked,
        found,
        visit.language,
        tracked=center.state is not None and bool(asked.query),
        beside={field: _counted(visit, searcher, asked, field) for field in chosen_facets(asked)},
        featured=() if found.total else _featured(visit, searcher),
        popular=() if found.total else _popular(center, visit),
    )
    say = visit.language.say
    title = say("results.title", query=asked.query) if asked.query else say("results.browse")
    switch = [(locale, asked.speaking(locale).address()) for locale in visit.locales]
    frame = center.frame(visit, title, switch=switch, query=asked.query)
    return fleeting_page(render("results.html", frame, page))


def _counted(visit: Visit, searcher: Searcher, asked: Asked, field: str) -> Mapping[str, int]:
    """Count the values of a facet among the results without its own filter: what there is to add or to change to."""
    filters = {name: value for name, value in asked.for_searcher().items() if name != field}
    found = searcher.search(asked.query, limit=0, locale=asked.locale, view=visit.view, filters=filters)
    return found.facets.get(field, {})


def _home(center: HelpCenter, visit: Visit, searcher: Searcher) -> Response:
    topics = [
        Topic(one.name, topic_address(one.name, visit.locale), one.articles)
        for one in categories(searcher, visit.view, visit.locale)
    ]
    cards = tuple(_with_articles(topic, visit, searcher) for topic in topics[:CARDS])
    page = Home(_featured(visit, searcher), _popular(center, visit), cards, tuple(topics[CARDS:]))
    base = center.base(visit.request)
    alternates = [(locale, whole(base, home_address(locale))) for locale in visit.locales]
    frame = center.frame(
        visit,
        canonical=home_address(visit.locale) if visit.parameter("locale") else "/",
        alternates=[*alternates, ("x-default", f"{base}/")],
    )
    return page_answer(visit.request, render("home.html", frame, page))


def _with_articles(topic: Topic, visit: Visit, searcher: Searcher) -> Topic:
    listing = articles_in(searcher, visit.view, locale=visit.locale, category=topic.name, limit=FIRST_ARTICLES)
    first = tuple(link_to(card.title, card.url, card.locale, visit.locale) for card in listing.articles)
    return Topic(topic.name, topic.address, topic.articles, first)


def _featured(visit: Visit, searcher: Searcher) -> tuple[ArticleLink, ...]:
    """List the articles that come first without a query: pinned ones, then the latest, in one language.

    It is the reader's; where that has no article, one that the browser asks for, else the one with most articles.
    """
    asked = visit.request.headers.get("accept-language", "")
    known = preferred(visit.locale, visit.locales) or preferred(asked, visit.locales) or visit.locales[0]
    found = searcher.search("", limit=FEATURED, locale=known, view=visit.view, filters={"locale": known})
    return tuple(link_to(hit.title, hit.url, hit.locale, visit.locale) for hit in found.hits)


def _popular(center: HelpCenter, visit: Visit) -> tuple[tuple[str, str], ...]:
    if center.state is None:
        return ()
    queries = center.state.popular.queries(visit.view, visit.locale, POPULAR)
    return query_links([query.text for query in queries], visit.locale)
