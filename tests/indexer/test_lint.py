from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from indexer import lint as lint_module
from indexer.lint import CODES, lint
from indexer.sources import read_sources
from kb_search.config import Settings
from kb_search.types import Finding
from tests.indexer.conftest import Write
from tests.pictures import PNG

TODAY = date(2026, 7, 1)
HEAD = "title: T\nlocale: en\nowner: Ada\nupdated: 2026-01-05\n"


def findings(folder: Path) -> list[Finding]:
    return lint(read_sources([folder], Settings()), lambda path: (folder / path).exists(), TODAY)


def found(folder: Path) -> list[tuple[str, str, int | None]]:
    return [(Path(f.path).relative_to(folder).as_posix(), f.code, f.line) for f in findings(folder)]


def article(fields: str = "", body: str = "Text.") -> str:
    return f"---\n{HEAD}{fields}---\n{body}\n"


def test_a_tidy_knowledge_base_has_no_findings(write: Write) -> None:
    write(
        "fr/b.md", article("review_by: 2026-07-01\naliases: [/old/b]\ncreated: 2025-01-01\n", "## İade {#iade-et}\n\nx")
    )
    write("images/my menu.png", PNG)
    folder = write(
        "en/a.md",
        article(
            "slug: a\n",
            """# T

[b](../fr/b.md#iade-et), [here](#how-to), [html](#old), [top](#top), [up](../en/a.md?plain=1), [site](/pricing),
[web](https://example.org/x.md), [mail](mailto:a@example.org), [file](manual.pdf), [page](other-page), [x](#)

<a id="old"></a>![The menu](../images/my%20menu.png)

## How to

### Deeper

x
""",
        ),
    )
    assert findings(folder) == []


def test_links_that_lead_nowhere_are_found(write: Write) -> None:
    write("b.md", article(body="## Real heading\n\nx"))
    folder = write(
        "a.md", article(body="[1](gone.md)\n[2](b.md#reel-heading)\n[3](#nothing)\n\n![4](gone.png)\n\n[5](%00.md)")
    )
    assert [(f.line, f.code, f.message, f.remedy) for f in findings(folder)] == [
        (7, "broken-link", "'gone.md' does not exist.", "Correct the path, which starts at this file."),
        (8, "broken-anchor", "No heading has the anchor '#reel-heading'.", "Did you mean #real-heading?"),
        (9, "broken-anchor", "No heading has the anchor '#nothing'.", "Use the anchor of one of its headings."),
        (11, "broken-picture", "'gone.png' does not exist.", "Correct the path, which starts at this file."),
        (13, "broken-link", "'%00.md' does not exist.", "Correct the path, which starts at this file."),
    ]


def test_a_link_to_what_readers_cannot_open_is_found(write: Write) -> None:
    write("draft.md", article("status: draft\n", "[fine](a.md)"))
    folder = write("a.md", article(body="[soon](draft.md)"))
    assert found(folder) == [("a.md", "link-unpublished", 7)]


def test_names_given_twice_are_found(write: Write) -> None:
    write("a.md", article("slug: pay\naliases: [/old]\n"))
    write("b.md", article("slug: pay\naliases: [/old, /c]\n"))
    write("c.md", article())
    folder = write("d.md", article("slug: pay\n").replace("locale: en", "locale: fr"))
    assert found(folder) == [
        ("b.md", "alias-is-id", None),
        ("b.md", "duplicate-alias", None),
        ("b.md", "duplicate-slug", None),
    ]
    assert findings(folder)[1].message == f"The alias '/old' is that of {folder}/a.md too."


def test_two_translations_in_one_language_are_found(write: Write) -> None:
    write("a.md", article())
    write("b.md", article("translation_of: a\n").replace("locale: en", "locale: fr"))
    folder = write("c.md", article("translation_of: a\n"))
    assert found(folder) == [("c.md", "translation-twice", None)]


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ("review_by: 2026-06-30\n", "review-overdue", "The review was due on 2026-06-30."),
        (
            "created: 2026-02-01\n",
            "dates-reversed",
            "The article was updated on 2026-01-05, before it was created on 2026-02-01.",
        ),
        (f"summary: {'x' * 301}\n", "long-summary", "The summary has 301 characters; about 300 are shown."),
    ],
)
def test_fields_that_need_attention_are_found(write: Write, fields: str, code: str, message: str) -> None:
    folder = write("a.md", article(fields))
    assert [(finding.code, finding.message) for finding in findings(folder)] == [(code, message)]


def test_an_archived_article_needs_no_review_and_no_owner(write: Write) -> None:
    folder = write("a.md", "---\ntitle: T\nlocale: en\nstatus: archived\nreview_by: 2020-01-01\n---\nText.")
    assert findings(folder) == []


def test_without_a_date_no_review_is_overdue(write: Write) -> None:
    folder = write("a.md", article("review_by: 2020-01-01\n"))
    assert lint(read_sources([folder], Settings()), lambda path: True) == []


def test_headings_and_pictures_are_checked(write: Write) -> None:
    write("p.png", PNG)
    folder = write("a.md", article(body="## A\n\n![](p.png)\n\n#### B\n\n![](p.png)\n\n## C\n\n#### D\n\nx"))
    assert [(f.line, f.code, f.message) for f in findings(folder)] == [
        (
            9,
            "picture-undescribed",
            "2 pictures have no alternative text; nobody can search for what only a picture shows.",
        ),
        (11, "heading-jump", "A heading of level 4 follows one of level 2."),
    ]


def test_missing_owners_are_listed_or_counted(write: Write) -> None:
    write("a.md", "---\ntitle: T\nlocale: en\nowner: Ada\n---\nText.")
    folder = write("b.md", "---\ntitle: T\nlocale: en\n---\nText.")
    assert [(Path(f.path).name, f.code, f.message) for f in findings(folder)] == [
        ("a.md", "no-updated", "None of the 2 articles has 'updated'."),
        ("b.md", "no-owner", "'owner' is missing."),
    ]


def test_a_corpus_has_no_owners_and_no_headings(write: Write) -> None:
    folder = write("corpus.jsonl", '{"_id": "1", "title": "T", "text": "[x](gone.md)", "lang": "en"}')
    assert findings(folder) == []


def test_what_reading_found_is_passed_on(write: Write) -> None:
    write("a.md", article("colour: red\n"))
    folder = write("empty.md", "")
    assert found(folder) == [("a.md", "unknown-key", None), ("empty.md", "empty-file", None)]


def test_every_code_is_explained() -> None:
    quoted = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"')
    folder = Path(lint_module.__file__).parent
    names = "article beir curation curation_checks fields files lint relations sources".split()
    used = {code for name in names for code in quoted.findall((folder / f"{name}.py").read_text("utf-8"))}
    assert len(used) > 30
    assert used - {"utf-8", "utf-8-sig"} <= set(CODES)
    assert all(explanation.endswith(".") for explanation in CODES.values())
