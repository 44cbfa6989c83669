"""What words are worth: codes, words that every article has, regions of one language."""

from __future__ import annotations

from pathlib import Path

import pytest

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
