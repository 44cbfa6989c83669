from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.frontmatter import FrontMatterError, parse_front_matter, split_front_matter
from kb_search.types import Finding


def fields(yaml_text: str) -> dict[str, Any]:
    """The fields of front matter in which nothing is wrong."""
    read, findings = parse_front_matter(yaml_text, "a.md")
    assert findings == []
    return read


def only_finding(yaml_text: str) -> Finding:
    _, findings = parse_front_matter(yaml_text, "a.md")
    assert len(findings) == 1
    return findings[0]


def error(text: str) -> FrontMatterError:
    with pytest.raises(FrontMatterError) as caught:
        yaml_text, _, _ = split_front_matter(text)
        parse_front_matter(yaml_text or "", "a.md")
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: A\n---\nBody\n", ("title: A\n", "Body\n", 4)),
        ("\ufeff---\ntitle: A\n---\nBody", ("title: A\n", "Body", 4)),
        ("---\r\ntitle: A\r\n...\r\nBody", ("title: A\r\n", "Body", 4)),
        ("--- \ntitle: A\n---", ("title: A\n", "", 3)),
        ("---\n---\nBody", ("", "Body", 3)),
        ("Body\n---\n", (None, "Body\n---\n", 1)),
        ("\ufeffBody", (None, "Body", 1)),
        ("----\nBody", (None, "----\nBody", 1)),
        ("\n---\ntitle: A\n---\n", (None, "\n---\ntitle: A\n---\n", 1)),
        ("---\ntitle: A ---\n--- x\n---\nBody", ("title: A ---\n--- x\n", "Body", 5)),
    ],
)
def test_front_matter_is_split_from_the_body(text: str, expected: tuple[str | None, str, int]) -> None:
    assert split_front_matter(text) == expected


def test_scalars_stay_the_text_that_was_typed() -> None:
    read = fields("locale: no\ntitle: 2024\nversion: 1.10\non: yes\nnumber: 0123\nhex: 0x1F\nwhen: 2026-01-05\n")
    assert read == {
        "locale": "no",
        "title": "2024",
        "extra": {"version": "1.10", "on": "yes", "number": "0123", "hex": "0x1F", "when": "2026-01-05"},
    }


def test_every_field_is_read() -> None:
    read = fields(
        """
id: en/reset
title: "Reset: a  password"
slug: reset
summary: |
  How to.
  In short.
tags: [login, billing]
category: Sign-in
lang: en
translation_of: fr/reset
audience: public, agent
status: Draft
confidence: validated
governance: experienced
owner: Ada
area: accounts
created: 2026-1-5
updated: 2026-06-30T10:15:00Z
review_by: "2027-01-05 08:00"
aliases: /old/one
keywords: locked out, can't get in
pinned_for:
  - password, lost
  - şifre
canonical: https://example.org/reset
"""
    )
    assert read == {
        "id": "en/reset",
        "title": "Reset: a password",
        "slug": "reset",
        "summary": "How to.\nIn short.",
        "tags": ("login", "billing"),
        "category": "Sign-in",
        "locale": "en",
        "translation_of": "fr/reset",
        "audience": ("public", "agent"),
        "status": "draft",
        "confidence": "validated",
        "governance": "experienced",
        "owner": "Ada",
        "area": "accounts",
        "created": "2026-01-05",
        "updated": "2026-06-30",
        "review_by": "2027-01-05",
        "aliases": ("/old/one",),
        "keywords": ("locked out", "can't get in"),
        "pinned_for": ("password, lost", "şifre"),
        "canonical": "https://example.org/reset",
        "extra": {},
    }


def test_capitals_and_dashes_in_a_key_are_understood() -> None:
    assert fields("Audience: public\nreview-by: 2026-01-01\n") == {
        "audience": ("public",),
        "review_by": "2026-01-01",
        "extra": {},
    }


def test_nothing_and_null_are_absent_but_quoted_null_is_text() -> None:
    read = fields("owner:\nsummary: ~\nslug: null\narea: ''\ncategory: 'null'\n")
    assert read == {"category": "null", "extra": {}}


def test_unknown_keys_are_kept_as_they_are_and_fit_in_json() -> None:
    read = fields("page: {views: 12, tags: [a, ~]}\nlist: [[1], {b: yes}]\n")
    assert read == {"extra": {"page": {"views": "12", "tags": ["a", None]}, "list": [["1"], {"b": "yes"}]}}
    assert json.loads(json.dumps(read["extra"])) == read["extra"]


