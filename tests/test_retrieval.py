"""What was not searched again because a keyword search had ended is what a search would not have found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb_search.ranking.wording import weigh
from kb_search.retrieval import DEPTH, Found, _bm25
from kb_search.text.slots import Slot
from tests.fakes import article, build, searcher_for


@pytest.mark.parametrize("words", [["parcel"], ["zinnia", "parcel"], ["unheard"]])
def test_candidates_that_no_keyword_found_have_no_bm25(tmp_path: Path, words: list[str]) -> None:
    files = {f"{row}.md": article(f"Topic {row}", "Track the parcel." if row % 3 else "Zinnia.") for row in range(30)}
    with searcher_for(build(tmp_path, files)) as searcher:
        view = searcher.snapshot.view("public")
        store = view.keywords["en"]
        wording = weigh([Slot((word,)) for word in words], store.document_frequency, store.size)
        ranking = store.search(wording.words, DEPTH)
        order = np.argsort(ranking.ordinals)
        found = ranking.ordinals[order], ranking.scores[order], True
        everything, terms = view.articles, {"en": wording}
        shortcut = _bm25(everything, Found(*found), searcher.snapshot, view, terms, {})
        asked_again = _bm25(everything, Found(*found, frozenset({"en"})), searcher.snapshot, view, terms, {})
    for one, other in zip(shortcut, asked_again, strict=True):
        np.testing.assert_array_equal(one, other)
