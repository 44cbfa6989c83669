"""The help center under attack, as the sweep needs it: in frames, with its policy or without."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HALL = "/hostile-hall"
"""An empty page of the same origin, in which `sweep.js` opens frames."""
_PICTURES = "/assets/"


class Relaxed:
    """An application whose pages may be framed by its own; without `policy`, nothing but escaping protects them.

    Pictures keep theirs: of a drawing that is opened by itself, the policy is all the protection that there can be.
    """

    def __init__(self, app: ASGIApp, *, policy: bool) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == HALL:
            await HTMLResponse("<!doctype html><title>Hall</title><link rel=icon href=data:,>")(scope, receive, send)
        else:
            await self._app(scope, receive, self._relaxing(send, scope["path"]))

    def _relaxing(self, send: Send, path: str) -> Send:
        async def relaxed(message: Message) -> None:
            headers = MutableHeaders(scope=message) if message["type"] == "http.response.start" else None
            if headers is not None and "content-security-policy" in headers and not path.startswith(_PICTURES):
                written = headers["content-security-policy"]
                assert "frame-ancestors 'none'" in written or path.startswith("/static/")
                headers["content-security-policy"] = written.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
                if not self._policy:
                    del headers["content-security-policy"]
            await send(message)

        return relaxed
