"""Curation compared with the articles: what is used, and the findings that `lint` and `index` show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.curation_checks import Curation
from indexer.lint import lint
from indexer.sources import digest_sources, read_sources
from kb_search.config import Settings
from kb_search.curation import Pin, SynonymRule
from kb_search.types import Finding
from tests.fakes import article, settings, write

ARTICLES = {
    "en/refund.md": article("Refund", "Text.", locale="en", owner="A", updated="2026-01-01"),
    "en/limit.md": article("Limit", "Text.", locale="en", owner="A", updated="2026-01-01", audience="agent"),
    "en/draft.md": article("Draft", "Text.", locale="en", owner="A", updated="2026-01-01", status="draft"),
    "fr/ca.md": article("Courriel", "Texte.", locale="fr-CA", owner="A", updated="2026-01-01"),
}


def read(tmp_path: Path, text: str) -> tuple[Curation, list[Finding]]:
    folder = write(tmp_path / "kb", {**ARTICLES, "curation.yaml": text})
    found = read_sources([folder], Settings())
    findings = lint(found, lambda path: True)
    assert {finding.path for finding in findings} <= {f"{folder}/curation.yaml"}
    assert findings == found.findings
    return found.curation, findings


def said(tmp_path: Path, text: str) -> list[tuple[int | None, str, str, str]]:
    return [(f.line, f.severity, f.code, f.message) for f in read(tmp_path, text)[1]]


def synonyms(*groups: str, locale: str = "en") -> str:
    """One group on each line, from line 3."""
    return f"synonyms:\n  {locale}:\n" + "".join(f"    - {group}\n" for group in groups)


def pins(*entries: str) -> str:
    """One pin on each line, from line 2."""
    return "pins:\n" + "".join(f"  - {entry}\n" for entry in entries)


def test_what_is_right_is_used_and_nothing_is_said(tmp_path: Path) -> None:
    text = synonyms("[refund, money back]", "{words: [limit, cap], views: [agents]}") + pins(
        "{query: [refund, money], articles: [en/refund, en/limit]}",
        "{query: refund cap, articles: en/limit, views: agents}",
    )
    curation, findings = read(tmp_path, text)
    assert findings == []
    assert curation.synonyms == (
        SynonymRule("en", ("refund", "money back")),
        SynonymRule("en", ("limit", "cap"), (), ("agents",)),
    )
    assert curation.pins == (
        Pin(("refund", "money"), ("en/refund", "en/limit")),
        Pin(("refund cap",), ("en/limit",), ("agents",)),
    )


# ── Synonyms ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_locale_without_articles_is_a_warning(tmp_path: Path) -> None:
    assert said(tmp_path, synonyms("[Erstattung, Rückzahlung]", locale="de")) == [
        (3, "warning", "synonym-locale", "No article is in the locale 'de'; its synonyms do nothing.")
    ]


def test_the_synonyms_of_a_language_are_for_its_regions(tmp_path: Path) -> None:
    assert said(tmp_path, synonyms("[courriel, e-mail]", locale="fr")) == []


def test_a_term_of_which_nothing_is_left_is_left_out(tmp_path: Path) -> None:
    curation, findings = read(tmp_path, synonyms("[refund, '!!!', rebate]"))
    assert curation.synonyms == (SynonymRule("en", ("refund", "rebate")),)
    assert [(f.line, f.severity, f.code, f.message) for f in findings] == [
        (3, "error", "synonym-empty", "Nothing of '!!!' can be searched for; it is left out.")
    ]


def test_words_that_the_search_cannot_tell_apart_need_no_rule(tmp_path: Path) -> None:
    curation, findings = read(
        tmp_path, synonyms("[refund, Refunds]", "[e-mail, email]", "{word: sync, means: [syncs]}")
    )
    assert curation.synonyms == ()
    assert [(f.line, f.code, f.message) for f in findings if f.severity == "warning"] == [
        (
            3,
            "synonym-same",
            "'refund', 'Refunds' are not two words that the search can tell apart; it needs no rule for them.",
        ),
        (
            4,
            "synonym-same",
            "'e-mail', 'email' are not two words that the search can tell apart; it needs no rule for them.",
        ),
        (
            5,
            "synonym-same",
            "'sync', 'syncs' are not two words that the search can tell apart; it needs no rule for them.",
        ),
    ]


def test_a_word_too_many_is_a_note(tmp_path: Path) -> None:
    curation, findings = read(tmp_path, synonyms("[refund, refunds, money back]"))
    assert curation.synonyms == (SynonymRule("en", ("refund", "money back")),)
    message = "'refund' and 'refunds' are the same to the search; one of them is enough."
    assert [(f.severity, f.code, f.message, f.remedy) for f in findings] == [
        ("note", "synonym-same", message, "Remove 'refunds'.")
    ]


@pytest.mark.parametrize(
    ("groups", "line"),
    [
        (("[a, b, c]", "[C, a]"), 4),
        (("[c, a]", "[a, b, c]"), 3),
        (("[a, b]", "[b, a]"), 4),
        (("[a, b, c]", "{word: a, means: [b, c]}"), 4),
        (("{word: a, means: [b]}", "[a, b]"), 3),
        (("{word: a, means: [b, c]}", "{word: a, means: c}"), 4),
        (("[a, b]", "{words: [a, b], views: [agents]}"), 4),
        (("{words: [a, b], views: [agents, public]}", "{words: [a, b], views: [agents]}"), 4),
    ],
)
def test_a_rule_that_another_one_makes_needless_is_a_warning(
    tmp_path: Path, groups: tuple[str, ...], line: int
) -> None:
    other = {3: 4, 4: 3}[line]
    assert said(tmp_path, synonyms(*groups)) == [
        (line, "warning", "synonym-repeated", f"Line {other} says so already.")
    ]


@pytest.mark.parametrize(
    "groups",
    [
        ("{word: a, means: [b]}", "{word: b, means: [a]}"),
        ("{word: a, means: [b]}", "{word: a, means: [c]}"),
        ("{word: a, means: [c]}", "{word: b, means: [c]}"),
        ("{words: [a, b], views: [agents]}", "{words: [a, b], views: [public]}"),
    ],
)
def test_rules_that_say_different_things_are_fine(tmp_path: Path, groups: tuple[str, ...]) -> None:
    assert said(tmp_path, synonyms(*groups)) == []


@pytest.mark.parametrize(
    "groups", [("[a, b]", "[b, c]"), ("{word: a, means: b}", "[b, c]"), ("[a, b]", "{word: b, means: [c]}")]
)
def test_groups_that_share_a_word_are_noted_since_they_are_not_joined(tmp_path: Path, groups: tuple[str, ...]) -> None:
    assert said(tmp_path, synonyms(*groups)) == [
        (4, "note", "synonym-chain", "'b' is in line 3 too, and the two are not joined.")
    ]


def test_many_groups_are_compared_in_no_time(tmp_path: Path) -> None:
    groups = [f"[a, b, w{number}]" for number in range(3_000)]
    curation, findings = read(tmp_path, synonyms(*groups))
    assert len(curation.synonyms) == 3_000
    assert {finding.code for finding in findings} == {"synonym-chain"}


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_article_that_does_not_exist_is_left_out_of_its_pin(tmp_path: Path) -> None:
    curation, findings = read(
        tmp_path, pins("{query: q, articles: [/en/refund.md, en/refund, gone]}", "{query: r, articles: gone}")
    )
    assert curation.pins == (Pin(("q",), ("en/refund",)),)
    assert [(f.line, f.severity, f.code, f.message, f.remedy) for f in findings] == [
        (
            2,
            "error",
            "pin-unknown-article",
            "There is no article '/en/refund.md' to pin; it is left out.",
            "Did you mean en/refund?",
        ),
        (
            2,
            "error",
            "pin-unknown-article",
            "There is no article 'gone' to pin; it is left out.",
            "Use the id of an article that is indexed.",
        ),
        (
            3,
            "error",
            "pin-unknown-article",
            "There is no article 'gone' to pin; it is left out.",
            "Use the id of an article that is indexed.",
        ),
    ]


def test_an_article_that_is_not_shown_where_it_is_pinned_is_a_warning(tmp_path: Path) -> None:
    text = pins(
        "{query: a, articles: en/limit}",
        "{query: b, articles: en/limit, views: [public, agents]}",
        "{query: c, articles: en/draft, views: [internal, owners, agents]}",
    )
    assert said(tmp_path, text) == [
        (3, "warning", "pin-not-visible", "'en/limit' is pinned, and not shown in the view public."),
        (4, "warning", "pin-not-visible", "'en/draft' is pinned, and not shown in the view agents, internal."),
    ]


def test_an_article_that_no_view_shows_is_a_warning(tmp_path: Path) -> None:
    folder = write(tmp_path / "kb", {**ARTICLES, "curation.yaml": pins("{query: a, articles: en/limit}")})
    found = read_sources(
        [folder], settings(views={"all": {"audiences": ("public", "agent"), "statuses": ("archived",)}})
    )
    assert [(f.code, f.message) for f in found.findings] == [
        ("pin-not-visible", "'en/limit' is pinned, and not shown in any view.")
    ]


@pytest.mark.parametrize("query", ["Refund", "[other, réfund]"])
def test_a_query_that_is_pinned_twice_is_a_warning(tmp_path: Path, query: str) -> None:
    text = pins("{query: refund, articles: en/refund}", f"{{query: {query}, articles: fr/ca}}")
    name = query.strip("[]").split(", ")[-1]
    message = f"'{name}' is pinned to other articles in line 2, which come first."
    assert said(tmp_path, text) == [(3, "warning", "pin-twice", message)]


def test_a_query_may_be_pinned_to_other_articles_for_other_readers(tmp_path: Path) -> None:
    text = pins(
        "{query: q, articles: en/refund, views: public}", "{query: q, articles: en/limit, views: [agents, owners]}"
    )
    assert said(tmp_path, text) == []


# ── Views ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_view_that_does_not_exist_leaves_nobody_rather_than_everybody(tmp_path: Path) -> None:
    text = synonyms("{words: [a, b], views: [agent]}", "{words: [c, d], views: [agent, agents]}") + pins(
        "{query: q, articles: en/refund, views: publik}"
    )
    curation, findings = read(tmp_path, text)
    assert curation == Curation((SynonymRule("en", ("c", "d"), (), ("agents",)),))
    assert [(f.line, f.severity, f.code, f.message) for f in findings] == [
        (3, "error", "curation-view", "There is no view 'agent'. The entry is left out."),
        (4, "error", "curation-view", "There is no view 'agent'; it is left out."),
        (6, "error", "curation-view", "There is no view 'publik'. The entry is left out."),
    ]
    assert findings[0].remedy == "Known are agents, internal, owners, public."


# ── Which files are read ─────────────────────────────────────────────────────────────────────────────────


def test_the_files_of_several_sources_add_up(tmp_path: Path) -> None:
    one = write(
        tmp_path / "a", {"refund.md": ARTICLES["en/refund.md"], "curation.yaml": pins("{query: q, articles: limit}")}
    )
    other = write(
        tmp_path / "b", {"limit.md": ARTICLES["en/limit.md"], "curation.yaml": pins("{query: q, articles: refund}")}
    )
    for order in ([one, other], [other, one]):
        found = read_sources(order, Settings())
        assert [pin.articles for pin in found.curation.pins] == [("limit",), ("refund",)]
        assert [(f.path, f.line, f.code, f.message) for f in found.findings] == [
            (
                f"{other}/curation.yaml",
                2,
                "pin-twice",
                f"'q' is pinned to other articles in line 2 of {one}/curation.yaml, which come first.",
            )
        ]


def test_it_stands_beside_a_corpus_too_and_is_no_article(tmp_path: Path) -> None:
    line = '{"_id": "1", "title": "Refund", "text": "Text.", "lang": "en"}\n'
    folder = write(tmp_path / "kb", {"corpus.jsonl": line, "curation.yaml": pins("{query: q, articles: '1'}")})
    found = read_sources([folder], Settings())
    assert ([a.id for a in found.articles], found.files, found.findings) == (["1"], 1, [])
    assert found.curation.pins == (Pin(("q",), ("1",)),)


def test_it_is_not_read_beside_a_single_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "kb", {**ARTICLES, "curation.yaml": pins("{query: q, articles: en/refund}")})
    assert read_sources([folder / "en" / "refund.md"], Settings()).curation == Curation()


def test_a_file_in_another_place_or_by_another_name_is_said_to_be_ignored(tmp_path: Path) -> None:
    folder = write(tmp_path / "kb", {**ARTICLES, "en/curation.yaml": "x", "curation.yml": "x"})
    assert [(f.path, f.severity, f.code) for f in read_sources([folder], Settings()).findings] == [
        (f"{folder}/curation.yml", "warning", "curation-ignored"),
        (f"{folder}/en/curation.yaml", "warning", "curation-ignored"),
    ]


def test_a_source_that_is_named_twice_has_it_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "kb", {**ARTICLES, "curation.yaml": pins("{query: q, articles: en/refund}")})
    assert len(read_sources([folder, folder], Settings()).curation.pins) == 1


@pytest.mark.parametrize("kind", ["folder", "utf-16", "large", "pipe", "nowhere"])
def test_a_file_that_cannot_be_read_is_an_error_and_the_articles_are_indexed(tmp_path: Path, kind: str) -> None:
    folder = write(tmp_path / "kb", ARTICLES)
    file = folder / "curation.yaml"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "nowhere":
        file.symlink_to(tmp_path / "gone")
    else:
        file.write_bytes("pins:".encode("utf-16") if kind == "utf-16" else b"#" * 10_001)
    found = read_sources([folder], settings(sources__max_file_mb=0.01))
    codes = {"folder": "not-a-file", "utf-16": "not-utf8", "large": "too-large", "pipe": "not-a-file"}
    assert [(f.path, f.severity, f.code) for f in found.findings] == [
        (str(file), "error", codes.get(kind, "unreadable"))
    ]
    assert len(found.articles) == len(ARTICLES)


def test_an_edit_changes_the_digests(tmp_path: Path) -> None:
    folder = write(tmp_path / "kb", {**ARTICLES, "curation.yaml": "pins: []"})
    before = digest_sources([folder], Settings()), read_sources([folder], Settings()).digest
    write(folder, {"curation.yaml": "pins: [] # reviewed"})
    after = digest_sources([folder], Settings()), read_sources([folder], Settings()).digest
    (folder / "curation.yaml").unlink()
    none = digest_sources([folder], Settings()), read_sources([folder], Settings()).digest
    assert len({*before, *after, *none}) == 6


def test_what_a_rule_for_some_views_says_makes_no_words_of_another_rule_the_same(tmp_path: Path) -> None:
    # The search reads `e-mail` as `email` and as `e mail`, which makes these two one word nowhere.
    agents, public = "{words: [e-mail, post], views: [agents]}", "[email, e mail]"
    alone = read(tmp_path / "alone", synonyms(public))[0].synonyms
    beside = read(tmp_path / "beside", synonyms(agents, public))[0].synonyms
    assert len(alone) == 1
    assert beside[-1:] == alone
