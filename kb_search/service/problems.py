"""Errors as RFC 9457 problems: one table from exception to status, one shape for all, no traces."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from kb_search.errors import (
    AccessDenied,
    ArticleNotFound,
    ConfigError,
    IndexCorrupt,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    KbSearchError,
    ModelError,
    NotPermitted,
    QueryError,
    StateError,
    StorageError,
    UnknownView,
)
from kb_search.service.schemas import PROBLEM_JSON, FieldError, Problem

_log = logging.getLogger(__name__)

STATUS: dict[type[KbSearchError], tuple[int, str]] = {
    QueryError: (400, "bad-request"),
    AccessDenied: (401, "unauthorized"),
    NotPermitted: (403, "not-permitted"),
    UnknownView: (403, "forbidden"),
    ArticleNotFound: (404, "article-not-found"),
    IndexNotFound: (503, "index-unavailable"),
    IndexCorrupt: (503, "index-unavailable"),
    IndexIncompatible: (503, "index-unavailable"),
    IndexLocked: (503, "index-unavailable"),
    StorageError: (503, "index-unavailable"),
    ModelError: (503, "index-unavailable"),
    StateError: (503, "state-unavailable"),
    ConfigError: (500, "internal"),
    KbSearchError: (500, "internal"),
}
"""Exception → status and kind; the nearest class in an exception's ancestry counts."""

# What a stranger may read instead of messages that name folders, files and views.
_KEPT_BACK = {
    "forbidden": "This index holds nothing for this reader.",
    "internal": "The service failed. What happened is in its log.",
    "state-unavailable": "Keys cannot be checked at the moment. Try again later, or without a key.",
    "index-unavailable": "No index is open at the moment. Try again later; the reason is in the service's log.",
}
_DETAILS = {
    404: "There is nothing at this address. /openapi.json lists what there is.",
    405: "This address does not take this method; the header Allow lists those it takes.",
}
TOO_LARGE = "body-too-large"
_RETRY_SECONDS = "5"
_MAX_NAMED = 10
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a problem; `kind` becomes its type."""
    body = Problem(f"urn:kb-search:problem:{kind}", HTTPStatus(status).phrase, status, detail, tuple(errors))
    fixed = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status == 503:
        fixed["Retry-After"] = _RETRY_SECONDS
    if status == 401:
        fixed["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(body), status, {**fixed, **(headers or {})}, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Make the application answer all its errors as problems."""
    app.add_exception_handler(KbSearchError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _routing)
    app.add_exception_handler(Exception, _unexpected)


async def _known(request: Request, error: Exception) -> Response:
    status, kind = next(STATUS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS)
    if kind in _KEPT_BACK:
        _log.error("%s %r: %s", request.method, request.scope["path"], error)
    return problem(status, kind, _KEPT_BACK.get(kind) or _printable(str(error)))


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError), "registered for this class alone"
    errors = [_field_error(found) for found in error.errors()[:_MAX_NAMED]]
    first = errors[0]
    place = f"{first.location} {first.name!r}" if first.name else first.location
    return problem(400, "bad-request", f"{place}: {first.message}", errors=errors)


def _field_error(found: Mapping[str, Any]) -> FieldError:
    location, *path = found["loc"]
    if found["type"] == "json_invalid":
        return FieldError(str(location), "", f"This is not JSON: {found['ctx']['error']} at character {path[0]}.")
    name = _printable(".".join(str(part) for part in path))
    if found["type"] == "extra_forbidden":
        return FieldError(str(location), name, "Unknown here. /openapi.json lists what this endpoint takes.")
    if found["type"] in ("missing", "model_attributes_type"):
        return FieldError("body", "", "Send a JSON object with the header Content-Type: application/json.")
    return FieldError(str(location), name, _printable(found["msg"].removeprefix("Value error, ")) + ".")


async def _routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    status = error.status_code
    if status == 405:
        return problem(405, "method-not-allowed", _DETAILS[405], headers={"Allow": _allowed(request)})
    kind = TOO_LARGE if status == 413 else HTTPStatus(status).phrase.lower().replace(" ", "-")
    return problem(status, kind, _DETAILS.get(status) or str(error.detail), headers=error.headers)


def _allowed(request: Request) -> str:
    """List the methods that this address takes: an endpoint's GET and POST are two routes."""
    routes = request.app.routes
    asked = ({**request.scope, "method": method} for method in _METHODS)
    methods = [one["method"] for one in asked if any(route.matches(one)[0] is Match.FULL for route in routes)]
    return ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])


async def _unexpected(request: Request, error: Exception) -> Response:
    # The server logs the trace itself: this handler answers, and the exception travels on.
    _log.error("%s %r failed: %s", request.method, request.scope["path"], type(error).__name__)
    return problem(500, "internal", _KEPT_BACK["internal"])


def _printable(text: str) -> str:
    """Half of a surrogate pair, which JSON can smuggle in, has no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
