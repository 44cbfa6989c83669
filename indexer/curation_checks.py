"""The rules of all curation files, compared with articles, locales and views: what is used, and what is wrong. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from indexer.curation import Entry
from indexer.visibility import visible
from kb_search.config import View
from kb_search.curation import Pin, SynonymRule, Term, analyse, pin_key
from kb_search.text.locales import matches
from kb_search.types import Article, Finding, Severity

_Rule = TypeVar("_Rule", SynonymRule, Pin)


@dataclass(frozen=True, slots=True)
class Curation:
    """What the curation files add to the articles, in order of file and line."""

    synonyms: tuple[SynonymRule, ...] = ()
    pins: tuple[Pin, ...] = ()


def check_curation(
    entries: Sequence[Entry], articles: Sequence[Article], views: Mapping[str, View]
) -> tuple[Curation, list[Finding]]:
    """Choose what can be used of the entries. What cannot is reported, and so is what does nothing."""
    findings: list[Finding] = []
    synonyms = _synonyms(entries, {article.locale for article in articles}, views, findings)
    return Curation(synonyms, _pins(entries, articles, views, findings)), findings


def _in_known_views(entry: Entry, rule: _Rule, views: Mapping[str, View], findings: list[Finding]) -> _Rule | None:
    """Take the views that do not exist from a rule; None if it is for no other, since it is not for everybody."""
    if rule.views is None:
        return rule
    known = tuple(name for name in rule.views if name in views)
    for name in rule.views:
        if name not in views:
            message = f"There is no view '{name[:50]}'{'; it is left out' if known else '. The entry is left out'}."
            findings.append(
                _finding(entry, "curation-view", message, f"Known are {', '.join(sorted(views))}.", "error")
            )
    return msgspec.structs.replace(rule, views=known) if known else None


# ── Synonyms ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Group:
    """A usable synonym rule: its terms by number, and the pairs (word, meaning) that it states."""

    entry: Entry
    rule: SynonymRule
    terms: Mapping[int, str]
    pairs: frozenset[tuple[int, int]]


@dataclass(slots=True)
class _Numbers:
    """Numbers of the terms of one locale: terms that a query cannot tell apart have one."""

    by_spelling: dict[tuple[str, ...], int] = field(default_factory=dict)
    count: int = 0

    def of(self, term: Term) -> int:
        """Give the number of a term."""
        known = sorted(self.by_spelling[spelling] for spelling in term.spellings if spelling in self.by_spelling)
        number = known[0] if known else self.count
        self.count += not known
        for spelling in term.spellings:
            self.by_spelling.setdefault(spelling, number)
        return number


def _synonyms(
    entries: Iterable[Entry], locales: Collection[str], views: Mapping[str, View], findings: list[Finding]
) -> tuple[SynonymRule, ...]:
    numbers: dict[str, _Numbers] = defaultdict(_Numbers)
    groups: dict[str, list[_Group]] = defaultdict(list)
    used: list[SynonymRule] = []
    for entry in entries:
        if not isinstance(entry.rule, SynonymRule):
            continue
        rule = _in_known_views(entry, entry.rule, views, findings)
        group = rule and _group(entry, rule, numbers[rule.locale], findings)
        if not group:
            continue
        groups[group.rule.locale].append(group)
        used.append(group.rule)
        if locales and not any(matches(locale, group.rule.locale) for locale in locales):
            message = f"No article is in the locale '{group.rule.locale}'; its synonyms do nothing."
            remedy = f"There are articles in {', '.join(sorted(locales))}."
            findings.append(_finding(entry, "synonym-locale", message, remedy))
    for of_locale in groups.values():
        findings += _repeated(of_locale)
        findings += _chained(of_locale)
    return tuple(used)


def _group(entry: Entry, rule: SynonymRule, numbers: _Numbers, findings: list[Finding]) -> _Group | None:
    own = _Numbers()  # what other rules say, some of them for other readers, makes no two words of this one the same
    words = _numbered(entry, rule, rule.words, own, findings)
    means = _numbered(entry, rule, rule.means, own, findings)
    if not _pairs(words, means if rule.means else words):
        texts = ", ".join(f"'{text}'" for text in (*rule.words, *rule.means))
        message = f"{texts} are not two words that the search can tell apart; it needs no rule for them."
        findings.append(_finding(entry, "synonym-same", message, "Add another word, or remove the entry."))
        return None
    kept = msgspec.structs.replace(rule, words=tuple(words.values()), means=tuple(means.values()))
    words, means = (_renumbered(found, rule.locale, numbers) for found in (words, means))
    return _Group(entry, kept, {**words, **means}, _pairs(words, means if rule.means else words))


def _pairs(words: Iterable[int], means: Collection[int]) -> frozenset[tuple[int, int]]:
    return frozenset((word, other) for word in words for other in means if word != other)


def _renumbered(found: Mapping[int, str], locale: str, numbers: _Numbers) -> dict[int, str]:
    terms = ((analyse(text, locale), text) for text in found.values())
    return {numbers.of(term): text for term, text in terms if term}


def _numbered(
    entry: Entry, rule: SynonymRule, texts: Iterable[str], numbers: _Numbers, findings: list[Finding]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for text in texts:
        term = analyse(text, rule.locale)
        if term is None:
            message = f"Nothing of '{text}' can be searched for; it is left out."
            findings.append(_finding(entry, "synonym-empty", message, "Write a word with letters or digits.", "error"))
        elif (number := numbers.of(term)) in found:
            message = f"'{found[number]}' and '{text}' are the same to the search; one of them is enough."
            findings.append(_finding(entry, "synonym-same", message, f"Remove '{text}'.", "note"))
        else:
            found[number] = text
    return found


def _repeated(groups: Sequence[_Group]) -> Iterator[Finding]:
    """Find the rules of which another one, used wherever they are, states every pair."""
    stating: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        for pair in group.pairs:
            stating[pair].append(row)
    for row, group in enumerate(groups):
        if not group.pairs:  # other rules make its words one
            continue
        rarest = min((stating[pair] for pair in group.pairs), key=len)
        for other in rarest:
            by = groups[other]
            equal = by.pairs == group.pairs and _covers(group, by)
            if other != row and group.pairs <= by.pairs and _covers(by, group) and (other < row or not equal):
                message = f"{_place(by.entry, group.entry).capitalize()} says so already."
                yield _finding(group.entry, "synonym-repeated", message, "Remove this entry.")
                break


def _chained(groups: Sequence[_Group]) -> Iterator[Finding]:
    """Find the words that one rule leads to and another one starts from: rules are not followed on."""
    first: dict[int, _Group] = {}
    for group in groups:
        shared: dict[str, list[str]] = defaultdict(list)
        for number, text in group.terms.items():
            other = first.setdefault(number, group)
            if other is not group and (_leads_on(number, other, group) or _leads_on(number, group, other)):
                shared[_place(other.entry, group.entry)].append(f"'{text}'")
        for place, texts in shared.items():
            message = (
                f"{', '.join(texts)} {'is' if len(texts) == 1 else 'are'} in {place} too, and the two are not joined."
            )
            remedy = "Make them one if all their words mean each other."
            yield _finding(group.entry, "synonym-chain", message, remedy, "note")


def _leads_on(number: int, one: _Group, other: _Group) -> bool:
    """Tell whether one rule ends at a word from which another starts, to a word that the first does not name."""
    if one.pairs <= other.pairs:
        return False
    ends = any(target == number for _, target in one.pairs)
    return ends and any(word == number and target not in one.terms for word, target in other.pairs)


def _covers(by: _Group, group: _Group) -> bool:
    """Tell whether a rule is used in all views that another one is used in."""
    return by.rule.views is None or (group.rule.views is not None and set(group.rule.views) <= set(by.rule.views))


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────


def _pins(
    entries: Iterable[Entry], articles: Iterable[Article], views: Mapping[str, View], findings: list[Finding]
) -> tuple[Pin, ...]:
    by_id = {article.id: article for article in articles}
    first: dict[str, tuple[Entry, Pin]] = {}
    used: list[Pin] = []
    for entry in entries:
        pin = None if isinstance(entry.rule, SynonymRule) else _in_known_views(entry, entry.rule, views, findings)
        if not pin:
            continue
        findings += _missing(entry, pin, by_id, views)
        ids = tuple(identifier for identifier in pin.articles if identifier in by_id)
        if not ids:
            continue
        used.append(msgspec.structs.replace(pin, articles=ids))
        for query in pin.queries:
            there, earlier = first.setdefault(pin_key(query), (entry, pin))
            if there is not entry and earlier.articles != pin.articles and _meet(earlier.views, pin.views):
                message = f"'{query}' is pinned to other articles in {_place(there, entry)}, which come first."
                findings.append(_finding(entry, "pin-twice", message, "Make one entry of both."))
    return tuple(used)


def _missing(entry: Entry, pin: Pin, by_id: Mapping[str, Article], views: Mapping[str, View]) -> Iterator[Finding]:
    for identifier in pin.articles:
        article = by_id.get(identifier)
        if article is None:
            close = identifier.strip("/").removesuffix(".md")
            remedy = f"Did you mean {close}?" if close in by_id else "Use the id of an article that is indexed."
            message = f"There is no article '{identifier}' to pin; it is left out."
            yield _finding(entry, "pin-unknown-article", message, remedy, "error")
            continue
        showing = {name for name, view in views.items() if visible(article, view)}
        blind = sorted(set(pin.views or ()) - showing)
        if not showing or blind:
            where = f"the view {', '.join(blind)}" if blind else "any view"
            message = f"'{identifier}' is pinned, and not shown in {where}."
            yield _finding(entry, "pin-not-visible", message, "Check its audience and status, and the views here.")


def _meet(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
    return one is None or other is None or not set(one).isdisjoint(other)


def _place(entry: Entry, seen_from: Entry) -> str:
    return f"line {entry.line}" + ("" if entry.path == seen_from.path else f" of {entry.path}")


def _finding(entry: Entry, code: str, message: str, remedy: str, severity: Severity = "warning") -> Finding:
    return Finding(entry.path, code, message, remedy, severity, entry.line)
