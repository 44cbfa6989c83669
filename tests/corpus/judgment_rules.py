"""The rules of queries, judgments and tickets. Each gives the sentences that say what breaks it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from kb_search.types import Article
from tests.corpus.sample import LANGUAGES, Sample

KINDS = ("code", "misspelt", "no-diacritics", "question", "short", "ticket", "vague", "wrong-language")
VIEWS = {"public": ("public",), "agent": ("public", "agent"), "internal": ("public", "agent", "internal")}
"""What each asker may see: the default views."""


def enough_queries(sample: Sample) -> Iterator[str]:
    """At least 240 queries, 50 of them without an answer, every kind in every language, no text twice."""
    if len(sample.queries) < 240:
        yield f"{len(sample.queries)} queries; at least 240."
    unanswerable = sum(not query["answerable"] for query in sample.queries)
    if unanswerable < 50:
        yield f"{unanswerable} queries without an answer; at least 50."
    kinds = Counter((query["lang"], query["kind"]) for query in sample.queries)
    for language in LANGUAGES:
        for kind in KINDS:
            if kinds[language, kind] < 5:
                yield f"{kinds[language, kind]} queries of kind {kind} in {language}; at least 5."
    for pair in kinds:
        if pair[0] not in LANGUAGES or pair[1] not in KINDS:
            yield f"{pair} is no language and kind of this sample."
    yield from _repeated("query", [query["_id"] for query in sample.queries])
    yield from _repeated("query", [query["text"] for query in sample.queries])


def judged_queries(sample: Sample) -> Iterator[str]:
    """Every answerable query has an article of grade 3 that its asker may see; no other query has any."""
    grades = _grades(sample)
    for query in sample.queries:
        judged = grades.get(query["_id"], {})
        if query["answerable"] != (3 in judged.values()):
            yield f"{query['_id']} is {'' if query['answerable'] else 'not '}answerable; its grades are {judged}."
        for identifier, grade in judged.items():
            article = sample.articles.get(identifier)
            if article is None or grade not in (1, 2, 3):
                yield f"{query['_id']} → {identifier}: no such article, or no grade 1 to 3 ({grade})."
            elif not _visible(article, query["audience"]):
                yield f"{query['_id']} is asked by {query['audience']}, who may not see {identifier}."
    for identifier in grades.keys() - {query["_id"] for query in sample.queries}:
        yield f"The judged query {identifier} does not exist."


def judged_in_the_language_asked_for(sample: Sample) -> Iterator[str]:
    """Articles are in the query's language; of kind wrong-language, in another one."""
    language = {query["_id"]: (query["lang"], query["kind"]) for query in sample.queries}
    for row in sample.qrels:
        asked, kind = language[row["query-id"]]
        if (sample.articles[row["corpus-id"]].locale == asked) == (kind == "wrong-language"):
            yield f"{row['query-id']} ({kind}, {asked}) → {row['corpus-id']}: a judgment in the wrong language."


def split_by_topic(sample: Sample) -> Iterator[str]:
    """dev and test, each between 40 and 60 %, and no topic in both, nor two that are planted as duplicates."""
    split = {query["_id"]: query["split"] for query in sample.queries}
    share = Counter(split.values())
    if set(share) != {"dev", "test"} or not 0.4 <= share["test"] / len(split) <= 0.6:
        yield f"The splits are {dict(share)}."
    of_topic: dict[str, set[str]] = defaultdict(set)
    for row in sample.qrels:
        if row["score"] == "3":
            of_topic[_topic(sample.articles[row["corpus-id"]])].add(split[row["query-id"]])
    for topic, splits in of_topic.items():
        if len(splits) > 1:
            yield f"The topic {topic} is asked for in both splits."
    for row in sample.duplicates:
        first, second = (of_topic.get(_topic(sample.articles[row[name]]), set()) for name in ("first", "second"))
        if row["kind"] != "hard_negative" and len(first | second) > 1:
            yield f"The duplicates {row['first']} and {row['second']} are asked for in both splits."


