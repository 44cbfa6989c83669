"""kb-search: hybrid semantic and keyword search over a folder of support articles.

    from kb_search import open_searcher

    with open_searcher("INDEX") as searcher:
        for hit in searcher.search("I forgot my password", locale="en").hits:
            print(hit.score, hit.title, hit.passage.text)

Importing this package is light: engines and model runtimes are loaded when a searcher is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb_search.errors import KbSearchError
from kb_search.types import Explanation, Hit, Passage, Principal, SearchResult, Translation

if TYPE_CHECKING:
    from kb_search.searcher import Searcher, open_searcher

__all__ = [
    "Explanation",
    "Hit",
    "KbSearchError",
    "Passage",
    "Principal",
    "SearchResult",
    "Searcher",
    "Translation",
    "open_searcher",
]


def __getattr__(name: str) -> Any:
    if name in ("Searcher", "open_searcher"):
        from kb_search import searcher

        return getattr(searcher, name)
    raise AttributeError(f"module 'kb_search' has no attribute {name!r}")
