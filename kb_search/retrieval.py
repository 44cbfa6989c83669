"""Ask both branches of a view, and complete each other's candidates: every candidate gets all of its evidence.

That an article was found by one branch only would otherwise read as "the other says no". The evidence is exact,
so it does not depend on how deep either branch was asked. Which articles are candidates does: those of the nearest
passages, and those of the best BM25.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.base import Embedder, embed_query
from kb_search.ranking import fusion
from kb_search.ranking.calibration import Focus
from kb_search.ranking.naming import Ordinary
from kb_search.ranking.rollup import WINDOW, article_similarity
from kb_search.ranking.wording import Wording, weigh
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stages import Stages
from kb_search.stores.base import Mask, Ordinals, gathered
from kb_search.text.slots import Slot
from kb_search.types import Mode

DEPTH = WINDOW + 1
"""Articles asked of each branch (and of each locale) at first: one more than are shown tells that there are more."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Query:
    """A query made ready: the text to embed, the slots of each locale to look in, and what it may find, by ordinal.

    `languages` is language → probability that the query is in it; `pinned` articles are candidates whatever the
    branches find.
    """

    text: str
    mode: Mode
    allowed: Mask | None
    slots: Mapping[str, Sequence[Slot]]
    languages: Mapping[str, float] = field(default_factory=dict)
    pinned: tuple[int, ...] = ()


class Leads(NamedTuple):
    """Articles that one branch came upon, and whether there are no more: how good they are is worked out apart."""

    articles: Ordinals
    exhausted: bool


_NOTHING = Leads(np.empty(0, np.int64), True)


