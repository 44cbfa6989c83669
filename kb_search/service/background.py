"""What goes on beside the requests: looking for new generations, and sorting what suggestions are made from."""

from __future__ import annotations

import contextlib
import logging
import threading

from kb_search.errors import KbSearchError
from kb_search.service.holder import SearcherHolder
from kb_search.suggesting import warm
from kb_search.types import Principal

_log = logging.getLogger(__name__)


def prepare(searchers: SearcherHolder) -> None:
    """Sort the words of the view that most readers have, so that the first who types does not wait. Never raises."""
    try:
        with contextlib.suppress(KbSearchError), searchers.lease() as searcher:  # nothing is open, or no such view
            warm(searcher, Principal().view)
    except Exception:
        _log.exception("The suggestions could not be prepared; they are made when somebody asks.")


def watch(searchers: SearcherHolder, seconds: float, stop: threading.Event) -> None:
    """Prepare what is served, and every so many seconds (0: never) what was published since, until `stop` is set."""
    prepare(searchers)
    while not stop.wait(seconds or None):
        if searchers.refresh():
            prepare(searchers)
