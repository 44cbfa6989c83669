"""POST /v1/events and /v1/flags: what readers did with an answer, and what they say is wrong with an article."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Depends, Response

from kb_search.errors import NotPermitted
from kb_search.events.state import State
from kb_search.reading import check_visible
from kb_search.service.access import Colleague, Sender, no_parameters
from kb_search.service.answers import json_answer
from kb_search.service.event_bodies import EventBody, FlagBody
from kb_search.service.holder import SearcherHolder
from kb_search.service.openapi import KEYED
from kb_search.service.recording import record_event, record_flag
from kb_search.service.schemas import Accepted, responses


def feedback_routes(searchers: SearcherHolder, state: State | None) -> APIRouter:
    """Make the endpoints over a holder of searchers; without a state they take everything and keep nothing."""
    router = APIRouter(tags=["feedback"], dependencies=[Depends(no_parameters)])
    taken = "Taken; what is personal is taken out before anything is stored."

    @router.post(
        "/events",
        status_code=202,
        response_model=Accepted,
        responses=responses(taken, 400, 401, 403, 404, 413, 429, 503, status=202),
        summary="Say what a reader did",
    )
    def event(reader: Sender, body: EventBody) -> Response:
        """Record that an answer was seen, an article opened, voted for, commented on, or given to a customer."""
        with searchers.lease() as searcher:
            if body.article_id is not None:
                check_visible(searcher, body.article_id, reader.view)
        record_event(state, reader, **body.model_dump())
        return json_answer(Accepted(), 202)

    @router.post(
        "/flags",
        status_code=202,
        response_model=Accepted,
        responses=responses(taken, 400, 401, 403, 404, 413, 429, 503, status=202),
        summary="Flag an article",
        openapi_extra=KEYED,
    )
    def flag(reader: Colleague, body: FlagBody) -> Response:
        """Record that something is wrong with an article, if you like with the text that would be right."""
        if state is None or not state.recorder.recording:
            raise NotPermitted("Nothing is recorded here (state.record is false), so that the flag would be lost.")
        with searchers.lease() as searcher:
            check_visible(searcher, body.article_id, reader.view)
        number = uuid.uuid4().hex
        record_flag(state, reader, id=number, **body.model_dump())
        return json_answer(Accepted(id=number), 202)

    return router