@pytest.mark.parametrize(
    ("yaml_text", "code", "message", "remedy"),
    [
        (
            "title: A\nstatus: publish\n",
            "bad-status",
            "'status' is 'publish'; the article is left out.",
            "Choose from draft, published, archived.",
        ),
        (
            "title: A\nconfidence: high\n",
            "bad-confidence",
            "'confidence' is 'high'; the value is left out.",
            "Choose from wip, not_validated, validated.",
        ),
        (
            "title: A\nreview_by: 31/01/2026\n",
            "bad-review-by",
            "'review_by' is '31/01/2026', which is not a date; the value is left out.",
            "Write year-month-day: 2026-01-31.",
        ),
        (
            "title: A\ncreated: 2026-02-30\n",
            "bad-created",
            "'created' is '2026-02-30', which is not a date; the value is left out.",
            "Write year-month-day: 2026-01-31.",
        ),
        (
            "title: A\nowner: [Ada, Bob]\n",
            "bad-owner",
            "'owner' is a list, not text; the value is left out.",
            "Write one value on the line of the key.",
        ),
        (
            "title: A\ntags: [[a]]\n",
            "bad-tags",
            "'tags' is a list, not text; the value is left out.",
            "Write one value on the line of the key.",
        ),
        (
            "title: A\naudience: []\n",
            "bad-audience",
            "'audience' is an empty list; the article is left out.",
            "Name who may read the article, or remove the key.",
        ),
        (
            "lang: en\nlocale: fr\n",
            "bad-locale",
            "The field 'locale' is given twice; the article is left out.",
            "Keep one of them.",
        ),
        (
            "title: A\naudiences: agent\n",
            "bad-audience",
            "The key 'audiences' looks like 'audience' misspelt; the article is left out.",
            "Write audience, or rename the key.",
        ),
    ],
)
def test_a_wrong_value_is_reported_with_what_is_allowed(yaml_text: str, code: str, message: str, remedy: str) -> None:
    assert only_finding(yaml_text) == Finding("a.md", code, message, remedy, "error", 3)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("---\ntitle: A\n", "The front matter has no end.", 1),
        (
            "---\ntitle: Error: disk full\n---\n",
            "The front matter is not valid YAML at line 2, column 13: mapping values are not allowed in this context.",
            2,
        ),
        ("---\ntitle: A\nslug: a\ntitle: B\n---\n", "The key 'title' is given twice.", 4),
        ("---\nx: {a: 1, a: 2}\n---\n", "The key 'a' is given twice.", 2),
        ("---\na: &a [x]\nb: *a\n---\n", "The front matter uses a YAML alias (*).", 3),
        ("---\n? [a]\n: b\n---\n", "A key of the front matter is not text.", 2),
        ("---\n- a\n---\n", "The front matter is not a list of 'key: value' lines.", 2),
        ("---\nJust a sentence between rules.\n---\n", "The front matter is not a list of 'key: value' lines.", 2),
        ("---\na: 1\n--- b\n---\n", "The front matter holds a second document.", 3),
        ("---\na: [[[[[[[[x]]]]]]]]\n---\n", "The front matter is nested more than 8 deep.", 2),
    ],
)
def test_broken_front_matter_says_what_and_where(text: str, message: str, line: int) -> None:
    caught = error(text)
    assert (caught.message, caught.line) == (message, line)
    assert str(caught) == f"{caught.message} {caught.remedy}"


def test_a_control_character_is_named() -> None:
    caught = error("---\ntitle: A\x07\n---\n")
    assert "#x0007" in caught.message
    assert caught.remedy == "Remove the control character."


@pytest.mark.parametrize("bomb", ["a: " + "[" * 60_000, "a: " + "{a: " * 15_000, "- " * 30_000, "? " * 30_000])
def test_deep_nesting_is_refused_at_once(bomb: str) -> None:
    started = time.perf_counter()
    error(f"---\n{bomb}\n---\n")
    assert time.perf_counter() - started < 2


def test_front_matter_as_long_as_a_book_is_refused() -> None:
    caught = error("---\ntitle: " + "x" * 70_000 + "\n---\n")
    assert caught.message == "The front matter is longer than 64,000 characters."


@given(st.text("a: -[]{}&*!|>'\"%@`#,?\n\t~é\x00\ufeff", max_size=60))
def test_any_text_is_read_or_refused(yaml_text: str) -> None:
    try:
        read, _ = parse_front_matter(yaml_text, "a.md")
    except FrontMatterError as refused:
        assert refused.line >= 1
    else:
        json.dumps(read["extra"])


@given(st.text("---\n\r. x\ufeff", max_size=40))
def test_splitting_loses_nothing(text: str) -> None:
    try:
        yaml_text, body, line = split_front_matter(text)
    except FrontMatterError:
        return
    assert text.endswith(body)
    if yaml_text is None:
        assert (text.removeprefix("\ufeff"), line) == (body, 1)
