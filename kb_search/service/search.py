"""GET and POST /v1/search."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from kb_search.service.access import Reader, no_parameters
from kb_search.service.answers import json_answer
from kb_search.service.holder import SearcherHolder
from kb_search.service.parameters import SearchBody, SearchParameters, reader_locale
from kb_search.service.schemas import responses
from kb_search.types import Principal, SearchResult


def search_routes(searchers: SearcherHolder) -> APIRouter:
    """Make the search endpoints over a holder of searchers."""
    router = APIRouter(tags=["search"])
    answers = responses("The articles found, best first.", 400, 413, 503)

    @router.get("/search", response_model=SearchResult, responses=answers, summary="Search, by address")
    def search(reader: Reader, parameters: Annotated[SearchParameters, Query()]) -> Response:
        """Find articles; everything is in the query string, so that a search can be linked."""
        return _search(searchers, reader, parameters.q, parameters, parameters.checked_filters())

    @router.post(
        "/search",
        response_model=SearchResult,
        responses=answers,
        summary="Search, by JSON body",
        dependencies=[Depends(no_parameters)],
    )
    def search_with_body(reader: Reader, body: SearchBody) -> Response:
        """Find articles; for long queries, and for filter values with commas."""
        return _search(searchers, reader, body.query, body, body.checked_filters())

    return router


def _search(
    searchers: SearcherHolder,
    reader: Principal,
    query: str,
    options: SearchParameters | SearchBody,
    filters: dict[str, Any],
) -> Response:
    locale = reader_locale(options.locale)
    with searchers.lease() as searcher:
        result = searcher.search(
            query,
            limit=options.limit,
            offset=options.offset,
            locale=locale,
            view=reader.view,
            filters=filters,
            mode=options.mode,
            explain=options.explain,
            fold_translations=options.fold_translations,
        )
    return json_answer(result)
