"""What words are worth: codes, words that every article has, regions of one language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb_search.stores.base import Ranking
from tests.fakes import article, build, searcher_for


def test_a_code_counts_fully_in_whatever_language_its_article_is(tmp_path: Path) -> None:
    files = {f"en/{row}.md": article(f"Topic {row}", "Nothing of the kind.", locale="en") for row in range(30)}
    files |= {f"tr/{row}.md": article(f"Konu {row}", "Hiç ilgisi yok.", locale="tr") for row in range(5)}
    files["tr/code.md"] = article("Hata kodu", "E-1017 görünürse yeniden başlatın.", locale="tr")
    with searcher_for(build(tmp_path, files)) as searcher:
        found = searcher.search("E-1017", mode="keyword")
        assert found.hits[0].id == "tr/code" and found.outcome != "none"


def test_a_word_that_every_article_has_makes_none_of_them_fit(tmp_path: Path) -> None:
    files = {f"{row}.md": article(f"Topic {row}", f"The matter of the {row}.", locale="en") for row in range(80)}
    with searcher_for(build(tmp_path, files)) as searcher:
        assert searcher.search("the", mode="keyword").outcome == "none"


def test_regional_variants_of_a_language_have_the_same_standing(tmp_path: Path) -> None:
    files = {f"us/{row}.md": article(f"Topic {row}", "Nothing of the kind.", locale="en-US") for row in range(40)}
    files |= {f"gb/{row}.md": article(f"Matter {row}", "Nothing of the kind.", locale="en-GB") for row in range(35)}
    files |= {"us/hood.md": article("Hinge of the bonnet", "Zinnia.", locale="en-US")}
    files |= {"gb/hood.md": article("Hinge of the bonnet", "Begonia.", locale="en-GB")}
    with searcher_for(build(tmp_path, files)) as searcher:
        american, british = (searcher.search(word, mode="keyword").hits[0] for word in ("zinnia", "begonia"))
    assert (american.id, british.id) == ("us/hood", "gb/hood")
    assert american.score == pytest.approx(british.score, abs=0.05)


def test_an_article_has_the_same_evidence_whatever_chunk_of_it_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes may miss the nearest chunk of an article and come upon another: what it gets must not depend on that."""
    files = {
        "long.md": article(
            "Account", "Open the account.\n\n## Money\n\nA refund is paid.\n\n## Post\n\nA parcel is sent."
        ),
        "other.md": article("Phone", "Charge the phone."),
    }
    with searcher_for(build(tmp_path, files)) as searcher:
        view = searcher.snapshot.view("public")
        before = searcher.search("refund", mode="semantic")
        search = type(view.vectors).search

        def farthest(store: Any, query: Any, k: int, allowed: Any = None) -> Ranking:
            found = search(store, query, k, allowed)
            if store is not view.vectors:
                return found
            own = searcher.snapshot.store.chunk_article[found.ordinals] == searcher.snapshot.store.ordinal("long")
            return Ranking(found.ordinals[own][-1:], found.scores[own][-1:])

        monkeypatch.setattr(type(view.vectors), "search", farthest)
        found = searcher.search("refund", mode="semantic")
    assert [(hit.id, hit.score) for hit in found.hits] == [(before.hits[0].id, before.hits[0].score)]
    assert found.hits[0].id == "long"
