"""The application, made from its arguments: routes, errors, and the searcher that lives as long as it does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from kb_search.config import normal_origin
from kb_search.events.state import State
from kb_search.service.admin import admin_routes
from kb_search.service.articles import article_routes
from kb_search.service.background import watch
from kb_search.service.changes import changes_routes
from kb_search.service.clients import RateLimit
from kb_search.service.cors import ApiCors
from kb_search.service.feedback import feedback_routes
from kb_search.service.health import health_routes
from kb_search.service.help_center import help_center_routes
from kb_search.service.holder import SearcherHolder
from kb_search.service.middleware import BodyLimit, HeadAsGet
from kb_search.service.openapi import complete_openapi
from kb_search.service.problems import install
from kb_search.service.scripts import scripts_routes
from kb_search.service.search import search_routes
from kb_search.service.suggest import suggest_routes
from kb_search.service.workers import Workers

MAX_BODY = 64 * 1024
"""Bytes of a request's body."""
_COMPRESS_FROM = 2_048
"""Bytes of an answer; below, compressing costs more than it saves."""
_COMPRESS_LEVEL = 1
"""Half the time of level 5, for a tenth more bytes."""
_DESCRIPTION = (
    "Search over support articles, by meaning and by keyword. All errors are problems (RFC 9457). "
    "What a reader sees is decided by their key; without one it is the view `public`."
)


def create_app(searchers: SearcherHolder, state: State | None = None, *, own_process: bool = False) -> FastAPI:
    """Make the application over a holder of searchers and the state: keys, and what was asked and told.

    Without a state there are no keys, and nothing is recorded. The caller closes it. `own_process` says that the
    process does nothing else: see background.py.

    When the application starts, the live generation is opened unless it is open; if that fails, the application
    answers 503 and tries again. New generations are looked for every `service.reload_seconds` (0: never). When it
    stops, the holder is closed.
    """
    workers = Workers()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(searchers.refresh)
        stop, seconds = threading.Event(), searchers.settings.service.reload_seconds
        thread = threading.Thread(
            target=watch, args=(searchers, seconds, stop, own_process), name="kb-search-background"
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            await run_in_threadpool(thread.join)
            await run_in_threadpool(workers.close)
            searchers.close()

    app = FastAPI(
        title="kb-search",
        version=version("kb-search"),
        description=_DESCRIPTION,
        # Their pages load scripts from a foreign server; the document itself stays.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(HeadAsGet),
            Middleware(ApiCors, allowed=_allowed_origins(searchers, state)),
            Middleware(GZipMiddleware, minimum_size=_COMPRESS_FROM, compresslevel=_COMPRESS_LEVEL),
            Middleware(BodyLimit, limit=MAX_BODY),
        ],
    )
    app.state.events, app.state.public_url = state, searchers.settings.service.public_url
    app.state.limit = RateLimit(searchers.settings.service.requests_per_minute)
    install(app)
    for routes in (
        search_routes(searchers, state, workers),
        suggest_routes(searchers, state, workers),
        article_routes(searchers, workers),
        changes_routes(searchers, workers),
        feedback_routes(searchers, state),
        admin_routes(searchers),
    ):
        app.include_router(routes, prefix="/v1")
    app.include_router(health_routes(searchers))
    app.include_router(scripts_routes(searchers.settings))
    app.include_router(help_center_routes(searchers, state, workers))
    complete_openapi(app)
    return app


def _allowed_origins(searchers: SearcherHolder, state: State | None) -> Callable[[str], bool]:
    configured = frozenset(normal_origin(origin) for origin in searchers.settings.service.allowed_origins)

    def is_allowed(origin: str) -> bool:
        return "*" in configured or origin in configured or (state is not None and origin in state.keys.origins())

    return is_allowed
