from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.article import ReadDefaults, read_article
from kb_search.stores.pages import EndMark, LinkMark, Page, encode_page
from kb_search.types import Article, Finding, Link, Section


def read(text: str, path: str, defaults: ReadDefaults) -> Article:
    """An article in which nothing is wrong."""
    article, findings = read_article(text, path, defaults)
    assert findings == []
    assert article is not None
    return article


def refusal(text: str, path: str, defaults: ReadDefaults) -> Finding:
    article, findings = read_article(text, path, defaults)
    assert article is None
    (finding,) = findings
    assert finding.severity == "error"
    return finding


def warning(text: str, path: str, defaults: ReadDefaults) -> tuple[str, int | None]:
    article, findings = read_article(text, path, defaults)
    assert article is not None
    (finding,) = findings
    assert finding.severity == "warning"
    return finding.code, finding.line


def test_an_article_is_read_whole(defaults: ReadDefaults) -> None:
    text = """---
title: Reset your password
locale: en
audience: public
updated: 2026-06-30
team: accounts
---

# Reset your password

Open [settings](settings.md).

## By phone

Call us.
"""
    assert read(text, "en/reset.md", defaults) == Article(
        id="en/reset",
        title="Reset your password",
        locale="en",
        audience=("public",),
        status="published",
        sections=(
            Section((), "", "Open settings.", 11),
            Section(("By phone",), "by-phone", "Call us.", 13),
        ),
        updated="2026-06-30",
        extra={"team": "accounts"},
        links=(Link("settings.md", 11, text="settings"),),
        markdown="\n# Reset your password\n\nOpen [settings](settings.md).\n\n## By phone\n\nCall us.\n",
        page=encode_page(
            Page(
                ("<p>Open ", "settings", '.</p>\n<h2 id="by-phone">By phone</h2>\n<p>Call us.</p>\n'),
                (LinkMark("settings.md"), EndMark(0)),
            )
        ),
        contents=((2, "By phone", "by-phone"),),
        source="en/reset.md",
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def test_without_front_matter_the_first_heading_is_the_title(defaults: ReadDefaults) -> None:
    article = read("# Hello  *there*\n\nText.", "fr/a/hello.fr.md", defaults)
    assert (article.title, article.id, article.locale) == ("Hello there", "fr/a/hello.fr", "fr")


def test_without_any_title_the_file_name_is_shown(defaults: ReadDefaults) -> None:
    assert warning("Text only.", "en/reset-password.md", defaults) == ("no-title", None)
    article, _ = read_article("Text only.", "en/reset-password.md", defaults)
    assert article is not None
    assert article.title == "reset-password"


def test_an_article_is_never_public_by_accident(defaults: ReadDefaults) -> None:
    assert read("# T\n\nx", "en/a.md", defaults).audience == ("internal",)
    assert read("---\naudience:\n---\n# T\n\nx", "en/a.md", defaults).audience == ("internal",)


def test_the_configured_audience_is_the_default(defaults: ReadDefaults) -> None:
    public = replace(defaults, audience=("public",))
    assert read("# T\n\nx", "en/a.md", public).audience == ("public",)
    assert read("---\naudience: [Agent, agent]\n---\n# T\n\nx", "en/a.md", public).audience == ("agent",)


@pytest.mark.parametrize(
    ("front_matter", "message", "remedy"),
    [
        (
            "audience: partners",
            "'audience' is 'partners', which no view knows; the article is left out.",
            "Choose from agent, internal, public, or add it to a view under [views].",
        ),
        (
            "audience: [public, partners]",
            "'audience' is 'partners', which no view knows; the article is left out.",
            "Choose from agent, internal, public, or add it to a view under [views].",
        ),
        (
            "audiance: agent",
            "The key 'audiance' looks like 'audience' misspelt; the article is left out.",
            "Write audience, or rename the key.",
        ),
        (
            "status: publish",
            "'status' is 'publish'; the article is left out.",
            "Choose from draft, published, archived.",
        ),
        (
            "locale: english!",
            "'locale' is 'english!', which is not a locale; the article is left out.",
            "Write a language code, with a region if needed: en, fr-CA.",
        ),
    ],
)
def test_who_may_read_what_is_never_guessed(
    front_matter: str, message: str, remedy: str, defaults: ReadDefaults
) -> None:
    public = replace(defaults, audience=("public",))
    finding = refusal(f"---\n{front_matter}\n---\n# T\n\nText.", "en/a.md", public)
    assert (finding.message, finding.remedy) == (message, remedy)


def test_a_wrong_date_costs_only_the_date(defaults: ReadDefaults) -> None:
    article, findings = read_article("---\nupdated: soon\n---\n# T\n\nText.", "en/a.md", defaults)
    assert article is not None
    assert article.updated is None
    assert [(finding.code, finding.severity, finding.line) for finding in findings] == [("bad-updated", "error", 2)]


@pytest.mark.parametrize(
    ("path", "front_matter", "text", "locale"),
    [
        ("tr/a.md", "locale: FR_ca", "x", "fr-CA"),
        ("tr/a.md", "lang: en", "x", "en"),
        ("tr/a.md", "title: T", "bonjour", "tr"),
        ("a.tr-TR.md", "title: T", "bonjour", "tr-TR"),
        ("hr/a.md", "title: T", "Bonjour", "fr"),
        ("a.md", "title: Bonjour", "x", "fr"),
    ],
)
def test_the_locale_is_written_or_in_the_path_or_in_the_text(
    path: str, front_matter: str, text: str, locale: str, defaults: ReadDefaults
) -> None:
    assert read(f"---\n{front_matter}\n---\n# T\n\n{text}", path, defaults).locale == locale


def test_a_locale_nobody_configured_is_accepted_with_a_warning(defaults: ReadDefaults) -> None:
    text = "---\nlocale: 'no'\n---\n# T\n\nTekst."
    assert warning(text, "a.md", defaults) == ("locale-not-configured", None)
    article, _ = read_article(text, "a.md", defaults)
    assert article is not None
    assert article.locale == "no"


def test_a_text_that_tells_no_language_gets_the_first_locale_with_a_warning(defaults: ReadDefaults) -> None:
    article, findings = read_article("# 404\n\n1 2 3", "a.md", defaults)
    assert article is not None
    assert article.locale == "en"
    assert [(finding.code, finding.message) for finding in findings] == [
        ("locale-unknown", "There are no words to tell the language by; it is taken as en.")
    ]


@pytest.mark.parametrize(
    ("path", "front_matter", "message"),
    [
        (
            "en/a.md",
            "id: a/similar",
            "The id 'a/similar' ends in /similar, which is the address of its similar articles",
        ),
        ("en/a.md", "id: a#b", "The id 'a#b' holds '#'"),
        ("en/a.md", "id: a//b", "The id 'a//b' has an empty part, or one that is '.' or '..'"),
        ("en/a.md", "id: ../b", "The id '../b' has an empty part, or one that is '.' or '..'"),
        ("en/a.md", "id: /b", "The id '/b' has an empty part, or one that is '.' or '..'"),
        ("en/50% off?.md", "title: T", "The id 'en/50% off?' holds '%'"),
        ("en/x/similar.md", "title: T", "The id 'en/x/similar' ends in /similar"),
        ("en/a.md", f"id: {'x' * 501}", f"The id '{'x' * 80}' is longer than 500 characters"),
    ],
)
def test_an_id_that_breaks_addresses_is_refused(
    path: str, front_matter: str, message: str, defaults: ReadDefaults
) -> None:
    finding = refusal(f"---\n{front_matter}\n---\n# T\n\nText.", path, defaults)
    assert finding.code == "bad-id"
    assert finding.message.startswith(message)
    assert finding.remedy == "Give it an id of letters, digits, '-', '_', '.' and '/' in the front matter."


def test_an_id_from_a_path_is_spelt_the_same_on_every_system(defaults: ReadDefaults) -> None:
    assert read("# T\n\nx", "en/cafe\u0301 au lait.md", defaults).id == "en/café au lait"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "empty-file", "The file is empty."),
        ("\ufeff \r\n", "empty-file", "The file is empty."),
        ("# T\n\na\x00b", "null-character", "The file holds a null character, the first after 6 characters."),
        ("---\ntitle: T\n", "bad-front-matter", "The front matter has no end."),
    ],
)
def test_a_text_that_is_no_article_is_refused(text: str, code: str, message: str, defaults: ReadDefaults) -> None:
    finding = refusal(text, "en/a.md", defaults)
    assert (finding.path, finding.code, finding.message) == ("en/a.md", code, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: T\n---\n", ("no-text", None)),
        ("# T\n\nx\n\n" + "> " * 100 + "y", ("nested-too-deep", 5)),
        ("# T\n\nx\n\n<!-- y", ("unclosed-html", 5)),
        ("# T\n\n" + "word " * 70_000, ("long-article", None)),
    ],
)
def test_what_is_not_read_is_said(text: str, expected: tuple[str, int | None], defaults: ReadDefaults) -> None:
    assert warning(text, "en/a.md", defaults) == expected


@given(st.text(), st.text("abc/.# é", min_size=1, max_size=10))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_reported(defaults: ReadDefaults, text: str, name: str) -> None:
    article, findings = read_article(text, f"{name}.md", defaults)
    assert article is not None or any(finding.severity == "error" for finding in findings)
