"""A score is the sum of its ledger, the same on every page and under every filter; a pin moves a hit and no score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kb_search import Hit, Searcher
from kb_search.ranking import fusion
from kb_search.types import Mode
from tests.contract.corpus import MODES, corpus, files
from tests.contract.oracle import Oracle
from tests.contract.test_filters import ANY_FILTERS, QUERIES
from tests.fakes import build, searcher_for

Ledger = Mapping[str, float]


def ledger(hit: Hit) -> Ledger:
    assert hit.explanation is not None
    return hit.explanation.ledger


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """Every fourth family of the help center, few enough for one window."""
    chosen = {name: article for name, article in corpus().items() if int(name) % 12 < 3}
    with searcher_for(build(tmp_path_factory.mktemp("small"), files(chosen))) as searcher:
        yield Oracle(searcher, chosen)


@cache
def ledgers(searcher: Searcher, query: str, mode: Mode, view: str) -> dict[str, Ledger]:
    """The ledger of every article, as one long answer has it."""
    hits = searcher.search(query, mode=mode, view=view, limit=200, explain=True, fold_translations=False).hits
    return {hit.id: ledger(hit) for hit in hits}


@given(
    query=QUERIES,
    filters=ANY_FILTERS,
    mode=st.sampled_from(MODES),
    view=st.sampled_from(["public", "owners"]),
    locale=st.sampled_from([None, "fr", "tr"]),
    fold=st.booleans(),
    offset=st.integers(0, 8),
    limit=st.integers(0, 20),
)
@hypothesis_settings(max_examples=60)
def test_a_ledger_adds_up_and_is_the_same_however_it_is_asked(
    small: Oracle, query: str, mode: Mode, view: str, fold: bool, **asked: Any
) -> None:
    everywhere = ledgers(small.searcher, query, mode, view)
    page = {"mode": mode, "view": view, "fold_translations": fold, **asked}
    explained = small.searcher.search(query, explain=True, **page).hits
    for hit in explained:
        assert hit.score == pytest.approx(fusion.sigmoid(sum(ledger(hit).values())), abs=1e-9)
        # Of a family, the evidence is that of its best member that meets the filter.
        family = [name for name in (hit.id, *(other.id for other in hit.translations)) if name in everywhere]
        assert ledger(hit) == max((everywhere[name] for name in family), key=lambda entries: sum(entries.values()))
    plain = small.searcher.search(query, **page).hits
    assert plain == tuple(replace(hit, explanation=None) for hit in explained)


@given(query=QUERIES, mode=st.sampled_from(MODES))
@hypothesis_settings(max_examples=20)
def test_of_two_articles_the_one_with_more_of_all_evidence_scores_higher(small: Oracle, query: str, mode: Mode) -> None:
    known = ledgers(small.searcher, query, mode, "owners").values()
    for one, other in product(known, repeat=2):
        assert one["prior"] == other["prior"]
        if all(one[name] >= other[name] for name in one):
            assert sum(one.values()) >= sum(other.values()) - 1e-9


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────

PINS = {"000": "refund", "025": "facture", "036": "şifre password", "097": "refund"}


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory, small: Oracle) -> Iterator[Searcher]:
    """The same articles, some of them pinned."""
    folder: Path = tmp_path_factory.mktemp("pinned")
    sources = files(small.articles)
    for name, query in PINS.items():
        sources[f"{name}.md"] = sources[f"{name}.md"].replace("---\n", f"---\npinned_for: [{query}]\n", 1)
    with searcher_for(build(folder, sources)) as searcher:
        yield searcher


@given(
    query=st.sampled_from(sorted(set(PINS.values()))),
    filters=ANY_FILTERS,
    mode=st.sampled_from(MODES),
    view=st.sampled_from(["public", "owners"]),
    locale=st.sampled_from([None, "fr", "tr"]),
    fold_translations=st.booleans(),
)
@hypothesis_settings(max_examples=60)
def test_a_pin_changes_no_score_no_count_and_no_outcome(
    small: Oracle, pinned: Searcher, query: str, **asked: Any
) -> None:
    plain = small.searcher.search(query, limit=200, explain=True, **asked)
    result = pinned.search(query, limit=200, explain=True, **asked)
    same = ("outcome", "total", "total_is_lower_bound", "facets", "notices")
    assert [getattr(result, name) for name in same] == [getattr(plain, name) for name in same]
    wanted = {name for name, words in PINS.items() if words == query}
    moved = [hit for hit in result.hits if wanted.intersection((hit.id, *(other.id for other in hit.translations)))]
    assert list(result.hits[: len(moved)]) == moved
    there = {hit.id for hit in plain.hits}
    for hit in moved:
        assert hit.id in there or (hit.score < fusion.WEAK and asked["mode"] == "keyword")
    known = {hit.id: hit for hit in plain.hits}
    assert [known.get(hit.id, hit) for hit in result.hits] == list(result.hits)
    assert [hit for hit in result.hits if hit not in moved] == [hit for hit in plain.hits if hit not in moved]


def test_the_pins_are_seen(pinned: Searcher) -> None:
    first = {
        query: pinned.search(query, view="owners", limit=1, fold_translations=False).hits[0].id
        for query in PINS.values()
    }
    assert all(PINS[name] == query for query, name in first.items())
