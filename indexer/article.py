"""One text → one article, checked and completed with the defaults, and what is wrong with it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.admonitions import labels_for
from indexer.fields import DECISIVE
from indexer.frontmatter import FrontMatterError, parse_front_matter, split_front_matter
from indexer.locale_of import is_configured, locale_from_path
from indexer.markdown import LONGEST_TEXT, ParsedMarkdown, parse_markdown
from kb_search.errors import ConfigError
from kb_search.stores.pages import encode_page
from kb_search.text.locales import canonical
from kb_search.text.normalize import normalize
from kb_search.types import Article, Finding, Link, Section

_LONGEST_ID = 500
_UNUSABLE_IN_ID = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff#?%\\<>\"{}|^`]|[^\S ]")
_IDENTIFIED_BY = 20_000
_BLOCKING = frozenset(f"bad-{name}" for name in DECISIVE)


@dataclass(frozen=True, slots=True)
class ReadDefaults:
    """What the settings add to an article: its locale, who may see it, and which audiences exist.

    `identify` names the locale of a text, None if it cannot tell.
    """

    locales: tuple[str, ...]
    audience: tuple[str, ...]
    audiences: frozenset[str]
    identify: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds besides its fields. `id`, `title` and `locale` are those it has where no field names one."""

    id: str
    title: str
    sections: tuple[Section, ...]
    markdown: str
    source: str
    digest: str
    locale: str | None = None
    links: tuple[Link, ...] = ()
    pictures: tuple[Link, ...] = ()
    page: bytes = b""
    contents: tuple[tuple[int, str, str], ...] = ()
    line: int | None = None


def read_article(text: str, path: str, defaults: ReadDefaults) -> tuple[Article | None, list[Finding]]:
    """Read the article in `text`; None if something is wrong that leaves it out.

    `path` is that of the file inside its source folder, with slashes.
    """
    article, findings, _ = read_page(text, path, defaults)
    return article, findings


def read_page(
    text: str, path: str, defaults: ReadDefaults
) -> tuple[Article | None, list[Finding], ParsedMarkdown | None]:
    """Read an article as `read_article` does, and keep what its Markdown holds for a linter."""
    if not text.strip("\ufeff \t\r\n"):
        return None, [Finding(path, "empty-file", "The file is empty.", "Write the article, or delete the file.")], None
    if "\x00" in text:
        message = f"The file holds a null character, the first after {text.index(chr(0)):,} characters."
        return None, [Finding(path, "null-character", message, "Save the file as UTF-8 text.")], None
    try:
        yaml_text, body, first_line = split_front_matter(text)
        fields, findings = parse_front_matter(yaml_text or "", path)
    except FrontMatterError as error:
        return None, [Finding(path, "bad-front-matter", error.message, error.remedy, "error", error.line)], None
    assumed = labels_for(fields.get("locale") or locale_from_path(path, defaults.locales))
    parsed = parse_markdown(body, first_line, fields.get("title"), assumed)
    article, wrong = make_article(fields, _content(text, path, body, parsed, defaults), defaults)
    labels = labels_for(article.locale) if article else assumed
    if parsed.labelled and labels != assumed:  # its language was known only when it had been read
        parsed = parse_markdown(body, first_line, fields.get("title"), labels)
        known = {**fields, "locale": article.locale} if article else fields
        article, _ = make_article(known, _content(text, path, body, parsed, defaults), defaults)
    if blocks(findings):
        article = None
    warnings = _warnings(parsed, path, "title" in fields) if article else []
    return article, [*findings, *wrong, *warnings], parsed


def _content(text: str, path: str, body: str, parsed: ParsedMarkdown, defaults: ReadDefaults) -> Content:
    name = path.rpartition("/")[2]
    return Content(
        id=normalize(path[: -len(name)] + name.rpartition(".")[0]),
        title=parsed.title or normalize(name.rpartition(".")[0]) or name,
        sections=parsed.sections,
        markdown=body,
        source=path,
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        locale=locale_from_path(path, defaults.locales),
        links=parsed.links,
        pictures=parsed.pictures,
        page=encode_page(parsed.page),
        contents=parsed.contents,
    )


def make_article(
    fields: Mapping[str, Any], content: Content, defaults: ReadDefaults
) -> tuple[Article | None, list[Finding]]:
    """Join checked fields and content to an article; None if its id, audience or locale cannot be used."""
    identifier = fields.get("id", content.id)
    title = fields.get("title", content.title)
    audience, audience_wrong = _audience(fields, content, defaults)
    locale, locale_wrong = _locale(fields, content, title, defaults)
    findings = [*_check_id(identifier, content), *audience_wrong, *locale_wrong]
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    known = {**fields, "id": identifier, "title": title, "audience": audience, "locale": locale}
    return Article(
        **known,
        sections=content.sections,
        links=content.links,
        pictures=content.pictures,
        markdown=content.markdown,
        page=content.page,
        contents=content.contents,
        source=content.source,
        digest=content.digest,
    ), findings


