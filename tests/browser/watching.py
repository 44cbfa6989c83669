"""What no page may do in any test: raise errors, complain in the console, or ask a foreign host for anything."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOCAL = ("127.0.0.1", "localhost")


class Watch:
    """Faults of the pages of one browser context; those that a test expects are named by a pattern beforehand."""

    def __init__(self, context: BrowserContext) -> None:
        self._faults: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, pattern: str) -> None:
        """Let faults pass in which this regular expression is found: "status of 503", say."""
        self._expected.append(re.compile(pattern))

    @property
    def faults(self) -> list[str]:
        return [fault for fault in self._faults if not any(pattern.search(fault) for pattern in self._expected)]

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in LOCAL:
            self._faults.append(f"request to a foreign host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium writes violations of a Content-Security-Policy as errors too. It asks for an icon unasked.
        address = message.location.get("url", "")
        if message.type == "error" and not address.endswith("/favicon.ico"):
            self._faults.append(f"console error: {message.text} ({address})")

    def _error(self, error: WebError) -> None:
        self._faults.append(f"page error: {error.error}")
