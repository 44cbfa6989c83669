"""Articles → chunks of bounded length with stable ids. Pure: the token counter is an argument.

A section becomes as few chunks as fit, of about equal length, cut between paragraphs, else between
sentences, else between words. Chunks never span two sections, so that an anchor is always exact. Each chunk
is embedded together with the article's title and the headings above it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from kb_search.text.normalize import normalize
from kb_search.text.sentences import sentences
from kb_search.types import SUMMARY_SUFFIX, Article, Chunk, Section

CHUNKER_VERSION = 2
"""Recorded in the manifest; bumped when the same article would be cut differently."""

CountTokens = Callable[[Sequence[str]], list[int]]
Span = tuple[int, int]

HEADING_SEPARATOR = " › "
_PARAGRAPH = re.compile(r"[^\n](?:.|\n(?!\n))*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a section's text and its length in tokens."""

    span: Span
    tokens: int


def chunk_articles(articles: Iterable[Article], count_tokens: CountTokens, max_tokens: int) -> list[list[Chunk]]:
    """Cut every article; the result has one list per article, in order, never empty.

    `max_tokens` bounds the text of a chunk together with its title and headings; a title longer than half of
    it is not counted against the text beyond that half.
    """
    listed = list(articles)
    sections = [(article, section) for article in listed for section in article.sections]
    paragraphs = [(index, span) for index, (_, section) in enumerate(sections) for span in _paragraphs(section.text)]
    counts = count_tokens([sections[index][1].text[start:end] for index, (start, end) in paragraphs])
    contexts = count_tokens([_context(article, section) for article, section in sections])
    budgets = [max_tokens - min(tokens, max_tokens // 2) for tokens in contexts]

    pieces: list[list[_Piece]] = [[] for _ in sections]
    for (index, span), tokens in zip(paragraphs, counts, strict=True):
        article, section = sections[index]
        if tokens <= budgets[index]:
            pieces[index].append(_Piece(span, tokens))
        else:
            pieces[index] += _divide(section.text, span, article.locale, count_tokens, budgets[index])

    chunks: dict[str, list[Chunk]] = {article.id: _summary_chunk(article) for article in listed}
    numbers: defaultdict[tuple[str, str], Iterator[int]] = defaultdict(count)  # by anchor: two sections may share one
    for (article, section), parts, budget in zip(sections, pieces, budgets, strict=True):
        numbered = numbers[article.id, section.anchor]
        before: int | None = None
        for start, end in pack(parts, budget):
            joint = "\n\n" if before is None else section.text[before:start]
            chunks[article.id].append(_chunk(article, section, next(numbered), section.text[start:end], joint))
            before = end
    return [chunks[article.id] or [_chunk(article, Section((), "", "", 1), 0, "")] for article in listed]


def pack(pieces: Sequence[_Piece], budget: int) -> list[Span]:
    """Join neighbouring pieces into few spans of at most `budget` tokens, about equal in length.

    A piece longer than the budget stays alone.
    """
    total = sum(piece.tokens for piece in pieces)
    fewest = max(1, -(-total // budget))
    # Where pieces do not add up to even spans, one span more is better than a crumb at the end.
    for wanted in (fewest, fewest + 1):
        spans = _fill(pieces, budget, total / wanted)
        if len(spans) <= wanted:
            break
    return spans


def _fill(pieces: Sequence[_Piece], budget: int, target: float) -> list[Span]:
    """Fill spans one after the other, each until it is nearest to `target`."""
    spans: list[Span] = []
    held = 0
    for piece in pieces:
        start, end = piece.span
        if spans and held + piece.tokens <= budget and held + piece.tokens / 2 <= target:
            spans[-1] = (spans[-1][0], end)
            held += piece.tokens
        else:
            spans.append((start, end))
            held = piece.tokens
    return spans


def _paragraphs(text: str) -> list[Span]:
    return [(match.start(), match.end()) for match in _PARAGRAPH.finditer(text)]


def _divide(text: str, span: Span, locale: str, count_tokens: CountTokens, budget: int) -> list[_Piece]:
    """Cut a paragraph that is too long into sentences, and those that still are into runs of words."""
    start, end = span
    spans = [(start + first, start + last) for first, last in sentences(text[start:end], locale)]
    counts = count_tokens([text[first:last] for first, last in spans])
    pieces: list[_Piece] = []
    for (first, last), tokens in zip(spans, counts, strict=True):
        if tokens <= budget:
            pieces.append(_Piece((first, last), tokens))
        else:
            pieces += _cut_words(text, _Piece((first, last), tokens), count_tokens, budget)
    return pieces


def _cut_words(text: str, long: _Piece, count_tokens: CountTokens, budget: int) -> list[_Piece]:
    """Cut into runs of words that fit; where words are denser than on average, a run is cut again."""
    spans = _cut_evenly(text, long, budget)
    counts = count_tokens([text[start:end] for start, end in spans])
    pieces: list[_Piece] = []
    for piece in map(_Piece, spans, counts):
        if piece.tokens <= budget or piece.span[1] - piece.span[0] == 1:
            pieces.append(piece)
        else:
            pieces += _cut_words(text, piece, count_tokens, budget)
    return pieces


def _cut_evenly(text: str, long: _Piece, budget: int) -> list[Span]:
    """Cut by length alone; a word longer than a chunk (base64, a script without spaces) is cut inside."""
    (start, end), tokens = long.span, long.tokens
    step = max(1, (end - start) * budget // (tokens + budget // 8 + 1))
    words = [
        (start + at, min(start + match.end(), start + at + step))
        for match in _WORD.finditer(text[start:end])
        for at in range(match.start(), match.end(), step)
    ]
    spans: list[Span] = []
    for first, last in words:
        if spans and last - spans[-1][0] <= step:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _summary_chunk(article: Article) -> list[Chunk]:
    """The author's own summary, embedded with the customers' words: what a reader would type."""
    if not article.summary and not article.keywords:
        return []
    text = article.summary or article.title
    embedded = "\n".join(part for part in (_title(article), article.summary, ", ".join(article.keywords)) if part)
    return [Chunk(article.id + SUMMARY_SUFFIX, article.id, "", (), text, normalize(embedded))]


def _chunk(article: Article, section: Section, number: int, text: str, joint: str = "\n\n") -> Chunk:
    embedded = "\n".join(part for part in (_context(article, section), text) if part)
    identifier = f"{article.id}#{section.anchor}~{number}"
    return Chunk(identifier, article.id, section.anchor, section.heading_path, text, normalize(embedded), joint)


def _context(article: Article, section: Section) -> str:
    return HEADING_SEPARATOR.join((*((title,) if (title := _title(article)) else ()), *section.heading_path))


def _title(article: Article) -> str:
    """The title, unless it was made from the text: then the text says it already."""
    return "" if article.extra.get("title_from_text") else article.title
