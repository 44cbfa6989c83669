"""kb-search itself: its retrieval with known query vectors, or all of a search. Runs in the project's environment.

Its answers by keywords and meaning are articles, by ordinal; by the nearest vectors alone, passages as everyone's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.peers.protocol import Setting, Vectors, ask_all, disk_mb, note_memory, start, versions
from kb_search.evaluation.precomputed import with_known_queries
from kb_search.index_format import IndexLayout
from kb_search.searcher import Searcher, open_searcher
from kb_search.snapshot import open_snapshot


class Engine:
    """See protocol.Engine. Built by `kb-search index`, not here."""

    def __init__(self, searcher: Searcher, view: str) -> None:
        self._searcher, self._view = searcher, view
        opened = searcher.snapshot.view(view)
        self._vectors = opened.vectors
        members = np.flatnonzero(opened.members[searcher.snapshot.store.chunk_article])
        self._row_of = np.full(len(searcher.snapshot.store.chunk_article), -1, np.int64)
        self._row_of[members] = np.arange(len(members))
        self._ordinal = {identifier: number for number, identifier in enumerate(searcher.snapshot.store.ids)}

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Do nothing: the index is there already."""

    def use(self, setting: Setting) -> None:
        """There is nothing to set."""

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """See protocol.Engine."""
        rows: list[int] = self._row_of[self._vectors.search(vector, k).ordinals].tolist()
        return rows

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """Ids of articles, without reading a text."""
        ranked = self._searcher.rank(text, limit=k, view=self._view, fold_translations=False)
        return [self._ordinal[identifier] for identifier, _ in ranked.hits]

    def answer(self, text: str, vector: Vectors) -> list[int]:
        """All that a reader gets: articles with passages, marks and facets."""
        result = self._searcher.search(text, limit=10, view=self._view, fold_translations=False)
        return [self._ordinal[hit.id] for hit in result.hits]


def main() -> None:
    """Open the index and ask it; its build is measured by the harness (own_build.py)."""
    session = start()
    job = session.job
    name = str(job.settings[0]["name"])
    session.fact("unit", "article")
    session.fact("versions", versions(["kb-search"]))
    note_memory(session, "before")
    # What the peers are: an index that is open, and no model in the process yet.
    snapshot = open_snapshot(Path(job.index))
    note_memory(session, "index")
    snapshot.close()
    del snapshot
    with open_searcher(job.index) as searcher:
        engine = Engine(searcher, job.view)
        # With the model that embeds queries in it, as it is when it serves.
        note_memory(session, "after")
        session.fact("disk_mb", disk_mb(live_generation(Path(job.index))))
        if job.model is None:
            known = with_known_queries(searcher, [*session.queries, *session.warming])
            ask_all(session, Engine(known, job.view), name, None)
        else:
            session.timed(f"{name}: whole", lambda text, vector: engine.hybrid(text, vector, 10))
    if job.model is not None:
        # Opened anew for each loop over the same queries: nothing may be remembered from the one before.
        with open_searcher(job.index) as searcher:
            session.timed(f"{name}: answer", Engine(searcher, job.view).answer)
        with open_searcher(job.index) as searcher:
            session.timed(f"{name}: embedding", lambda text, vector: _embedded(searcher, text))


def live_generation(index: Path) -> Path:
    """Find what answers queries: the cache of the indexer beside it, and older generations, are no part of it."""
    layout = IndexLayout(index)
    return layout.generation(layout.current_name()).folder


def _embedded(searcher: Searcher, text: str) -> list[int]:
    searcher.embedder.embed_queries([text])
    return []


if __name__ == "__main__":
    main()
