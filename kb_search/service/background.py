"""What goes on beside the requests: looking for new generations, and sorting what suggestions are made from."""

from __future__ import annotations

import contextlib
import gc
import logging
import threading

from kb_search.errors import KbSearchError
from kb_search.service.holder import SearcherHolder
from kb_search.suggesting import warm
from kb_search.types import Principal

_log = logging.getLogger(__name__)


def prepare(searchers: SearcherHolder, *, own_process: bool = False) -> None:
    """Sort the words of the view that most readers have, so that the first who types does not wait. Never raises.

    `own_process`: nothing else runs here, so that the garbage collector may be told what it need not look at.
    """
    try:
        with contextlib.suppress(KbSearchError), searchers.lease() as searcher:  # nothing is open, or no such view
            warm(searcher, Principal().view)
            if own_process:
                _set_aside()
    except Exception:
        _log.exception("The suggestions could not be prepared; they are made when somebody asks.")


def _set_aside() -> None:
    """Take all that is there now out of the collector's rounds: going through a generation stops requests for .1 s.

    What an earlier generation left behind is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def watch(searchers: SearcherHolder, seconds: float, stop: threading.Event, own_process: bool = False) -> None:
    """Prepare what is served, and every so many seconds (0: never) what was published since, until `stop` is set."""
    prepare(searchers, own_process=own_process)
    while not stop.wait(seconds or None):
        if searchers.refresh():
            prepare(searchers, own_process=own_process)