class Meant(NamedTuple):
    """A query by its meaning: `vector` as the model gave it, and that focused; what is ordinary for names, if known."""

    vector: NDArray[np.float32]
    focus: Focus
    ordinary: Ordinary | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles found, int64 of shape (n,), and their evidence, float64 of shape (n,) each; raw values beside it.

    `similarity` is the raw value behind `semantic`, `bm25` and `share` (of the ideal BM25) those behind `keyword`.
    `named` and `called` are of what the articles are called, by meaning and by words. `asked` holds for all of them;
    `meant` is None when the semantic branch did not run; `wordings` are what was searched for in each locale, empty
    when the keyword branch did not run; `degraded` names a branch that failed; `exhausted` says that no further article
    matches.
    """

    articles: Ordinals
    semantic: NDArray[np.float64]
    keyword: NDArray[np.float64]
    similarity: NDArray[np.float64]
    bm25: NDArray[np.float64]
    share: NDArray[np.float64]
    named: NDArray[np.float64]
    called: NDArray[np.float64]
    asked: fusion.Asked
    meant: Meant | None
    wordings: dict[str, Wording]
    degraded: str | None
    exhausted: bool

    def log_odds(self, mode: Mode) -> NDArray[np.float64]:
        """Weigh all of the evidence, float64 of shape (n,)."""
        return fusion.log_odds(mode, self.asked, self.semantic, self.keyword, self.named, self.called)


def retrieve(
    query: Query,
    snapshot: Snapshot,
    view: ViewSnapshot,
    embedder: Embedder,
    pool: ThreadPoolExecutor,
    stages: Stages,
) -> Candidates:
    """Find the first candidates of a query and all their evidence; both branches run side by side."""
    known: Future[NDArray[np.float32]] = Future()
    meaning = None
    if query.mode != "keyword":
        meaning = pool.submit(_by_meaning, query, snapshot, view, embedder, stages, known)
    wordings: dict[str, Wording] = {}
    by_keyword = _NOTHING
    if query.mode != "semantic":
        with stages("keywords"):
            wordings = _wordings(query, view)
            by_keyword = _keyword_candidates(query, view, wordings, DEPTH)
    named, meant, by_meaning, degraded = None, None, _NOTHING, None
    if meaning is not None:
        try:
            vector = known.result()
        except Exception as error:  # whatever a model runtime raises: half an answer, said so, beats none
            _log.warning("The query could not be embedded; only keywords are searched.", exc_info=error)
            degraded = "semantic"
            if not wordings:
                wordings = _wordings(query, view)
                by_keyword = _keyword_candidates(query, view, wordings, DEPTH)
        else:
            with stages("names"):
                ordinary = view.naming.ordinary(query.languages)
                named = _named(vector, ordinary, view)
            focus, by_meaning = meaning.result()
            meant = Meant(vector, focus, ordinary)
    asked = fusion.Asked(fusion.articles_asked(query.languages, view.sizes), named)
    with stages("fuse"):
        return _evidence(query, by_keyword, by_meaning, snapshot, view, asked, meant, wordings, degraded)


def _by_meaning(
    query: Query,
    snapshot: Snapshot,
    view: ViewSnapshot,
    embedder: Embedder,
    stages: Stages,
    vector: Future[NDArray[np.float32]],
) -> tuple[Focus, Leads]:
    """Run the semantic branch, in a thread of its own; `vector` is told as soon as it is known, or why it is not."""
    try:
        embedded = embed_query(embedder, query.text)
    except BaseException as error:
        vector.set_exception(error)
        raise
    stages.add("tokenize", embedded.tokenize_ms / 1000)
    stages.add("embed", embedded.embed_ms / 1000)
    vector.set_result(embedded.vector)
    with stages("vectors"):
        focus = view.calibration.focus(embedded.vector, query.languages)
        return focus, _semantic_candidates(query, snapshot, view, focus, DEPTH)


def deepen(query: Query, snapshot: Snapshot, view: ViewSnapshot, found: Candidates, depth: int) -> Candidates:
    """Ask the same again for more articles, without another model call."""
    by_keyword = _keyword_candidates(query, view, found.wordings, depth)
    by_meaning = _NOTHING
    if found.meant is not None:
        by_meaning = _semantic_candidates(query, snapshot, view, found.meant.focus, depth)
    same = found.asked, found.meant, found.wordings, found.degraded
    return _evidence(query, by_keyword, by_meaning, snapshot, view, *same)


def _named(vector: NDArray[np.float32], ordinary: Ordinary | None, view: ViewSnapshot) -> float | None:
    """How near the query comes to a name of any article of the view, whatever the filter; see ranking/naming.py."""
    nearest = view.names.search(vector, 1).scores
    return float(ordinary.evidence(nearest)[0]) if ordinary and len(nearest) else None


def _evidence(
    query: Query,
    by_keyword: Leads,
    by_meaning: Leads,
    snapshot: Snapshot,
    view: ViewSnapshot,
    asked: fusion.Asked,
    meant: Meant | None,
    wordings: dict[str, Wording],
    degraded: str | None,
) -> Candidates:
    pinned = np.array(query.pinned, np.int64)
    articles = np.unique(np.concatenate([by_keyword.articles, by_meaning.articles, pinned]))
    bm25, share, keyword = _bm25(articles, snapshot, view, wordings, query.languages)
    similarity = semantic = named = np.zeros(len(articles))
    if meant is not None:
        similarity = article_similarity(*nearest_and_first(articles, snapshot, view, meant.focus.vector))
        semantic = meant.focus.evidence(similarity)
        named = _own_names(articles, snapshot, view, meant)
    return Candidates(
        articles=articles,
        semantic=semantic,
        keyword=keyword,
        similarity=similarity,
        bm25=bm25,
        share=share,
        named=named,
        called=_called(articles, snapshot, wordings, query.languages),
        asked=asked,
        meant=meant,
        wordings=wordings,
        degraded=degraded,
        exhausted=by_keyword.exhausted and by_meaning.exhausted,
    )


def _own_names(articles: Ordinals, snapshot: Snapshot, view: ViewSnapshot, meant: Meant) -> NDArray[np.float64]:
    """How near the query comes to the nearest of each article's own names; 0 for those that have none."""
    named = np.zeros(len(articles))
    names, places = snapshot.name_terms.names(articles)
    if meant.ordinary is None or not len(names):
        return named
    having, starts = np.unique(places, return_index=True)
    cosines = np.maximum.reduceat(view.names.similarity(meant.vector, names), starts)
    named[having] = meant.ordinary.evidence(cosines)
    return named


def _called(
    articles: Ordinals, snapshot: Snapshot, wordings: Mapping[str, Wording], languages: Mapping[str, float]
) -> NDArray[np.float64]:
    """How much each article is called by the words of the query, as its own locale reads them."""
    called = np.zeros(len(articles))
    locales = snapshot.store.locales[articles]
    for locale, wording in wordings.items():
        if wording.known:
            here = np.flatnonzero(locales == locale)
            coverage = snapshot.name_terms.coverage(wording.options, articles[here])
            worth = wording.telling * fusion.language_worth(languages, locale)
            called[here] = worth * fusion.called(coverage)
    return called


