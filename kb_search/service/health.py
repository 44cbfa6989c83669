"""Is the process alive, and can it answer? Two questions, for those who restart and those who route."""

from __future__ import annotations

from fastapi import APIRouter, Response

from kb_search.errors import IndexNotFound
from kb_search.service.access import Reader
from kb_search.service.answers import json_answer
from kb_search.service.holder import SearcherHolder
from kb_search.service.openapi import KEYLESS
from kb_search.service.schemas import Health, Ready, responses


def health_routes(searchers: SearcherHolder) -> APIRouter:
    """Make the two endpoints over a holder of searchers."""
    router = APIRouter(tags=["operation"])

    @router.get("/health", response_model=Health, responses=responses("Alive."), summary="Alive", openapi_extra=KEYLESS)
    async def health() -> Response:
        """Say that the process runs, whatever the state of the index."""
        return json_answer(Health())

    @router.get("/ready", response_model=Ready, responses=responses("Ready.", 401, 403, 503), summary="Ready")
    def ready(reader: Reader) -> Response:
        """Say which generation is served and how much of it this reader may find."""
        with searchers.lease() as searcher:
            manifest = searcher.snapshot.manifest
            view = manifest.views.get(reader.view)
            if view is None:
                raise IndexNotFound(f"Generation {manifest.generation} has no view {reader.view!r}.")
            return json_answer(Ready("ready", manifest.generation, manifest.model.name, view.articles, view.locales))

    return router
