"""What no other route takes: an old address of an article leads to it for good, anything else is a page not found."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match

from kb_search.service.access import Reader
from kb_search.service.pages import HelpCenter

_OF_PROGRAMS = re.compile(r"/(v\d+|openapi\.json|health|ready|metrics|static|assets|widget)(/|$)")
"""Beginnings of addresses that people do not type: programs get a problem as JSON there."""


class _ForPeople(APIRoute):
    """A route that takes GET only, and no address of programs: those stay unknown, whatever the method."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        # A pattern's dot is any sign but this one; the path that is looked up is the request's own.
        match, child = super().matches({**scope, "path": scope["path"].replace("\n", " ")})
        if match is Match.FULL and not _OF_PROGRAMS.match(scope["path"]):
            return match, child
        return Match.NONE, {}


def old_address_routes(center: HelpCenter) -> APIRouter:
    """Make the route; it must be the last of all."""
    router = APIRouter(include_in_schema=False, route_class=_ForPeople)

    @router.get("/{path:path}")
    async def elsewhere(request: Request, reader: Reader) -> Response:
        """Send on to the article that was here, or say that nothing is."""
        return await center.answer(
            request, reader, lambda searcher: center.elsewhere(center.visit(request, reader, searcher), searcher)
        )

    return router
