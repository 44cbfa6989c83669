"""GET and POST /v1/search."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from kb_search.events.state import State
from kb_search.service.access import Reader, no_parameters
from kb_search.service.answers import json_answer
from kb_search.service.holder import SearcherHolder
from kb_search.service.parameters import SearchBody, SearchParameters, reader_locale
from kb_search.service.query_string import described_query, query_reader
from kb_search.service.recording import record_search
from kb_search.service.schemas import TIMED, responses
from kb_search.service.timing import server_timing
from kb_search.service.workers import Workers
from kb_search.types import Principal, SearchResult


def search_routes(searchers: SearcherHolder, state: State | None, workers: Workers) -> APIRouter:
    """Make the search endpoints over a holder of searchers; they search in the threads of `workers`."""
    router = APIRouter(tags=["search"])
    answers = responses("The articles found, best first.", 400, 401, 403, 413, 429, 503)
    answers[200] |= TIMED

    @router.get(
        "/search",
        response_model=SearchResult,
        responses=answers,
        summary="Search, by address",
        openapi_extra=described_query(SearchParameters),
    )
    async def search(
        reader: Reader, parameters: Annotated[SearchParameters, Depends(query_reader(SearchParameters))]
    ) -> Response:
        """Find articles; everything is in the query string, so that a search can be linked."""
        return await answer(reader, parameters.q, parameters, parameters.checked_filters())

    @router.post(
        "/search",
        response_model=SearchResult,
        responses=answers,
        summary="Search, by JSON body",
        dependencies=[Depends(no_parameters)],
    )
    async def search_with_body(reader: Reader, body: SearchBody) -> Response:
        """Find articles; for long queries, and for filter values with commas."""
        return await answer(reader, body.query, body, body.checked_filters())

    async def answer(
        reader: Principal, query: str, options: SearchParameters | SearchBody, filters: dict[str, Any]
    ) -> Response:
        asked = time.perf_counter()
        return await workers.run(lambda: _search(searchers, state, reader, query, options, filters, asked))

    return router


def _search(
    searchers: SearcherHolder,
    state: State | None,
    reader: Principal,
    query: str,
    options: SearchParameters | SearchBody,
    filters: dict[str, Any],
    asked: float,
) -> Response:
    """Search and write the answer; `asked` is when the request had been read, by time.perf_counter."""
    begun = time.perf_counter()
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
    record_search(state, reader, result, surface=options.surface, filters=filters, typing=options.typing)
    found = time.perf_counter()
    response = json_answer(result)
    done = time.perf_counter()
    stages = {"wait": 1000 * (begun - asked), **result.stages, "search": result.took_ms}
    stages |= {"serialise": 1000 * (done - found), "total": 1000 * (done - asked)}
    response.headers["Server-Timing"] = server_timing(stages)
    return response
