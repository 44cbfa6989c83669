"""GET /widget.js, /client.js and the words of the search box: what pages of any site may load."""

from __future__ import annotations

import gzip
from functools import cache

import msgspec
from fastapi import APIRouter, Request, Response

from kb_search.config import Settings
from kb_search.errors import ConfigError
from kb_search.service.answers import JSON, revalidated
from kb_search.text.locales import canonical
from kb_search.web.bundle import client_script, widget_script
from kb_search.web.site_words import load_site_words

SCRIPT = "text/javascript; charset=utf-8"
FOR_ALL = {
    # So that a page can hold the script to a digest (subresource integrity), which takes CORS.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Not for long: a script that is kept for days outlives the service that it talks to.
    "Cache-Control": "public, max-age=600, stale-while-revalidate=86400",
}


def scripts_routes(settings: Settings) -> APIRouter:
    """Make the routes; the same for every reader. Raises ConfigError when the words of the site cannot be used."""
    router = APIRouter(include_in_schema=False)
    words = load_site_words(settings.site.strings)

    @router.get("/widget.js")
    def widget(request: Request) -> Response:
        """Give the search box."""
        return _script(request, widget_script())

    @router.get("/client.js")
    def client(request: Request) -> Response:
        """Give the client, an ES module."""
        return _script(request, client_script())

    @router.get("/widget/strings/{locale}.json")
    def strings(request: Request, locale: str) -> Response:
        """Give the words in a language: none, not an error, where nobody has written any."""
        try:
            found = words.of(canonical(locale))
        except ConfigError:
            found = {}
        return revalidated(request, msgspec.json.encode(found), JSON, FOR_ALL)

    return router


def _script(request: Request, script: str) -> Response:
    """Compress it well, once, where the browser takes that: the application's own compression is a quick one."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return revalidated(request, script.encode(), SCRIPT, FOR_ALL)  # the middleware says that it varies
    headers = FOR_ALL | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return revalidated(request, _compressed(script), SCRIPT, headers)


@cache
def _compressed(script: str) -> bytes:
    return gzip.compress(script.encode(), 9, mtime=0)
