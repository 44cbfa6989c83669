"""The help center: pages written on the server and complete without scripts, and the files beside them."""

from __future__ import annotations

from fastapi import APIRouter

from kb_search.events.state import State
from kb_search.service.holder import SearcherHolder
from kb_search.service.old_addresses import old_address_routes
from kb_search.service.pages import HelpCenter
from kb_search.service.reading_pages import reading_page_routes
from kb_search.service.search_pages import search_page_routes
from kb_search.service.site_files import site_file_routes
from kb_search.service.site_maps import site_map_routes
from kb_search.service.votes import vote_routes
from kb_search.service.workers import Workers
from kb_search.web.theme import load_theme
from kb_search.web.words import load_words


def help_center_routes(searchers: SearcherHolder, state: State | None, workers: Workers) -> APIRouter:
    """Make all routes of the help center; include them last, since they take whatever address nobody else does.

    Without `state`, nothing is recorded and nobody is asked whether an article helped. Raises ConfigError for words, a
    logo or a style sheet that cannot be used.
    """
    site = searchers.settings.site
    center = HelpCenter(searchers, state, workers, load_words(site.strings), load_theme(site))
    router = APIRouter()
    for make in (
        search_page_routes,
        reading_page_routes,
        vote_routes,
        site_file_routes,
        site_map_routes,
        old_address_routes,
    ):
        router.include_router(make(center))
    return router
