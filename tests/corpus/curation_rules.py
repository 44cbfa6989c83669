"""The rules of curation.yaml, besides those of lint. Each gives the sentences that say what breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.prepare import keyword_fields
from kb_search.curation import Stems, analyse, pin_key
from kb_search.text.analyzer import stems
from kb_search.text.normalize import normalize
from tests.corpus.sample import LANGUAGES, Sample


def enough_curation(sample: Sample) -> Iterator[str]:
    """At least ten groups in every language, some of them for agents only, and five pins."""
    rules, pins = sample.read.curation.synonyms, sample.read.curation.pins
    for language in LANGUAGES:
        count = sum(rule.locale == language for rule in rules)
        if count < 10 or not any(rule.locale == language and rule.views for rule in rules):
            yield f"{count} groups of synonyms in {language}, at least 10 and one of them for some views only."
    if len(pins) < 5 or not any(pin.views for pin in pins):
        yield f"{len(pins)} pins, at least 5 and one of them for some views only."


def synonyms_lead_to_articles(sample: Sample) -> Iterator[str]:
    """Every group has a word that an article has: without one it leads nowhere."""
    texts = {language: _texts(sample, language) for language in LANGUAGES}
    for rule in sample.read.curation.synonyms:
        if not any(_is_in(text, term, rule.locale) for term in rule.means or rule.words for text in texts[rule.locale]):
            yield f"No article in {rule.locale} has any of {', '.join(rule.means or rule.words)}."


def no_judged_query_is_pinned(sample: Sample) -> Iterator[str]:
    """The judgments measure the ranking, not the editor."""
    judged = {pin_key(normalize(query["text"])) for query in sample.queries}
    for pin in sample.read.curation.pins:
        yield from (f"The judged query {query!r} is pinned." for query in pin.queries if pin_key(query) in judged)


def _texts(sample: Sample, language: str) -> list[list[str]]:
    articles = [article for article in sample.articles.values() if article.locale == language]
    return [stems("\n".join(keyword_fields(article).values()), language) for article in articles]


def _is_in(text: list[str], term: str, locale: str) -> bool:
    analysed = analyse(term, locale)
    return analysed is not None and any(_has(text, spelling) for spelling in analysed.spellings)


def _has(text: list[str], wanted: Stems) -> bool:
    size = len(wanted)
    return any(tuple(text[row : row + size]) == wanted for row in range(len(text) - size + 1))


RULES = (enough_curation, synonyms_lead_to_articles, no_judged_query_is_pinned)
