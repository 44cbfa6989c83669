"""Real servers for a real browser: an application in a thread on a free loopback port, and pages of another site."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@contextlib.contextmanager
def serving(app: Any, host: str = "127.0.0.1") -> Iterator[str]:
    """Run an ASGI application until the block ends; give its address. Every call has an origin of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning", timeout_graceful_shutdown=1))
        # A thread of its own: Playwright runs an event loop in the thread of the tests.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="tests-server")
        thread.start()
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


class Site:
    """Pages of somebody else's site: put HTML under a path, with headers if need be."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}

    def put(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> None:
        self.pages[path] = (html, dict(headers or {}))

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._page, methods=["GET", "POST"])])

    async def _page(self, request: Request) -> Response:
        if request.url.path not in self.pages:
            # Browsers ask for /favicon.ico unasked; a 404 would be an error in the console.
            return Response(None, 204)
        html, headers = self.pages[request.url.path]
        return Response(html, 200, headers, "text/html; charset=utf-8")
