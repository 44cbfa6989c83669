"""Sections → chunks: nothing lost, nothing doubled, nothing too long, and ids that stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chunking import CountTokens, chunk_articles
from kb_search.types import Article, Chunk, Section


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    """One token per character that is no space: a word can be longer than a chunk."""
    return [len("".join(text.split())) for text in texts]


def make(*sections: Section, **fields: object) -> Article:
    return replace(Article("help/refunds", "Refunds", "en", ("public",), sections=sections), **fields)  # type: ignore[arg-type]


def section(text: str, *path: str) -> Section:
    return Section(path, path[-1].lower() if path else "", text, 1)


def chunks_of(article: Article, max_tokens: int = 64, count_tokens: CountTokens = words) -> list[Chunk]:
    return chunk_articles([article], count_tokens, max_tokens)[0]


def test_a_chunk_is_embedded_with_the_title_and_the_headings_above_it() -> None:
    (chunk,) = chunks_of(make(section("Money returns in 5 days.", "Payments", "Cards")))
    assert chunk == Chunk(
        id="help/refunds#cards~0",
        article_id="help/refunds",
        anchor="cards",
        heading_path=("Payments", "Cards"),
        text="Money returns in 5 days.",
        embedding_text="Refunds › Payments › Cards\nMoney returns in 5 days.",
    )


def test_a_title_made_from_the_text_is_not_embedded_twice() -> None:
    (chunk,) = chunks_of(make(section("Money returns in 5 days."), extra={"title_from_text": True}))
    assert chunk.embedding_text == "Money returns in 5 days."


def test_paragraphs_are_joined_while_they_fit_and_shared_out_evenly() -> None:
    # The title is one token of 10, so 9 are left; 12 words need two chunks, and two of 6 are better than 9 and 3.
    paragraphs = ["one two three", "four five six", "seven eight nine", "ten eleven twelve"]
    found = chunks_of(make(section("\n\n".join(paragraphs))), max_tokens=10)
    assert [chunk.text for chunk in found] == [
        "one two three\n\nfour five six",
        "seven eight nine\n\nten eleven twelve",
    ]
    assert [chunk.id for chunk in found] == ["help/refunds#~0", "help/refunds#~1"]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = "Open the page first. Choose the order then. Press the red button. Wait for the mail."
    found = chunks_of(make(section(text)), max_tokens=9)
    assert [chunk.text for chunk in found] == [
        "Open the page first. Choose the order then.",
        "Press the red button. Wait for the mail.",
    ]


def test_words_that_are_shorter_than_on_average_do_not_make_a_chunk_too_long() -> None:
    text = "x" * 600 + " " + " ".join("a" for _ in range(60))
    found = chunks_of(make(section(text)), max_tokens=17)
    assert max(words([chunk.text for chunk in found])) <= 16
    assert "".join(chunk.text for chunk in found).replace(" ", "") == "x" * 600 + "a" * 60


def test_a_single_word_longer_than_a_chunk_is_cut_inside() -> None:
    found = chunks_of(make(section("abcdefghij" * 10), title="T"), 21, letters)
    assert [len(chunk.text) for chunk in found] == [19, 19, 19, 19, 19, 5]
    assert "".join(chunk.text for chunk in found) == "abcdefghij" * 10


def test_a_long_title_leaves_half_of_the_budget_to_the_text() -> None:
    found = chunks_of(make(section("one two three four five six"), title="t " * 50), max_tokens=8)
    assert [chunk.text for chunk in found] == ["one two three", "four five six"]


def test_summary_and_keywords_are_a_chunk_of_their_own() -> None:
    fields = {"summary": "How to get money back.", "keywords": ("chargeback", "reimbursement")}
    first, second = chunks_of(make(section("Write to us."), **fields))
    assert (first.id, first.anchor, first.text) == ("help/refunds#~summary", "", "How to get money back.")
    assert first.embedding_text == "Refunds\nHow to get money back.\nchargeback, reimbursement"
    assert second.id == "help/refunds#~0"


def test_keywords_without_a_summary_show_the_title() -> None:
    chunk = chunks_of(make(section("Write to us."), keywords=("chargeback",)))[0]
    assert (chunk.text, chunk.embedding_text) == ("Refunds", "Refunds\nchargeback")


@pytest.mark.parametrize("sections", [(), (section(""),), (section("", "Cards"),)])
def test_an_article_without_text_is_found_by_its_title(sections: tuple[Section, ...]) -> None:
    (chunk,) = chunks_of(make(*sections))
    assert (chunk.id, chunk.text, chunk.embedding_text) == ("help/refunds#~0", "", "Refunds")


def test_sections_that_share_an_anchor_get_ids_of_their_own() -> None:
    found = chunks_of(make(section("First.", "Cards"), section("Between.", "Cash"), section("Second.", "Cards")))
    assert [(chunk.id, chunk.text) for chunk in found] == [
        ("help/refunds#cards~0", "First."),
        ("help/refunds#cash~0", "Between."),
        ("help/refunds#cards~1", "Second."),
    ]


def test_every_article_has_its_own_list() -> None:
    articles = [make(section("One."), id="a"), make(id="b"), make(section("Two."), id="c")]
    assert [[chunk.id for chunk in listed] for listed in chunk_articles(articles, words, 64)] == [
        ["a#~0"],
        ["b#~0"],
        ["c#~0"],
    ]


prose = st.lists(
    st.sampled_from(
        ["reset", "a", "Dr.", "v2.1", "done.", "Why?", "…", "şifre", "パスワード。", "x" * 40, "\n", "\n\n"]
    ),
    max_size=80,
).map(" ".join)
texts = st.one_of(prose, st.text(max_size=60))
headings = st.sampled_from(["Cards", "Cash", "A rather long heading of several words"])
sections = st.builds(lambda text, path: section(text, *path), texts, st.lists(headings, max_size=2))
articles = st.builds(
    lambda parts, title: make(*parts, title=title),
    st.lists(sections, max_size=4),
    st.sampled_from(["Refunds", "A title " * 12]),
)
counters = st.sampled_from([words, letters])
budgets = st.integers(4, 48)


@settings(max_examples=60)
@given(articles, counters, budgets)
def test_every_character_is_in_exactly_one_chunk_in_order(
    article: Article, count_tokens: CountTokens, max_tokens: int
) -> None:
    found = chunks_of(article, max_tokens, count_tokens)
    for anchor in {part.anchor for part in article.sections}:
        written = "".join(part.text for part in article.sections if part.anchor == anchor)
        cut = "".join(chunk.text for chunk in found if chunk.anchor == anchor)
        assert "".join(cut.split()) == "".join(written.split())


@settings(max_examples=60)
@given(articles, counters, budgets)
def test_no_chunk_exceeds_the_budget(article: Article, count_tokens: CountTokens, max_tokens: int) -> None:
    for chunk in chunks_of(article, max_tokens, count_tokens):
        context = count_tokens([" › ".join([article.title, *chunk.heading_path])])[0]
        assert count_tokens([chunk.text])[0] <= max_tokens - min(context, max_tokens // 2)


@settings(max_examples=60)
@given(articles, counters, budgets)
def test_ids_are_unique(article: Article, count_tokens: CountTokens, max_tokens: int) -> None:
    ids = [chunk.id for chunk in chunks_of(article, max_tokens, count_tokens)]
    assert len(ids) == len(set(ids)) > 0


@settings(max_examples=60)
@given(texts, texts, texts, budgets)
def test_an_edit_of_one_section_leaves_the_chunks_of_the_others_as_they_were(
    kept: str, before: str, after: str, max_tokens: int
) -> None:
    def kept_chunks(other: str) -> list[Chunk]:
        article = make(section(other, "Cash"), section(kept, "Cards"))
        return [chunk for chunk in chunks_of(article, max_tokens) if chunk.anchor == "cards"]

    assert kept_chunks(before) == kept_chunks(after)
