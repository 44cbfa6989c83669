"""Which pages of other sites may call the API from a browser: those of the settings, and those of the keys.

Pages of this service are not meant for others to read: only addresses below `/v1/` take part.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_DAY = 86_400


class ApiCors:
    """Cross-origin resource sharing for `/v1/` alone; `allowed` is asked for every request of another origin."""

    def __init__(self, app: ASGIApp, allowed: Callable[[str], bool]) -> None:
        self._app = app
        self._cors = _AllowedByCall(app, allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        is_api = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (self._cors if is_api else self._app)(scope, receive, send)


class _AllowedByCall(CORSMiddleware):
    """Starlette's, with origins that come and go while it runs."""

    def __init__(self, app: ASGIApp, allowed: Callable[[str], bool]) -> None:
        super().__init__(
            app,
            allow_origins=(),
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=("ETag", "Retry-After", "Server-Timing"),
            max_age=_DAY,
        )
        self._allowed = allowed

    def is_allowed_origin(self, origin: str) -> bool:
        return self._allowed(origin)
