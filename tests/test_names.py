"""What articles are called tells which of them fit: by words, in a folder of any size too, and by meaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb_search.ranking.fusion import WEAK
from kb_search.types import Hit
from tests.fakes import Open, article, build, searcher_for

SHOP = {
    "hours.md": article("Opening hours", "We are there from nine to five.", locale="en"),
    "gift.md": article("Gift wrapping", "Say so when you order.", locale="en"),
    "parcel.md": article("Track a parcel", "The number is in our mail.", locale="en"),
}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("opening", "hours"), ("Hours", "hours"), ("wrapping gift", "gift"), ("wrap", "gift"), ("parcel", "parcel")],
)
def test_in_a_folder_of_three_articles_a_word_of_a_title_finds_it(opened: Open, query: str, wanted: str) -> None:
    found = opened(SHOP).search(query, locale="en")
    assert found.outcome != "none"
    assert next(hit.score for hit in found.hits if hit.id == wanted) >= WEAK


def called(hit: Hit) -> float:
    assert hit.explanation is not None
    return hit.explanation.ledger["called"]


def test_the_article_that_is_called_so_comes_before_those_that_mention_it(opened: Open) -> None:
    files = {f"{row}.md": article(f"Matter {row}", "Ask us.", locale="en") for row in range(20)}
    files |= {f"long/{row}.md": article("Post", "About wrapping, wrapping, wrapping.", locale="en") for row in range(2)}
    files["gift.md"] = article("Wrapping", "Say so.", locale="en")
    files["key.md"] = article("Presents", "Ask us.", keywords="[wrapping]", locale="en")
    hits = opened(files).search("wrapping", locale="en", mode="keyword", explain=True).hits
    assert {hit.id for hit in hits[:2]} == {"gift", "key"}
    assert [called(hit) > 0 for hit in hits] == [True, True, False, False]


def test_of_articles_with_the_same_text_the_one_that_is_called_so_fits_best(opened: Open) -> None:
    """By meaning, article by article: the nearest name of all lifts all of them, its own only one."""
    names = {"a": "Refund", "b": "Parcel", "c": "Phone"}
    searcher = opened({f"{key}.md": article(name, "Ask us about it.", locale="en") for key, name in names.items()})
    hits = searcher.search("remboursement", explain=True, mode="semantic").hits
    named = {hit.id: hit.explanation.ledger["named"] for hit in hits if hit.explanation}
    assert named["a"] > max(named["b"], named["c"])


def test_the_beginning_of_a_text_is_no_name(opened: Open) -> None:
    """A row of a corpus without a title is shown by its first words."""
    rows = [("1", "", "Wrapping takes a day or two."), ("2", "Wrapping", "Say so.")]
    lines = [
        {"_id": key, "title": title, "text": text, "lang": "en", "audience": "public"} for key, title, text in rows
    ]
    searcher = opened({"corpus.jsonl": "".join(json.dumps(line) + "\n" for line in lines)})
    hits = searcher.search("wrapping", mode="keyword", explain=True).hits
    assert {hit.id: called(hit) > 0 for hit in hits} == {"1": False, "2": True}


def test_words_that_other_languages_share_by_chance_call_nothing(opened: Open) -> None:
    files = {f"en/{row}.md": article(f"Matter {row}", "Ask us about the page.", locale="en") for row in range(6)}
    files["fr/menu.md"] = article("Menu", "Demandez-nous la carte du jour.", locale="fr")
    files["en/menu.md"] = article("Menu", "Ask us for the card of the day.", locale="en")
    hits = opened(files).search("where do I find the menu of the day", mode="keyword", explain=True).hits
    values = {hit.id: called(hit) for hit in hits}
    assert values["en/menu"] > 10 * values.get("fr/menu", 0.0)


def test_names_follow_an_edited_title(tmp_path: Path) -> None:
    """What the live generation has is taken from there, what was edited is not."""
    with searcher_for(build(tmp_path, SHOP)) as before:
        assert before.search("presents", locale="en", mode="keyword").hits == ()
    edited = {**SHOP, "gift.md": article("Presents", "Say so when you order.", locale="en")}
    with searcher_for(build(tmp_path, edited)) as after:
        for query, wanted in (("presents", "gift"), ("parcel", "parcel"), ("opening", "hours")):
            (hit,) = after.search(query, locale="en", mode="keyword", explain=True).hits
            assert hit.id == wanted and called(hit) > 0
