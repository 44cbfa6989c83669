"""GET /v1/suggest: what a box shows while somebody types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from kb_search.answers import SuggestAnswer
from kb_search.events.state import State
from kb_search.service.access import Reader
from kb_search.service.answers import json_answer
from kb_search.service.holder import SearcherHolder
from kb_search.service.parameters import SuggestParameters, reader_locale
from kb_search.service.query_string import described_query, query_reader
from kb_search.service.schemas import responses
from kb_search.service.workers import Workers
from kb_search.suggesting import suggest
from kb_search.types import Principal

_SECONDS = 60
"""How long a browser may take the same answer again: whoever deletes letters asks for what was there."""
_POPULAR = 50
"""Popular queries that are looked through."""


def suggest_routes(searchers: SearcherHolder, state: State | None, workers: Workers) -> APIRouter:
    """Make the endpoint over a holder of searchers and what was asked before."""
    router = APIRouter(tags=["search"])

    @router.get(
        "/suggest",
        response_model=SuggestAnswer,
        responses=responses("Suggestions, best first.", 400, 401, 403, 429, 503),
        summary="Suggest while somebody types",
        openapi_extra=described_query(SuggestParameters),
    )
    async def suggestions(
        reader: Reader, parameters: Annotated[SuggestParameters, Depends(query_reader(SuggestParameters))]
    ) -> Response:
        """Suggest articles and popular queries for what is typed so far; nothing of it is recorded."""
        return await workers.run(lambda: _suggest(searchers, state, reader, parameters))

    return router


def _suggest(
    searchers: SearcherHolder, state: State | None, reader: Principal, parameters: SuggestParameters
) -> Response:
    locale = reader_locale(parameters.locale)
    popular = state.popular.queries(reader.view, locale, _POPULAR) if state else ()
    with searchers.lease() as searcher:
        answer = suggest(
            searcher,
            parameters.q,
            view=reader.view,
            locale=locale,
            limit=parameters.limit,
            popular=[query.text for query in popular],
        )
    return json_answer(answer, keep_seconds=_SECONDS)
