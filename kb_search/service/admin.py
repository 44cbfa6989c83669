"""POST /v1/admin/reload: serve the generation that was just published, without waiting for the next look."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from kb_search.service.access import Admin, no_parameters
from kb_search.service.answers import json_answer
from kb_search.service.holder import SearcherHolder
from kb_search.service.openapi import KEYED
from kb_search.service.schemas import Reloaded, responses


def admin_routes(searchers: SearcherHolder) -> APIRouter:
    """Make the endpoint over a holder of searchers."""
    router = APIRouter(prefix="/admin", tags=["operation"], dependencies=[Depends(no_parameters)])

    @router.post(
        "/reload",
        response_model=Reloaded,
        responses=responses("What is served now.", 400, 401, 403, 429, 503),
        summary="Look for a new generation",
        openapi_extra=KEYED,
    )
    def reload(_: Admin) -> Response:
        """Open the published generation unless it is served already; the old one serves on if that fails."""
        reloaded = searchers.refresh()
        with searchers.lease() as searcher:
            return json_answer(Reloaded(searcher.generation, reloaded))

    return router
