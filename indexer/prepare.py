"""Articles → all that the stores want of them: chunks, keys of what is embedded, terms and word forms. Pure.

What is known from before is taken as it is; see memory.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.build_cache import Words
from indexer.chunking import CountTokens, chunk_articles
from indexer.embedding_cache import text_key
from kb_search.stores.keywords import FIELD_WEIGHTS, weighted
from kb_search.stores.vocabulary import form_lines
from kb_search.text.analyzer import distinct, stems
from kb_search.types import Article, Chunk


@dataclass(frozen=True, slots=True)
class Prepared:
    """One article, ready to be indexed. Keys are SHA-256 digests, those of several texts one behind the other.

    `key` stands for all of it. `chunks` and `words` are None where the live generation and the build cache have them;
    `article` then has no sections, links, Markdown and page either.
    """

    key: bytes
    article: Article
    chunk_ids: Sequence[str]
    chunk_keys: bytes
    name_keys: bytes
    words_key: bytes
    chunks: Sequence[Chunk] | None = None
    words: Words | None = None


def prepare(
    articles: Mapping[bytes, Article], count_tokens: CountTokens, max_tokens: int, code: bytes
) -> dict[bytes, Prepared]:
    """Chunk and analyse articles, by key. `code` stands for the analysis itself: no other's results are its own."""
    prepared: dict[bytes, Prepared] = {}
    chunked = chunk_articles(articles.values(), count_tokens, max_tokens)
    for (key, article), chunks in zip(articles.items(), chunked, strict=True):
        fields = keyword_fields(article)
        prepared[key] = Prepared(
            key=key,
            article=article,
            chunk_ids=[chunk.id for chunk in chunks],
            chunk_keys=b"".join(text_key(chunk.embedding_text) for chunk in chunks),
            name_keys=b"".join(text_key(name, "query") for name in names_of(article)),
            words_key=_words_key(fields, article.locale, code),
            chunks=chunks,
            words=words_of(fields, article.locale),
        )
    return prepared


def names_of(article: Article) -> list[str]:
    """List what an article is called: its title first, then its keywords."""
    return [article.title, *article.keywords]


def keyword_fields(article: Article) -> dict[str, str]:
    """Collect the texts that keywords are matched in; names as in FIELD_WEIGHTS."""
    headings = dict.fromkeys(heading for section in article.sections for heading in section.heading_path)
    words = [article.summary or "", *article.keywords, *article.tags]
    return {
        "title": "" if article.extra.get("title_from_text") else article.title,
        "keywords": "\n".join(word for word in words if word),
        "headings": "\n".join(headings),
        "body": "\n".join(section.text for section in article.sections),
    }


def _words_key(fields: Mapping[str, str], locale: str, code: bytes) -> bytes:
    flat = "\x00".join([locale, *(fields[name] for name in FIELD_WEIGHTS)])
    return hashlib.sha256(code + flat.encode("utf-8", "surrogatepass")).digest()


def words_of(fields: Mapping[str, str], locale: str) -> Words:
    """Analyse the fields of an article, as `keyword_fields` gives them."""
    terms = weighted({name: stems(text, locale) for name, text in fields.items()})
    return Words(terms, form_lines(distinct("\n".join(fields.values()), locale)))
