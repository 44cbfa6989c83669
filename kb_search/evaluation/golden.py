"""Questions proposed for a judged data set, from what people clicked, voted for and linked. Pure.

A proposal is a question that several people asked and an article that they settled on; a person has to look at it
before it counts. What is shown first is clicked most whether it answers or not, and how much of a share is due to that
cannot be known from a log of clicks; a link in a ticket or a vote says more. So each kind of evidence has a grade of
its own.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb_search.evaluation.events import KINDS, Event, Kind
from kb_search.evaluation.protocol import Missing
from kb_search.text.locales import primary
from kb_search.text.normalize import fold, normalize
from kb_search.types import Reference

GRADES: Mapping[str, int] = {"link": 3, "helpful": 2, "click": 1, "reference": 1}
"""The grade that each kind of evidence gives."""
AT_LEAST = 3
SHARE = 0.2

_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"\S*://\S*|\S+/\S+/\S*|\S+\.(?:md|markdown|html?)(?:#\S*)?|\S+@\S+")


@dataclass(frozen=True, slots=True)
class Card:
    """What has to be known of an article of the view."""

    title: str
    locale: str
    family: int | None = None
    """The same for an article and its translations."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One question: `grades` as in qrels.tsv, `evidence` for the person who looks at it."""

    id: str
    text: str
    lang: str
    kind: str
    grades: Mapping[str, int]
    evidence: Mapping[str, Any]

    def as_line(self) -> dict[str, Any]:
        """Give the line of queries.jsonl; the keys beyond those of a query are for people."""
        line = {"_id": self.id, "text": self.text, "lang": self.lang, "kind": self.kind, "proposed": True}
        return {**line, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Proposals:
    """Proposals, most evidence first, and what was left out.

    `too_few` counts questions that too few people asked, `undecided` those for which no article has a large enough
    share; `not_in_view` the articles that people chose and that the view does not show (any more). `not_shown` counts
    events about an article that their search did not show.
    """

    proposals: tuple[Proposal, ...]
    too_few: int
    undecided: int
    not_in_view: Missing
    not_shown: int = 0


@dataclass(slots=True)
class _Question:
    """All events of one query in one language. Sets hold who did it: a session, or the event itself without one."""

    lang: str
    spellings: Counter[str] = field(default_factory=Counter)
    chosen: dict[Kind, dict[str, set[str]]] = field(default_factory=lambda: {kind: defaultdict(set) for kind in KINDS})
    days: list[str] = field(default_factory=list)

    def add(self, event: Event, who: str) -> None:
        self.spellings[event.query] += 1
        self.chosen[event.kind][event.article].add(who)
        if event.at is not None:
            self.days.append(event.at[:10])

    def people(self, articles: Iterable[str] | None = None) -> int:
        """Count those who chose any of the articles (None: anything at all)."""
        wanted = None if articles is None else set(articles)
        return len(
            {
                who
                for by_article in self.chosen.values()
                for article, found in by_article.items()
                if wanted is None or article in wanted
                for who in found
            }
        )

    def share(self, kind: Kind, article: str) -> float:
        """Say which share of those who left this kind of evidence left it at this article."""
        everybody = set().union(*self.chosen[kind].values())
        return len(self.chosen[kind].get(article, ())) / len(everybody) if everybody else 0.0


def propose(
    events: Iterable[Event],
    articles: Mapping[str, Card],
    references: Iterable[Reference] = (),
    *,
    at_least: int = AT_LEAST,
    share: float = SHARE,
) -> Proposals:
    """Propose questions about `articles` (id → card: those of one view), most evidence first.

    Queries are the same if they are after normalising and folding, in the same language (the event's, else the
    article's). A question is proposed if `at_least` distinct sessions, or events without a session, chose one of the
    articles; an article is relevant if at least `share` of those who left one kind of evidence left it there, with
    the grade of its strongest kind. Events about an article that their search did not show, neither it nor a
    translation, do not count. Texts of links between articles are proposed as they are: see `link_texts`.
    """
    questions: dict[tuple[str, str], _Question] = {}
    gone: set[str] = set()
    not_shown = 0
    for number, event in enumerate(events):
        if not _was_shown(event, articles):
            not_shown += 1
            continue
        card = articles.get(event.article)
        if card is None:
            gone.add(event.article)
        locale = event.locale or (card.locale if card else None)
        if locale is None:  # in no language that anybody could tell
            continue
        lang = primary(locale)
        question = questions.setdefault((fold(event.query), lang), _Question(lang))
        question.add(event, f"session {event.session}" if event.session is not None else f"event {number}")
    found: dict[tuple[str, str], Proposal] = {}
    too_few = undecided = 0
    for key, question in questions.items():
        grades = _grades(question, articles, share)
        if question.people(articles) < at_least:
            too_few += 1
        elif not grades:
            undecided += 1
        else:
            found[key] = _proposal(key, question, articles, grades)
    for key, (text, targets) in link_texts(references, articles).items():
        found[key] = _with_reference(found.get(key), key, text, targets)
    ordered = sorted(found.values(), key=lambda one: (-one.evidence["sessions"], one.kind == "reference", one.id))
    return Proposals(tuple(ordered), too_few, undecided, Missing.of(gone), not_shown)


def link_texts(
    references: Iterable[Reference], articles: Mapping[str, Card]
) -> dict[tuple[str, str], tuple[str, dict[str, int]]]:
    """Choose the texts of links that name what their target is about in other words than its title.

    (folded text, language) → text as written, and target → number of articles that say so. Left out are titles,
    addresses, texts without a word, links from or to articles outside the view, and texts that lead to more than one
    article, such as "here".
    """
    sources: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    spellings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in references:
        text = " ".join(normalize(one.text).split())
        if one.source not in articles or one.target not in articles or not _WORD.search(text):
            continue
        key = fold(text), primary(articles[one.source].locale)
        sources[key][one.target].add(one.source)
        spellings[key][text] += 1
    chosen = {}
    for key, targets in sources.items():
        text, (target, *others) = _usual(spellings[key]), targets
        if not others and not _ADDRESS.fullmatch(text) and _words(text) != _words(articles[target].title):
            chosen[key] = text, {target: len(targets[target])}
    return chosen


def _was_shown(event: Event, articles: Mapping[str, Card]) -> bool:
    if event.shown is None or event.article in event.shown:
        return True
    card = articles.get(event.article)
    family = card.family if card else None
    return family is not None and any(shown in articles and articles[shown].family == family for shown in event.shown)


def _grades(question: _Question, articles: Mapping[str, Card], share: float) -> dict[str, int]:
    grades: dict[str, int] = {}
    for kind in reversed(KINDS):  # a stronger kind comes later and takes its place
        for article in question.chosen[kind]:
            if article in articles and question.share(kind, article) >= share:
                grades[article] = GRADES[kind]
    return grades


def _proposal(
    key: tuple[str, str], question: _Question, articles: Mapping[str, Card], grades: Mapping[str, int]
) -> Proposal:
    best = max(grades.values())
    return Proposal(
        id=_id(key),
        text=_usual(question.spellings),
        lang=question.lang,
        kind=next(kind for kind in KINDS if GRADES[kind] == best),
        grades=dict(sorted(grades.items(), key=lambda pair: (-pair[1], pair[0]))),
        evidence={
            "sessions": question.people(articles),
            "first": min(question.days, default=None),
            "last": max(question.days, default=None),
            "spellings": [text for text, _ in sorted(question.spellings.items(), key=lambda pair: (-pair[1], pair[0]))],
            "articles": {article: _counts(question, article) for article in sorted(_seen(question))},
        },
    )


def _seen(question: _Question) -> set[str]:
    return {article for by_article in question.chosen.values() for article in by_article}


def _counts(question: _Question, article: str) -> dict[str, int]:
    counts = {kind: len(question.chosen[kind].get(article, ())) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if count}


def _with_reference(known: Proposal | None, key: tuple[str, str], text: str, targets: Mapping[str, int]) -> Proposal:
    """Add what links say to a question that people asked, or make it a question of its own."""
    grades = dict.fromkeys(targets, GRADES["reference"])
    if known is None:
        evidence: dict[str, Any] = {"sessions": 0, "references": dict(targets)}
        return Proposal(_id(key), text, key[1], "reference", grades, evidence)
    evidence = {**known.evidence, "references": dict(targets)}
    return Proposal(known.id, known.text, known.lang, known.kind, {**grades, **known.grades}, evidence)


def _id(key: tuple[str, str]) -> str:
    """Name a question so that it has the same id next time, and a review of it can be kept."""
    return "p-" + hashlib.sha256("\t".join(key).encode()).hexdigest()[:12]


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda text: (-spellings[text], text))


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def qrels_lines(proposals: Iterable[Proposal]) -> Iterator[str]:
    """Give the lines of qrels.tsv, with their header."""
    yield "query-id\tcorpus-id\tscore\n"
    for one in proposals:
        for article, grade in one.grades.items():
            yield f"{one.id}\t{article}\t{grade}\n"