def passages_are_quoted(sample: Sample) -> Iterator[str]:
    """Every answerable query has a passage: a quote from the section that the anchor names, of a grade 3 article."""
    grades = _grades(sample)
    for row in sample.passages:
        article = sample.articles.get(row["corpus-id"])
        if article is None or grades.get(row["query-id"], {}).get(article.id) != 3:
            yield f"{row['query-id']}: {row['corpus-id']} is not judged 3."
            continue
        texts = [section.text for section in article.sections if section.anchor == row["anchor"]]
        if not any(_plain(row["quote"]) in _plain(text) for text in texts):
            yield f"{row['query-id']}: {article.id}#{row['anchor']} does not say {row['quote']!r}."
    quoted = {row["query-id"] for row in sample.passages}
    for query in sample.queries:
        if query["answerable"] and query["_id"] not in quoted:
            yield f"{query['_id']} has no passage."


def judged_again(sample: Sample) -> Iterator[str]:
    """60 queries of all languages were judged by two more; what the three settled is what qrels.tsv says."""
    again = {row["query-id"] for row in sample.second_judgings}
    asked = {query["_id"]: query for query in sample.queries}
    if len(again) != 60 or {asked[identifier]["lang"] for identifier in again} != set(LANGUAGES):
        yield f"{len(again)} queries were judged again; 60, in every language."
    grades = _grades(sample)
    for row in sample.second_judgings:
        settled = sorted(int(row[judge]) for judge in ("first", "second", "third"))[1]
        said = grades.get(row["query-id"], {}).get(row["corpus-id"], 0)
        if settled != int(row["settled"]) or (asked[row["query-id"]]["answerable"] and said != settled):
            yield f"{row['query-id']} → {row['corpus-id']}: settled at {row['settled']}, the judgments say {said}."


def realistic_tickets(sample: Sample) -> Iterator[str]:
    """At least 90 of several paragraphs; a third with two questions, a fifth unanswerable, some with a quoted reply."""
    tickets = sample.tickets
    two = sum(len(ticket["questions"]) == 2 for ticket in tickets)
    never = sum(not any(question["answerable"] for question in ticket["questions"]) for ticket in tickets)
    quoted = sum("\n>" in ticket["text"] for ticket in tickets)
    if len(tickets) < 90 or two < len(tickets) / 3 or never < len(tickets) / 5 or quoted < len(tickets) / 10:
        yield f"{len(tickets)} tickets, {two} with two questions, {never} unanswerable, {quoted} with a quoted reply."
    yield from _repeated("ticket", [ticket["_id"] for ticket in tickets])
    for ticket in tickets:
        if ticket["text"].count("\n\n") < 2:
            yield f"{ticket['_id']} has fewer than three paragraphs."
        for question in ticket["questions"]:
            yield from _judged_question(sample, ticket, question)


def _judged_question(sample: Sample, ticket: dict[str, Any], question: dict[str, Any]) -> Iterator[str]:
    if question["answerable"] != (3 in question["articles"].values()):
        yield f"{ticket['_id']}: {question['text']!r} has the grades {question['articles']}."
    for identifier in question["articles"]:
        article = sample.articles.get(identifier)
        if article is None or not _visible(article, "public") or article.locale != ticket["lang"]:
            yield f"{ticket['_id']} → {identifier}: no public article in {ticket['lang']}."


def _visible(article: Article, asker: str) -> bool:
    return article.status == "published" and not set(article.audience).isdisjoint(VIEWS[asker])


def _topic(article: Article) -> str:
    return article.translation_of or article.id


def _grades(sample: Sample) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sample.qrels:
        grades[row["query-id"]][row["corpus-id"]] = int(row["score"])
    return dict(grades)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _repeated(what: str, values: list[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"The {what} {value!r} is there {count} times."


RULES = (
    enough_queries,
    judged_queries,
    judged_in_the_language_asked_for,
    split_by_topic,
    passages_are_quoted,
    judged_again,
    realistic_tickets,
)
