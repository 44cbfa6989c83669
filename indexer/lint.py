"""What a careful editor would correct: links that lead nowhere, names given twice, reviews that are overdue.

Pure: whether a file exists is asked of the caller. Everything here is a warning, since the articles are indexed
all the same; what readers of the sources found is passed on. `CODES` explains every code of both.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import unquote

from indexer.anchors import anchor_of
from indexer.fields import FIELDS
from indexer.sources import Page, SourceRead
from indexer.targets import leads_elsewhere, parts_of
from indexer.tree import SUFFIXES
from kb_search.stores.pages import path_from
from kb_search.types import Article, Finding, Link

LONGEST_SUMMARY = 300
"""Characters: what fits below a title in a list of results."""

CODES: Mapping[str, str] = {
    **{f"bad-{name.replace('_', '-')}": f"The value of '{name}' is not one it can have." for name in FIELDS},
    "alias-is-id": "An alias is the id of another article.",
    "bad-curation": "An entry of curation.yaml, or all of the file, cannot be used.",
    "bad-front-matter": "The front matter cannot be read.",
    "bad-row": "A line of corpus.jsonl is not an article.",
    "bad-rows": "So many lines of corpus.jsonl are wrong that not all are listed.",
    "broken-anchor": "A link names a heading that the article does not have.",
    "broken-link": "A link leads to an article file that does not exist.",
    "broken-picture": "A picture's file does not exist.",
    "corpus-ignored": "A corpus.jsonl among articles is not read.",
    "curation-ignored": "A curation file has another name or place than those that are read.",
    "curation-view": "A rule of curation.yaml names a view that does not exist.",
    "dates-reversed": "An article was updated before it was created.",
    "duplicate-alias": "Two articles have the same alias.",
    "duplicate-id": "Two articles have the same id; all but the first are left out.",
    "duplicate-slug": "Two articles in one language have the same slug.",
    "empty-file": "The file is empty.",
    "folder-seen": "A folder was already read under another name.",
    "heading-jump": "A heading is more than one level below the one before it.",
    "link-unpublished": "A published article links to a draft or an archived one.",
    "locale-not-configured": "The locale is not one of sources.locales.",
    "locale-unknown": "Nothing tells the language of the article.",
    "long-article": "The text is too long to be read as Markdown.",
    "long-summary": f"The summary is longer than {LONGEST_SUMMARY} characters.",
    "nested-too-deep": "Blocks are nested so deep that some text is not read.",
    "no-owner": "The article has no owner.",
    "no-text": "The article has no text.",
    "no-title": "The article has no title, in the front matter or as a heading.",
    "no-updated": "The article does not say when it was updated.",
    "not-a-file": "Something other than a file has the name of an article.",
    "not-a-picture": "What an article shows as a picture is none that every browser knows.",
    "not-an-article": "A README, CONTRIBUTING or CHANGELOG without front matter is skipped.",
    "not-utf8": "The file is not UTF-8 text.",
    "null-character": "The file holds a null character.",
    "picture-outside": "A picture is not inside the source folder.",
    "picture-undescribed": "A picture has no alternative text.",
    "pin-not-visible": "An article is pinned where it is not shown.",
    "pin-twice": "Two entries of curation.yaml pin other articles for one query.",
    "pin-unknown-article": "A pinned article does not exist.",
    "review-overdue": "The review date has passed.",
    "synonym-chain": "A word is in two groups of synonyms, which are not joined.",
    "synonym-empty": "A synonym has nothing in it that can be searched for.",
    "synonym-locale": "No article is in the locale of some synonyms.",
    "synonym-repeated": "Another entry says the same of all words of a group.",
    "synonym-same": "Words of a group are the same to the search.",
    "too-large": "The file is larger than sources.max_file_mb.",
    "translation-circle": "Articles are translations of each other in a circle.",
    "translation-missing": "The original of a translation is missing.",
    "translation-twice": "A group of translations has two articles in one language.",
    "unclosed-html": "A comment or script without an end hides text.",
    "unknown-curation-key": "A key at the top of curation.yaml is not known.",
    "unknown-key": "A front-matter key is not a field.",
    "unreadable": "A file or folder cannot be read.",
}
"""Every code a finding can have, and what it means."""


def lint(read: SourceRead, exists: Callable[[str], bool], today: date | None = None) -> list[Finding]:
    """Give all findings about what was read, in order of file and line.

    `exists` tells whether there is a file of this path inside a source folder. Without `today`, no review is overdue.
    """
    findings = [*read.findings, *_names(read), *_translations(read), *_unattended(read)]
    by_id = {article.id: article for article in read.articles}
    by_file = {page.file: (by_id[identifier], page) for identifier, page in read.pages.items()}
    for article, page in by_file.values():
        findings += _text_findings(article, page)
        findings += _date_findings(article, page, today)
        for link in article.links:
            findings += _link_findings(article, page, link, by_file, exists)
    return sorted(findings, key=lambda finding: (finding.path, finding.line or 0, finding.code, finding.message))


def _text_findings(article: Article, page: Page) -> Iterator[Finding]:
    if article.summary and len(article.summary) > LONGEST_SUMMARY:
        message = f"The summary has {len(article.summary)} characters; about {LONGEST_SUMMARY} are shown."
        yield _warning(page.file, "long-summary", message, "Say in one or two sentences what the reader will get.")
    if page.undescribed:
        count = len(page.undescribed)
        pictures = "A picture has" if count == 1 else f"{count} pictures have"
        message = f"{pictures} no alternative text; nobody can search for what only a picture shows."
        yield _warning(
            page.file, "picture-undescribed", message, "Describe it: ![what it shows](file)", page.undescribed[0]
        )
    above = 1
    for heading in page.headings:
        if heading.level > above + 1:
            message = f"A heading of level {heading.level} follows one of level {above}."
            yield _warning(page.file, "heading-jump", message, f"Use {'#' * (above + 1)} there.", heading.line)
            break
        above = heading.level


def _date_findings(article: Article, page: Page, today: date | None) -> Iterator[Finding]:
    if article.created and article.updated and article.updated < article.created:
        message = f"The article was updated on {article.updated}, before it was created on {article.created}."
        yield _warning(page.file, "dates-reversed", message, "Correct one of the dates.")
    if today and article.review_by and article.review_by < today.isoformat() and article.status != "archived":
        message = f"The review was due on {article.review_by}."
        yield _warning(page.file, "review-overdue", message, "Review the article, then set a new review_by.")


def _link_findings(
    article: Article,
    page: Page,
    link: Link,
    by_file: Mapping[str, tuple[Article, Page]],
    exists: Callable[[str], bool],
) -> Iterator[Finding]:
    path, fragment = parts_of(link)
    if link.image or leads_elsewhere(link) or (path and not path.lower().endswith(SUFFIXES)):
        return
    target: tuple[Article, Page] | None = (article, page)
    if path:
        target = by_file.get(path_from(page.file, path))
        if target is None and not (_can_be_a_file(path) and exists(path_from(article.source, path))):
            message = f"'{link.target[:200]}' does not exist."
            yield _warning(page.file, "broken-link", message, "Correct the path, which starts at this file.", link.line)
    if target is None:
        return
    if fragment and not _has_anchor(target[1], fragment):
        yield _broken_anchor(page, link, fragment, target[1])
    if article.status == "published" and target[0].status != "published":
        message = f"'{link.target[:200]}' is {target[0].status}: readers of this article cannot open it."
        yield _warning(page.file, "link-unpublished", message, "Remove the link, or publish its target.", link.line)


def _can_be_a_file(path: str) -> bool:
    """Tell whether the operating system may be asked for this path at all."""
    return "\x00" not in path and len(path) < 2000 and all(len(part.encode()) <= 255 for part in path.split("/"))


def _has_anchor(page: Page, fragment: str) -> bool:
    wanted = anchor_of(fragment)
    return wanted == "top" or wanted in page.anchors or any(wanted == heading.anchor for heading in page.headings)


def _broken_anchor(page: Page, link: Link, fragment: str, target: Page) -> Finding:
    known = [*(heading.anchor for heading in target.headings), *target.anchors]
    close = difflib.get_close_matches(unquote(fragment).lower()[:200], known, n=1)
    remedy = f"Did you mean #{close[0]}?" if close else "Use the anchor of one of its headings."
    return _warning(page.file, "broken-anchor", f"No heading has the anchor '#{fragment[:200]}'.", remedy, link.line)


def _names(read: SourceRead) -> Iterator[Finding]:
    slugs: dict[tuple[str, str], list[str]] = defaultdict(list)
    aliases: dict[str, list[str]] = defaultdict(list)
    ids = {article.id: article for article in read.articles}
    for article in read.articles:
        if article.slug:
            slugs[article.locale, article.slug].append(_file(read, article))
        for alias in article.aliases:
            aliases[alias].append(_file(read, article))
            owner = ids.get(alias.strip("/"))
            if owner and owner is not article:
                message = f"The alias '{alias}' is the id of {_file(read, owner)}."
                yield _warning(
                    _file(read, article), "alias-is-id", message, "Remove the alias, or rename that article."
                )
    for (_, slug), files in slugs.items():
        yield from _shared("slug", slug, files)
    for alias, files in aliases.items():
        yield from _shared("alias", alias, files)


def _shared(what: str, value: str, files: list[str]) -> Iterator[Finding]:
    first, *others = sorted(files)
    for file in others:
        message = f"The {what} '{value}' is that of {first} too."
        yield _warning(file, f"duplicate-{what}", message, "Readers would land on either; keep one.")


def _translations(read: SourceRead) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Article]] = defaultdict(list)
    originals = {article.id: article.translation_of for article in read.articles}
    for article in read.articles:
        groups[_original(article.id, originals), article.locale].append(article)
    for (original, locale), members in groups.items():
        for article in members[1:]:
            message = f"'{members[0].id}' and '{article.id}' are both '{original}' in {locale}."
            remedy = "Only one of them is shown; correct locale or translation_of."
            yield _warning(_file(read, article), "translation-twice", message, remedy)


def _original(identifier: str, originals: Mapping[str, str | None]) -> str:
    """Follow translations of translations to the end, in a circle to its smallest id."""
    seen: list[str] = []
    while (target := originals.get(identifier)) and identifier not in seen:
        seen.append(identifier)
        identifier = target
    return min(seen[seen.index(identifier) :]) if identifier in seen else identifier


def _unattended(read: SourceRead) -> Iterator[Finding]:
    """Name the articles that lack what maintenance rests on, in one finding where none has it."""
    live = [article for article in read.articles if article.id in read.pages and article.status != "archived"]
    yield from _lacking("owner", "no-owner", [article for article in live if not article.owner], live, read)
    yield from _lacking("updated", "no-updated", [article for article in live if not article.updated], live, read)


def _lacking(name: str, code: str, lacking: list[Article], live: list[Article], read: SourceRead) -> Iterator[Finding]:
    remedies = {"owner": "Name who answers for it: owner: …", "updated": "Give the date: updated: 2026-01-31"}
    files = sorted(read.pages[article.id].file for article in lacking)
    message = f"'{name}' is missing."
    if len(lacking) == len(live) > 1:
        files = files[:1]
        message = f"None of the {len(live):,} articles has '{name}'."
    for file in files:
        yield _warning(file, code, message, remedies[name])


def _file(read: SourceRead, article: Article) -> str:
    return read.pages[article.id].file if article.id in read.pages else article.source


def _warning(path: str, code: str, message: str, remedy: str, line: int | None = None) -> Finding:
    return Finding(path, code, message, remedy, "warning", line)
