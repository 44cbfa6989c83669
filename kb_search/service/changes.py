"""GET /v1/changes and /v1/changes.atom: what is new, edited or archived, for programs and for feed readers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from kb_search.answers import ChangesAnswer
from kb_search.browsing import changes
from kb_search.service.access import Reader
from kb_search.service.answers import ATOM, JSON, revalidated
from kb_search.service.atom import feed
from kb_search.service.holder import SearcherHolder
from kb_search.service.parameters import ChangesParameters, reader_locale
from kb_search.service.query_string import described_query, query_reader
from kb_search.service.schemas import responses
from kb_search.service.workers import Workers
from kb_search.types import Principal

Parameters = Annotated[ChangesParameters, Depends(query_reader(ChangesParameters))]


def changes_routes(searchers: SearcherHolder, workers: Workers) -> APIRouter:
    """Make the endpoints over a holder of searchers; they read in the threads of `workers`."""
    router = APIRouter(tags=["articles"])

    @router.get(
        "/changes",
        response_model=ChangesAnswer,
        responses=responses("The changes, latest first.", 400, 401, 403, 429, 503),
        summary="What changed",
        openapi_extra=described_query(ChangesParameters),
    )
    async def changed(request: Request, reader: Reader, parameters: Parameters) -> Response:
        """List new, edited and archived articles by the dates in their front matter."""

        def make() -> Response:
            answer = _changes(searchers, reader, parameters)
            return revalidated(request, msgspec.json.encode(answer), JSON)

        return await workers.run(make)

    described = responses("The changes, latest first.", 400, 401, 403, 429, 503)
    described[200]["content"] = {ATOM: {"schema": {"type": "string"}}}

    @router.get(
        "/changes.atom",
        response_class=Response,
        responses=described,
        summary="What changed, as a feed",
        openapi_extra=described_query(ChangesParameters),
    )
    async def changed_feed(request: Request, reader: Reader, parameters: Parameters) -> Response:
        """Give the same as an Atom feed (RFC 4287)."""
        settings = searchers.settings
        base = settings.service.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        address = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")

        def make() -> Response:
            answer = _changes(searchers, reader, parameters)
            return revalidated(request, feed(answer, settings.site.name, base, address), ATOM)

        return await workers.run(make)

    return router


def _changes(searchers: SearcherHolder, reader: Principal, parameters: ChangesParameters) -> ChangesAnswer:
    with searchers.lease() as searcher:
        return changes(
            searcher,
            reader.view,
            since=parameters.since,
            area=parameters.area,
            locale=reader_locale(parameters.locale),
            limit=parameters.limit,
            offset=parameters.offset,
        )
