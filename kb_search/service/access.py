"""Who is asking. The one place that decides which view a request sees: every endpoint takes its answer from here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from kb_search.errors import AccessDenied, NotPermitted, QueryError
from kb_search.events.records import Key
from kb_search.events.state import State
from kb_search.service.clients import client_of
from kb_search.types import Principal

_SCHEME = "bearer"


async def principal(request: Request) -> Principal:
    """Name the reader behind a request: by the key in `Authorization: Bearer`, or anyone, who sees the view `public`.

    No parameter can change that. Other schemes than Bearer are left to the proxy that asked for them. Raises
    AccessDenied for a key that is not known, was revoked or has expired, NotPermitted for one of another site, and
    HTTPException 429 for who asks too often.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    state: State | None = request.app.state.events
    has_key = scheme.lower() == _SCHEME
    key = await run_in_threadpool(state.keys.authenticate, secret.strip()) if state and has_key else None
    # A key that stands in pages is everybody's who reads them.
    client = key.id if key and not key.origins else client_of(request.client.host if request.client else "")
    if request.scope["path"].startswith("/v1/"):
        request.app.state.limit.take(client)
    if not has_key:
        return Principal(client=client)
    if key is None:
        raise AccessDenied("This key is not known here, was revoked, or has expired. Ask for a new one, or send none.")
    _check_origin(key, _origin(request))
    return Principal(key.view, key.name, key.id, frozenset(key.scopes), client)


def require(scope: str, *, keyed: bool = False) -> Callable[[Principal], Awaitable[Principal]]:
    """Make the dependency that lets readers with a scope pass; `keyed`: only those with a key."""

    async def check(reader: Annotated[Principal, Depends(principal)]) -> Principal:
        if reader.key is None and (keyed or scope not in reader.scopes):
            raise AccessDenied(f"This needs a key with the scope {scope!r}. Send it as Authorization: Bearer KEY.")
        if scope not in reader.scopes:
            raise NotPermitted(f"The key {reader.name!r} has not the scope {scope!r}. Use one that has.")
        return reader

    return check


def _origin(request: Request) -> str | None:
    """Tell which site's page asks: browsers name it, but for a page that reads from its own site."""
    headers = request.headers
    if "origin" not in headers and headers.get("sec-fetch-site") == "same-origin":
        return str(request.app.state.public_url or request.base_url).rstrip("/")
    return headers.get("origin")


def _check_origin(key: Key, origin: str | None) -> None:
    """A key for some sites works in their pages only: a browser says with every request to another site where it is."""
    if key.origins and origin not in key.origins:
        if origin is None:
            raise NotPermitted(f"The key {key.name!r} is for pages of its origins only. Make another for programs.")
        raise NotPermitted(f"The key {key.name!r} is not for pages of {origin}. Make one with that origin.")


async def no_parameters(request: Request) -> None:
    """Refuse a query string where an endpoint takes none. Raises QueryError."""
    for name in request.query_params:
        raise QueryError(f"query {name!r}: Unknown here. /openapi.json lists what this endpoint takes.")


Reader = Annotated[Principal, Depends(require("search"))]
Sender = Annotated[Principal, Depends(require("events"))]
Colleague = Annotated[Principal, Depends(require("events", keyed=True))]
Admin = Annotated[Principal, Depends(require("admin", keyed=True))]
