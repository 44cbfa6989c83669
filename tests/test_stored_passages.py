"""The passages of the sample help center: what is stored of it must show what its texts show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer.build import build_index
from kb_search.emphasis import emphasis
from kb_search.finding import Found, Request, find
from kb_search.hydrate import hydrate
from kb_search.ranking.rollup import Scored
from kb_search.ranking.wording import weigh
from kb_search.retrieval import chunk_nearness
from kb_search.searcher import Searcher, open_searcher
from kb_search.types import Hit, Mode, Passage
from tests.fakes import FakeEmbedder, settings
from tests.oracle_passages import Part, expected

CORPUS = Path(__file__).parent.parent / "corpus"
QUERIES = [
    json.loads(line)["text"] for line in (CORPUS / "judgments" / "queries.jsonl").read_text("utf-8").splitlines()
]
VIEWS = {"internal": {"audiences": ("public", "agent", "internal")}}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    index = tmp_path_factory.mktemp("index")
    build_index([CORPUS], index, settings(views=VIEWS), FakeEmbedder())
    with open_searcher(index, settings=settings(), embedder=FakeEmbedder()) as opened:
        yield opened


def by_what_is_stored(found: Found, page: Sequence[Scored], searcher: Searcher) -> tuple[Hit, ...]:
    return hydrate(
        page,
        found.candidates,
        searcher.snapshot,
        found.view,
        slots=found.slots,
        mode=found.mode,
        url_template="{id}",
        explain=False,
    )


def by_text(found: Found, row: int, searcher: Searcher) -> tuple[Passage, ...]:
    store, view, candidates = searcher.snapshot.store, found.view, found.candidates
    record = store.records([row])[row]
    chunks, _, nearness = chunk_nearness([row], candidates, searcher.snapshot, view)
    near = [None] * len(chunks) if nearness is None else nearness.tolist()
    read = store.chunks(chunks.tolist())
    parts = [
        Part(read[chunk].id, read[chunk].anchor, read[chunk].heading, read[chunk].text, value)
        for chunk, value in zip(chunks.tolist(), near, strict=True)
    ]
    words = view.keywords[record.locale]
    slots = found.slots.get(record.locale, ())
    shares = weigh(slots, words.document_frequency, words.size).shares
    marks = emphasis(slots, shares, words.document_frequency, words.size)
    return expected(parts, shares, record.locale, record.title, marks)


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
def test_passages_of_the_sample_are_those_of_its_texts(searcher: Searcher, mode: Mode) -> None:
    marks = 0
    for number, query in enumerate(QUERIES):
        request = Request(query, "internal", mode, fold_translations=False)
        found = find(request, searcher.snapshot, searcher.embedder, searcher._pool)
        page = found.window.page(number % 7, number % 7 + 3)
        for scored, hit in zip(page, by_what_is_stored(found, page, searcher), strict=True):
            assert (hit.passage, *hit.passages) == by_text(found, scored.shown, searcher), (query, hit.id)
            marks += hit.passage.html.count("<mark>")
    assert len(QUERIES) > 300 and marks > 300


def test_a_page_without_hits(searcher: Searcher) -> None:
    request = Request("password", "internal", "hybrid")
    found = find(request, searcher.snapshot, searcher.embedder, searcher._pool)
    assert by_what_is_stored(found, [], searcher) == ()
