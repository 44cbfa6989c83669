"""Serve an index over HTTP until interrupted."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from kb_search.config import Settings
from kb_search.embedding.base import Embedder
from kb_search.errors import ConfigError
from kb_search.events.state import State, open_state
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from kb_search.types import Principal

_GRACE_SECONDS = 10
"""How long requests that are running may take to end after the signal to stop."""


def run(index: Path, settings: Settings, embedder: Embedder | None = None) -> None:
    """Open the index and serve it until SIGINT or SIGTERM; requests that are running end first.

    Without `embedder`, the model that the index was made with is loaded.
    Raises what `open_searcher` raises when the index cannot be opened, UnknownView when it has no public view,
    StateError when the database of events and keys cannot be opened, and ConfigError when the address cannot be
    listened on.
    """
    # Does nothing where the caller has set up logging.
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces its parts at every start
    searchers = SearcherHolder(index, settings, embedder)
    searchers.open()
    with contextlib.ExitStack() as stack:
        stack.callback(searchers.close)
        with searchers.lease() as searcher:
            searcher.snapshot.view(Principal().view)
        state = open_state(settings, index)
        stack.callback(state.close)
        listener = stack.enter_context(_listen(settings.service.host, settings.service.port))
        # The access log would hold what people search for.
        config = uvicorn.Config(
            create_app(searchers, state, own_process=True),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        host, port = listener.getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.stderr.write(f"kb-search serves {index} on http://{address} ({_readers(state)}). Stop it with Ctrl+C.\n")
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after a graceful stop
            uvicorn.Server(config).run(sockets=[listener])


def _readers(state: State) -> str:
    """Say who can see more than the view `public`."""
    views = sorted({key.view for key in state.keys.list() if key.is_live(datetime.now(UTC))} - {Principal().view})
    if not views:
        return "only the view `public`: no key is for another"
    return f"the view `public`; with their keys also {', '.join(views)}"


def _listen(host: str, port: int) -> socket.socket:
    """Open the listening socket ourselves: a port in use is then an error with a remedy, not an exit."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigError(f"Cannot listen on {host} port {port} ({error}). Choose another --host or --port.") from error
