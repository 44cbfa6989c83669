"""Figures about the sample, as the tables of corpus/README.md show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.corpus.agreement import agreement
from tests.corpus.article_rules import AREAS, words
from tests.corpus.judgment_rules import KINDS
from tests.corpus.sample import LANGUAGES, Sample


def statistics(sample: Sample) -> str:
    """Render the Markdown tables."""
    return "\n".join([*_articles(sample), "", *_areas(sample), "", *_queries(sample), "", *_tickets(sample), "", *agreement(sample)])


def _articles(sample: Sample) -> Iterator[str]:
    topics = sample.topics()
    complete = sum(len(members) == len(LANGUAGES) for members in topics.values())
    yield f"{len(topics)} topics, {complete} of them in three languages and {len(topics) - complete} in one or two."
    yield ""
    yield "| | " + " | ".join(LANGUAGES) + " | all |"
    yield "|---|---|---|---|---|"
    own = {language: [a for a in sample.articles.values() if a.locale == language] for language in LANGUAGES}
    yield _row("articles", [len(own[language]) for language in LANGUAGES])
    for audience in ("public", "agent", "internal"):
        yield _row(f"for {audience}", [sum(audience in a.audience for a in own[language]) for language in LANGUAGES])
    for status in ("draft", "archived"):
        yield _row(status, [sum(a.status == status for a in own[language]) for language in LANGUAGES])
    yield _row("words", [sum(map(words, own[language])) for language in LANGUAGES])


def _areas(sample: Sample) -> Iterator[str]:
    yield "| area | " + " | ".join(LANGUAGES) + " | all |"
    yield "|---|---|---|---|---|"
    counts = Counter((article.area, article.locale) for article in sample.articles.values())
    named = [area for area in AREAS if any(counts[area, language] for language in LANGUAGES)]
    for area in named:
        yield _row(area, [counts[area, language] for language in LANGUAGES])
    rest = [sum(n for (area, found), n in counts.items() if found == at and area not in named) for at in LANGUAGES]
    yield _row("tips and questions", rest)


def _queries(sample: Sample) -> Iterator[str]:
    yield "| queries | " + " | ".join(LANGUAGES) + " | all |"
    yield "|---|---|---|---|---|"
    counts = Counter((query["kind"], query["lang"], query["answerable"]) for query in sample.queries)
    for kind in KINDS:
        yield _row(kind, [counts[kind, language, True] for language in LANGUAGES])
    never = [sum(counts[kind, language, False] for kind in KINDS) for language in LANGUAGES]
    yield _row("without an answer", never)
    for split in ("dev", "test"):
        own = [query["lang"] for query in sample.queries if query["split"] == split]
        yield _row(f"split {split}", [own.count(language) for language in LANGUAGES])
    language_of = {query["_id"]: query["lang"] for query in sample.queries}
    judged = [language_of[row["query-id"]] for row in sample.qrels]
    yield _row("judged articles", [judged.count(language) for language in LANGUAGES])


def _tickets(sample: Sample) -> Iterator[str]:
    yield "| tickets | " + " | ".join(LANGUAGES) + " | all |"
    yield "|---|---|---|---|---|"
    tickets = {language: [t for t in sample.tickets if t["lang"] == language] for language in LANGUAGES}
    yield _row("all", [len(tickets[language]) for language in LANGUAGES])
    yield _row("with two questions", [sum(len(t["questions"]) == 2 for t in tickets[at]) for at in LANGUAGES])
    never = [sum(not any(q["answerable"] for q in t["questions"]) for t in tickets[at]) for at in LANGUAGES]
    yield _row("without an answer", never)


def _row(name: str, counts: list[int]) -> str:
    return f"| {name} | " + " | ".join(f"{count:,}" for count in [*counts, sum(counts)]) + " |"
