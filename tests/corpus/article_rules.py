"""The rules of the articles. Each gives the sentences that say what breaks it; none is what is wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kb_search.types import Article
from tests.corpus.sample import LANGUAGES, Row, Sample

AREAS = "accounts agents api billing devices integrations orders privacy status studio".split()
FIELDS = "title summary tags category locale audience owner area created updated review_by keywords confidence".split()
PLANTED = {"near_duplicate": 8, "contained": 4, "overlapping": 4, "hard_negative": 6}
SHORTEST, LONGEST = 150, 900
_STRUCTURE = {
    "steps": re.compile(r"^\d+\. ", re.MULTILINE),
    "tables": re.compile(r"^\|.+\|$", re.MULTILINE),
    "admonitions": re.compile(r"^> \[!(?:NOTE|WARNING|TIP)\]", re.MULTILINE),
    "code": re.compile(r"^```", re.MULTILINE),
    "pictures": re.compile(r"^!\[.+\]\(.+\)", re.MULTILINE),
    "error codes": re.compile(r"\b(?:E|LL)-\d{4}\b"),
}
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LINK_TARGET = re.compile(r"\]\([^)]*\)")


def words(article: Article) -> int:
    """Count what a reader reads: without front matter and link targets."""
    return len(_WORD.findall(_LINK_TARGET.sub("]", article.markdown)))


def enough_topics(sample: Sample) -> Iterator[str]:
    """At least 45 topics in all three languages, 20 more in one or two, and every area."""
    in_all = [topic for topic, members in sample.topics().items() if {a.locale for a in members} == set(LANGUAGES)]
    others = len(sample.topics()) - len(in_all)
    if len(in_all) < 45 or others < 20:
        yield f"{len(in_all)} topics in three languages and {others} others; at least 45 and 20."
    missing = set(AREAS) - {article.area for article in sample.articles.values()}
    if missing:
        yield f"No article of the areas {sorted(missing)}."
    for topic, members in sample.topics().items():
        if len({article.locale for article in members}) < len(members) or topic not in sample.articles:
            yield f"The topic {topic} has two articles in one language, or no original."


def right_lengths(sample: Sample) -> Iterator[str]:
    """150 to 900 words."""
    for article in sample.articles.values():
        if not SHORTEST <= words(article) <= LONGEST:
            yield f"{article.id} has {words(article)} words; {SHORTEST} to {LONGEST}."


def full_front_matter(sample: Sample) -> Iterator[str]:
    """Every field filled in; ids and locales as the folders say; drafts, archived articles and aliases exist."""
    for article in sample.articles.values():
        lacking = [name for name in FIELDS if not getattr(article, name)]
        if lacking or len(article.keywords) < 5:
            yield f"{article.id} lacks {', '.join(lacking) or 'keywords'}."
        if f"{article.id}.md" != article.source or not article.id.startswith(f"{article.locale}/"):
            yield f"{article.id} is in {article.source}, in {article.locale}."
    statuses = Counter(article.status for article in sample.articles.values())
    audiences = Counter(audience for article in sample.articles.values() for audience in article.audience)
    aliased = sum(bool(article.aliases) for article in sample.articles.values())
    if min(statuses["draft"], statuses["archived"], audiences["agent"], audiences["internal"]) < 2 or aliased < 10:
        yield f"Too few of a kind: {dict(statuses)}, {dict(audiences)}, {aliased} with aliases."


def real_structure(sample: Sample) -> Iterator[str]:
    """Steps, tables, admonitions, code, pictures and error codes, each in several articles of every language."""
    for language in LANGUAGES:
        texts = [article.markdown for article in sample.articles.values() if article.locale == language]
        for name, pattern in _STRUCTURE.items():
            having = sum(bool(pattern.search(text)) for text in texts)
            if having < 5:
                yield f"{having} articles in {language} have {name}; at least 5."


def walls_between_audiences(sample: Sample) -> Iterator[str]:
    """No article links to one that some of its readers may not see."""
    rank = {"public": 0, "agent": 1, "internal": 2}
    by_file = {article.source: article for article in sample.articles.values()}
    for article in sample.articles.values():
        folder = article.source.split("/")[:-1]
        for link in article.links:
            parts = [*folder]
            for step in link.target.partition("#")[0].split("/"):
                parts = parts[:-1] if step == ".." else [*parts, step]
            target = by_file.get("/".join(parts))
            if target and rank[target.audience[0]] > rank[article.audience[0]]:
                yield f"{article.id} is {article.audience[0]} and links to {target.id}."


def planted_duplicates(sample: Sample) -> Iterator[str]:
    """8 near-duplicate, 4 contained, 4 overlapping pairs and 6 hard negatives, some across languages."""
    counts = Counter(row["kind"] for row in sample.duplicates)
    if counts != PLANTED:
        yield f"duplicates.tsv has {dict(counts)}, not {PLANTED}."
    for row in sample.duplicates:
        pair = [sample.articles.get(row["first"]), sample.articles.get(row["second"])]
        first, second = pair
        if not first or not second:
            yield f"{row['first']} or {row['second']} does not exist."
        elif (first.translation_of or first.id) == (second.translation_of or second.id):
            yield f"{first.id} and {second.id} are translations of each other, no duplicates."
    across = [row for row in sample.duplicates if row["first"][:2] != row["second"][:2]]
    if len(across) < 3:
        yield f"{len(across)} duplicates across languages; at least 3."


def lint_finds_exactly_what_is_planted(sample: Sample) -> Iterator[str]:
    """Overdue reviews and broken links, as listed; nothing else."""
    planted = [(row["article"], row["code"]) for row in sample.broken_links]
    planted += [(row["article"], "review-overdue") for row in _overdue(sample)]
    found = [(sample.file(finding), finding.code) for finding in sample.findings]
    for (article, code), count in (Counter(planted) - Counter(found)).items():
        yield f"{article}: {code} is planted and not found ({count})."
    for (article, code), count in (Counter(found) - Counter(planted)).items():
        yield f"{article}: {code} is found and not planted ({count})."
    messages = " ".join(finding.message for finding in sample.findings)
    for row in sample.broken_links:
        target = row["target"] if row["code"] != "broken-anchor" else "#" + row["target"].partition("#")[2]
        if f"'{target}'" not in messages:
            yield f"{row['article']}: no finding names {row['target']}."
    for row in _overdue(sample):
        if sample.articles[row["article"]].review_by != row["evidence"]:
            yield f"{row['article']}: its review is due on another day than {row['evidence']}."


def _overdue(sample: Sample) -> list[Row]:
    return [row for row in sample.stale if row["kind"] == "review_overdue"]


RULES = (
    enough_topics,
    right_lengths,
    full_front_matter,
    real_structure,
    walls_between_audiences,
    planted_duplicates,
    lint_finds_exactly_what_is_planted,
)
