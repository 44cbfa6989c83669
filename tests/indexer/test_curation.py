"""`curation.yaml`: what is read from it, and what is said of every entry that cannot be used."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.curation import LONGEST_TERM, MAX_LENGTH, MOST_TERMS, parse_curation
from kb_search.curation import Pin, SynonymRule
from kb_search.types import Finding

FULL = """\
# Reviewed every quarter.
synonyms:
  en:
    - [2fa, two-factor authentication]
    - {word: mobile, means: [phone, cell phone]}
    - words: [credit, compensation]
      views: [agents, internal]
  fr_CA:
    - [courriel, e-mail]
pins:
  - query: [refund, Money  back, REFUND]
    articles: [en/billing/refunds, en/orders/return]
  - {query: iade, articles: tr/iade, views: public}
"""


def rules(text: str) -> list[SynonymRule | Pin]:
    entries, findings = parse_curation(text, "kb/curation.yaml")
    assert findings == []
    return [entry.rule for entry in entries]


def said(text: str) -> list[tuple[int | None, str]]:
    """Line and message of every finding; all are errors and name the file."""
    _, findings = parse_curation(text, "kb/curation.yaml")
    assert {(f.path, f.code, f.severity) for f in findings} <= {("kb/curation.yaml", "bad-curation", "error")}
    return [(finding.line, finding.message) for finding in findings]


def kept(text: str) -> list[SynonymRule | Pin]:
    return [entry.rule for entry in parse_curation(text, "kb/curation.yaml")[0]]


def test_every_shape_is_read() -> None:
    assert rules(FULL) == [
        SynonymRule("en", ("2fa", "two-factor authentication")),
        SynonymRule("en", ("mobile",), ("phone", "cell phone")),
        SynonymRule("en", ("credit", "compensation"), (), ("agents", "internal")),
        SynonymRule("fr-CA", ("courriel", "e-mail")),
        Pin(("refund", "Money back"), ("en/billing/refunds", "en/orders/return")),
        Pin(("iade",), ("tr/iade",), ("public",)),
    ]


def test_an_entry_knows_its_line() -> None:
    entries, _ = parse_curation(FULL, "kb/curation.yaml")
    assert [entry.line for entry in entries] == [4, 5, 6, 9, 11, 13]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "synonyms:\npins:\n", "synonyms: {en: }\npins: []\n"])
def test_nothing_in_it_is_nothing_wrong(text: str) -> None:
    assert rules(text) == []


def test_words_stay_as_typed() -> None:
    (rule,) = rules("\ufeffsynonyms:\n  no:\n    - [no, 2024, 1.10, 0x1F, yes, İADE, cafe\u0301]\n")
    assert rule == SynonymRule("no", ("no", "2024", "1.10", "0x1F", "yes", "İADE", "café"))


def test_the_same_word_twice_is_one() -> None:
    assert kept("synonyms: {en: [[a, b, a]]}") == [SynonymRule("en", ("a", "b"))]


# ── Entries that cannot be used are left out, the others are not ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("just text", "A group of synonyms has not the shape it needs. It is left out."),
        ("", "A group of synonyms has not the shape it needs. It is left out."),
        ("[alone]", "A group of synonyms has 1 usable entry; at least 2. It is left out."),
        ("[a, a]", "A group of synonyms has 1 usable entry; at least 2. It is left out."),
        ("{word: a}", "A group of synonyms has neither 'words' alone nor 'word' and 'means'. It is left out."),
        (
            "{words: [a, b], means: c}",
            "A group of synonyms has neither 'words' alone nor 'word' and 'means'. It is left out.",
        ),
        ("{word: a, mean: b}", "A group of synonyms has the unknown key 'mean'. It is left out."),
        ("{words: [a, b], view: agents}", "A group of synonyms has the unknown key 'view'. It is left out."),
    ],
)
def test_a_bad_group_is_left_out(entry: str, message: str) -> None:
    text = f"synonyms:\n  en:\n    - [a, b]\n    - {entry}\n    - [c, d]\n"
    assert said(text) == [(4, message)]
    assert kept(text) == [SynonymRule("en", ("a", "b")), SynonymRule("en", ("c", "d"))]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("[a, b]", "A pin has not the shape it needs. It is left out."),
        ("{query: a}", "A pin has no 'articles'. It is left out."),
        ("{articles: a}", "A pin has no 'query'. It is left out."),
        ("{query: a, article: b}", "A pin has the unknown key 'article'. It is left out."),
        ("{query: \u0640, articles: a}", "A pin is for the query '\u0640', which is none. It is left out."),
    ],
)
def test_a_bad_pin_is_left_out(entry: str, message: str) -> None:
    text = f"pins:\n  - {entry}\n  - {{query: q, articles: id}}\n"
    assert said(text) == [(2, message)]
    assert kept(text) == [Pin(("q",), ("id",))]


def test_a_bad_word_is_left_out_of_its_group() -> None:
    text = f"synonyms:\n  en:\n    - [a, b, ~, [c], {{d: e}}, '', !f g, {'x' * (LONGEST_TERM + 1)}]\n"
    assert [message for _, message in said(text)] == [
        *["A group of synonyms has an entry that is not text, or empty."] * 4,
        "A group of synonyms has the YAML tag !f.",
        f"A group of synonyms has an entry of 101 characters, '{'x' * 30}…'; at most 100.",
    ]
    assert kept(text) == [SynonymRule("en", ("a", "b"))]


@pytest.mark.parametrize("views", ["[]", "~", "''", "[agents, ~]", "[agents, {a: b}]", "{agents: yes}", "!all agents"])
def test_an_entry_whose_views_are_not_understood_is_for_nobody(views: str) -> None:
    text = f"synonyms: {{en: [{{words: [a, b], views: {views}}}]}}\npins: [{{query: q, articles: a, views: {views}}}]\n"
    assert kept(text) == []
    assert len(said(text)) >= 2


def test_views_that_are_an_alias_are_for_nobody() -> None:
    text = "pins:\n  - {query: p, articles: a, views: &v [agents]}\n  - {query: q, articles: a, views: *v}\n"
    assert kept(text) == [Pin(("p",), ("a",), ("agents",))]
    assert said(text)[0] == (3, "The curation file uses a YAML alias (*).")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("synonyms: [a, b]\n", 1, "'synonyms' is not a map of locales."),
        ("synonyms:\n  en: {a: b}\n", 2, "'synonyms.en' is not a list."),
        ("synonyms:\n  english!: [[a, b]]\n", 2, "'english!' is not a locale; its synonyms are left out."),
        ("pins: {query: a}\n", 1, "'pins' is not a list."),
        ("- a\n", 1, "The curation file is not a list of 'key: value' lines."),
        ("synonyms: {en: [[a, b]]}\n---\n", 2, "The curation file holds a second document."),
        (
            "synonyms:\n\ten: []\n",
            2,
            "The curation file is not valid YAML at line 2, column 1: found character that cannot start any token.",
        ),
        ("pins: [[[[[[[[[x]]]]]]]]]\n", 1, "The curation file is nested more than 8 deep."),
    ],
)
def test_what_is_wrong_with_the_whole_is_said(text: str, line: int, message: str) -> None:
    assert said(text)[0] == (line, message)


def test_a_key_given_twice_is_said_and_the_first_is_kept() -> None:
    text = "synonyms:\n  en:\n    - [a, b]\n  en:\n    - [c, d]\n"
    assert said(text) == [(4, "The key 'en' is given twice.")]
    assert kept(text) == [SynonymRule("en", ("a", "b"))]


def test_a_key_that_is_not_known_is_a_warning() -> None:
    entries, findings = parse_curation("synonims: {en: [[a, b]]}\npins:\n  - {query: q, articles: a}\n", "c.yaml")
    message = "The key 'synonims' is not known; what it holds is not used."
    assert findings == [Finding("c.yaml", "unknown-curation-key", message, "Did you mean synonyms?", "warning", 1)]
    assert [entry.rule for entry in entries] == [Pin(("q",), ("a",))]


# ── Hostile files ────────────────────────────────────────────────────────────────────────────────────────


def test_a_bomb_of_aliases_is_words_that_are_not_there() -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    entries, findings = parse_curation(f"synonyms:\n  l0: &l0 [a, b]\n{levels}", "c.yaml")
    assert entries == []
    assert len(findings) == 101 and findings[-1].message.endswith("more findings in this file are not listed.")


def test_tags_make_no_objects() -> None:
    text = "synonyms:\n  en:\n    - !!python/object/apply:os.system [a, b]\n    - [!!python/name:os.system x, c, d]\n"
    assert kept(text) == [SynonymRule("en", ("a", "b")), SynonymRule("en", ("c", "d"))]


def test_what_is_too_much_is_refused() -> None:
    many = ", ".join(f"w{number}" for number in range(MOST_TERMS + 1))
    assert said(f"synonyms: {{en: [[{many}]]}}") == [
        (1, "A group of synonyms has 51 entries, more than 50. It is left out.")
    ]
    assert said("# " + "x" * MAX_LENGTH) == [
        (1, "The file has 200,002 characters, more than the 200,000 allowed; none of it is used.")
    ]


@pytest.mark.parametrize(
    "bomb",
    [
        "a: " + "[" * 60_000,
        "a: " + "{a: " * 15_000,
        "- " * 30_000,
        "? " * 30_000,
        "a: 1\n" * 9_999,
        "b: 1\nb: " + "[" * 60_000,
    ],
)
def test_a_bomb_is_refused_at_once(bomb: str) -> None:
    started = time.perf_counter()
    assert said(bomb.replace("a: 1", "pins: 1"))
    assert time.perf_counter() - started < 5


@given(st.text(st.sampled_from("ab:-[]{},&*!?|>'\"#\n \t~%@`\u0301\x00\ufeff"), max_size=60))
def test_no_text_is_an_error(noise: str) -> None:
    parse_curation(noise, "c.yaml")
    entries, findings = parse_curation(f"synonyms:\n  en: [[a, b]]\npins:\n  - {noise}", "c.yaml")
    assert entries or findings