def blocks(findings: Sequence[Finding]) -> bool:
    """Tell whether fields are so wrong that their article is left out, not only the value."""
    return any(finding.code in _BLOCKING for finding in findings)


def _check_id(identifier: str, content: Content) -> list[Finding]:
    unusable = _UNUSABLE_IN_ID.search(identifier)
    if unusable:
        reason = f"holds {unusable[0]!r}"
    elif identifier.endswith("/similar"):
        reason = "ends in /similar, which is the address of its similar articles"
    elif any(part in ("", ".", "..") for part in identifier.split("/")):
        reason = "has an empty part, or one that is '.' or '..'"
    elif len(identifier) > _LONGEST_ID:
        reason = f"is longer than {_LONGEST_ID} characters"
    else:
        return []
    message = f"The id '{identifier[:80]}' {reason}; the article is left out."
    remedy = "Give it an id of letters, digits, '-', '_', '.' and '/' in the front matter."
    return [Finding(content.source, "bad-id", message, remedy, "error", content.line)]


def _audience(
    fields: Mapping[str, Any], content: Content, defaults: ReadDefaults
) -> tuple[tuple[str, ...], list[Finding]]:
    spelling = {audience.lower(): audience for audience in sorted(defaults.audiences)}
    chosen: tuple[str, ...] = fields.get("audience", defaults.audience)
    unknown = [name for name in chosen if name not in defaults.audiences and name.lower() not in spelling]
    if unknown and "audience" in fields:
        message = f"'audience' is '{unknown[0]}', which no view knows; the article is left out."
        remedy = f"Choose from {', '.join(sorted(defaults.audiences))}, or add it to a view under [views]."
        return (), [Finding(content.source, "bad-audience", message, remedy, "error", content.line)]
    named = (name if name in defaults.audiences else spelling.get(name.lower(), name) for name in chosen)
    return tuple(dict.fromkeys(named)), []


def _locale(
    fields: Mapping[str, Any], content: Content, title: str, defaults: ReadDefaults
) -> tuple[str, list[Finding]]:
    written = fields.get("locale")
    if written is None:
        found = content.locale or defaults.identify(_sample(title, content))
        message = f"There are no words to tell the language by; it is taken as {defaults.locales[0]}."
        unknown = Finding(
            content.source, "locale-unknown", message, "Write the locale: field.", "warning", content.line
        )
        return (found, []) if found else (defaults.locales[0], [unknown])
    try:
        locale = canonical(written)
    except ConfigError:
        message = f"'locale' is '{written[:60]}', which is not a locale; the article is left out."
        remedy = "Write a language code, with a region if needed: en, fr-CA."
        return "", [Finding(content.source, "bad-locale", message, remedy, "error", content.line)]
    if is_configured(locale, defaults.locales):
        return locale, []
    message = f"The locale '{locale}' is not one of {', '.join(defaults.locales)}."
    remedy = "Add it to sources.locales, so that its readers are recognised."
    return locale, [Finding(content.source, "locale-not-configured", message, remedy, "warning", content.line)]


def _sample(title: str, content: Content) -> str:
    return "\n".join([title, *(section.text for section in content.sections)])[:_IDENTIFIED_BY]


def _warnings(parsed: ParsedMarkdown, path: str, titled: bool) -> list[Finding]:
    def warning(code: str, message: str, remedy: str, line: int | None = None) -> Finding:
        return Finding(path, code, message, remedy, "warning", line)

    findings: list[Finding] = []
    if not titled and parsed.title is None:
        findings.append(
            warning("no-title", "The article has no title; its file name is shown.", "Write title: or # Title.")
        )
    if not any(section.text for section in parsed.sections):
        findings.append(warning("no-text", "The article has a title but no text.", "Write it, or mark it as a draft."))
    if parsed.cut:
        message = "Blocks are nested so deep that the innermost text is not read."
        findings.append(warning("nested-too-deep", message, "Use fewer levels of lists and quotations.", parsed.cut))
    if parsed.unclosed:
        message = "A comment or script has no end and hides the text after it."
        findings.append(warning("unclosed-html", message, "Close it with --> or its end tag.", parsed.unclosed))
    if parsed.simplified:
        message = f"The text is longer than {LONGEST_TEXT:,} characters; it is read without interpreting the Markdown."
        findings.append(warning("long-article", message, "Split it into articles that each answer one question."))
    return findings