def _wordings(query: Query, view: ViewSnapshot) -> dict[str, Wording]:
    stores = {locale: view.keywords[locale] for locale in query.slots}
    return {
        locale: weigh(query.slots[locale], store.document_frequency, store.size) for locale, store in stores.items()
    }


def _keyword_candidates(query: Query, view: ViewSnapshot, wordings: dict[str, Wording], depth: int) -> Leads:
    rankings = [
        view.keywords[locale].search(wording.words, depth, query.allowed)
        for locale, wording in wordings.items()
        if wording.known
    ]
    if not rankings:
        return _NOTHING
    articles = np.concatenate([ranking.ordinals for ranking in rankings])
    return Leads(articles, all(len(ranking.ordinals) < depth for ranking in rankings))


def _semantic_candidates(query: Query, snapshot: Snapshot, view: ViewSnapshot, focus: Focus, depth: int) -> Leads:
    """Look at twice as many chunks as articles are wanted, and at more where a long article crowds out the others.

    Where they are of fewer articles than wanted but of enough to choose from, it is the caller who deepens.
    """
    chunk_article = snapshot.store.chunk_article
    allowed = None if query.allowed is None else query.allowed[chunk_article]
    chunks = 2 * depth
    while True:
        ranking = view.vectors.search(focus.vector, chunks, allowed)
        articles = np.unique(chunk_article[ranking.ordinals])
        exhausted = len(ranking.ordinals) < chunks
        if exhausted or len(articles) >= depth // 4:
            return Leads(articles, exhausted)
        chunks *= 4


def nearest_and_first(
    articles: Ordinals, snapshot: Snapshot, view: ViewSnapshot, vector: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Similarity of each article's nearest chunk, and of its first: float64 of shape (articles,) each.

    All chunks of the articles are compared, since the nearest may not be among those that the search has found: what an
    article gets must not depend on how it was found.
    """
    if not len(articles):
        return np.empty(0), np.empty(0)
    chunks, starts = chunk_rows(articles, snapshot.store.first_chunk)
    near = view.vectors.similarity(vector, chunks).astype(np.float64)
    return np.maximum.reduceat(near, starts), near[starts]


def chunk_rows(articles: Ordinals, first_chunk: Ordinals) -> tuple[Ordinals, Ordinals]:
    """List the chunk ordinals of some articles, one after the other, and where each article's begin."""
    counts = first_chunk[articles + 1] - first_chunk[articles]
    rows, _ = gathered(first_chunk[articles], counts)
    return rows, np.cumsum(counts) - counts


def _bm25(
    articles: Ordinals,
    snapshot: Snapshot,
    view: ViewSnapshot,
    wordings: dict[str, Wording],
    languages: Mapping[str, float],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """BM25 of every candidate in its own locale, its share of what was possible there, and that in deviations."""
    bm25, share, keyword = np.zeros((3, len(articles)))
    locales = snapshot.store.locales[articles]
    for locale, wording in wordings.items():
        if not wording.known:
            continue
        here = np.flatnonzero(locales == locale)
        bm25[here] = view.keywords[locale].scores(wording.words, articles[here])
        share[here] = fusion.share_of_ideal(bm25[here], wording.ideal)
        keyword[here] = share[here] / wording.spread * fusion.language_worth(languages, locale)
    return bm25, share, keyword


def chunk_nearness(
    articles: Sequence[int], candidates: Candidates, snapshot: Snapshot, view: ViewSnapshot
) -> tuple[Ordinals, Ordinals, NDArray[np.float64] | None]:
    """List the chunks of some articles by ordinal, the place of each one's article, and each one's evidence by meaning.

    All of shape (chunks,), in order of `articles`, then of ordinal; without a vector there is no evidence.
    """
    rows, starts = chunk_rows(np.array(articles, np.int64), snapshot.store.first_chunk)
    places = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
    if candidates.meant is None:
        return rows, places, None
    focus = candidates.meant.focus
    similarity = view.vectors.similarity(focus.vector, rows).astype(np.float64)
    return rows, places, focus.evidence(similarity)
