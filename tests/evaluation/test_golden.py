"""Events and links → proposed questions, each rule with an example worked out by hand."""

from __future__ import annotations

import pytest

from kb_search.evaluation.events import BadEvent, Event, Kind, parse_event
from kb_search.evaluation.golden import Card, Proposal, Proposals, link_texts, propose, qrels_lines
from kb_search.evaluation.protocol import Missing
from kb_search.types import Reference

ARTICLES = {
    "en/password": Card("Reset your password", "en"),
    "en/lock": Card("Unlock your account", "en"),
    "en/phone": Card("Call us", "en-GB"),
    "tr/sifre": Card("Şifremi unuttum", "tr"),
}


def did(kind: Kind, query: str, article: str, *sessions: str, locale: str | None = "en") -> list[Event]:
    return [Event(kind, query, article, locale, None, session) for session in sessions]


def only(proposals: Proposals) -> Proposal:
    (found,) = proposals.proposals
    return found


def test_a_question_that_three_people_asked() -> None:
    found = only(propose(did("click", "forgot password", "en/password", "1", "2", "3"), ARTICLES))
    assert (found.text, found.lang, found.kind, found.grades) == ("forgot password", "en", "click", {"en/password": 1})
    assert found.as_line() == {
        "_id": found.id,
        "text": "forgot password",
        "lang": "en",
        "kind": "click",
        "proposed": True,
        "evidence": {
            "sessions": 3,
            "first": None,
            "last": None,
            "spellings": ["forgot password"],
            "articles": {"en/password": {"click": 3}},
        },
    }


def test_fewer_than_at_least_are_left_out() -> None:
    events = did("click", "forgot password", "en/password", "1", "2")
    assert propose(events, ARTICLES) == Proposals((), too_few=1, undecided=0, not_in_view=Missing())
    assert len(propose(events, ARTICLES, at_least=2).proposals) == 1


def test_one_session_counts_once_however_often_it_clicks() -> None:
    assert propose(did("click", "login", "en/password", "1", "1", "1"), ARTICLES).too_few == 1
    several = [*did("click", "login", "en/password", "1"), *did("link", "login", "en/lock", "1", "1")]
    assert propose(several, ARTICLES).too_few == 1


def test_events_without_a_session_count_each() -> None:
    events = [Event("click", "login", "en/password", "en")] * 3
    assert only(propose(events, ARTICLES)).evidence["sessions"] == 3


def test_spellings_of_one_query_are_one_question() -> None:
    events = [
        *did("click", "Şifre UNUTTUM", "tr/sifre", "1", locale="tr"),
        *did("click", "sifre unuttum", "tr/sifre", "2", "3", locale="tr-TR"),
    ]
    found = only(propose(events, ARTICLES))
    assert (found.text, found.lang) == ("sifre unuttum", "tr")  # as most people wrote it
    assert found.evidence["spellings"] == ["sifre unuttum", "Şifre UNUTTUM"]


def test_the_same_word_in_another_language_is_another_question() -> None:
    events = [*did("click", "login", "en/password", *"123"), *did("click", "login", "tr/sifre", *"456", locale="tr")]
    assert {(one.lang, *one.grades) for one in propose(events, ARTICLES).proposals} == {
        ("en", "en/password"),
        ("tr", "tr/sifre"),
    }


def test_without_a_locale_the_article_s_counts() -> None:
    assert only(propose(did("click", "call", "en/phone", *"123", locale=None), ARTICLES)).lang == "en"


def test_a_link_is_worth_more_than_a_vote_and_a_vote_more_than_a_click() -> None:
    events = [
        *did("click", "locked out", "en/password", *"123"),
        *did("click", "locked out", "en/lock", *"123"),
        *did("click", "locked out", "en/phone", *"123"),
        *did("helpful", "locked out", "en/password", "1"),
        *did("link", "locked out", "en/lock", "agent"),
    ]
    found = only(propose(events, ARTICLES))
    assert (found.kind, dict(found.grades)) == ("link", {"en/lock": 3, "en/password": 2, "en/phone": 1})
    assert found.evidence["articles"]["en/lock"] == {"link": 1, "click": 3}
    assert found.evidence["sessions"] == 4


def test_an_article_needs_its_share() -> None:
    events = [
        *did("click", "login", "en/password", *"12345678"),
        *did("click", "login", "en/lock", *"9"),  # 1 of 9 sessions
        *did("click", "login", "en/phone", *"89"),  # 2 of 9
    ]
    assert set(only(propose(events, ARTICLES)).grades) == {"en/password", "en/phone"}
    assert set(only(propose(events, ARTICLES, share=0.1)).grades) == {"en/password", "en/phone", "en/lock"}
    assert propose(events, ARTICLES, share=0.95).undecided == 1


def test_an_article_that_has_gone_is_named_and_keeps_its_share() -> None:
    events = [*did("click", "login", "en/old", *"123456789"), *did("click", "login", "en/lock", "x")]
    found = propose(events, ARTICLES, at_least=1)
    assert (found.proposals, found.undecided) == ((), 1)  # 1 of 10: most people wanted what is gone
    assert (found.not_in_view.count, found.not_in_view.examples) == (1, ["en/old"])
    assert propose(events, ARTICLES, at_least=2).too_few == 1


def test_what_the_search_did_not_show_is_left_out_and_counted() -> None:
    articles = {**ARTICLES, "fr/passe": Card("Mot de passe", "fr", 7), "en/password": Card("Reset", "en", 7)}

    def chose(article: str, session: str, *shown: str) -> Event:
        return Event("helpful", "login", article, "en", None, session, shown)

    events = [
        *(chose("en/password", session, "en/password", "en/lock") for session in "123"),
        *(chose("fr/passe", session, "en/password") for session in "123"),  # a translation of what was shown
        *(chose("en/phone", session, "en/password", "en/old") for session in "12345678"),
        chose("en/gone", "9"),  # of a search that showed nothing
    ]
    found = propose(events, articles)
    assert only(found).grades == {"en/password": 2, "fr/passe": 2}
    assert (found.not_shown, found.not_in_view.count) == (9, 0)


def test_an_id_is_the_same_next_time() -> None:
    first = propose(did("click", "Login", "en/password", *"123"), ARTICLES)
    later = propose(did("link", "login", "en/lock", *"4567"), ARTICLES)
    assert only(first).id == only(later).id


def test_most_evidence_comes_first() -> None:
    events = [*did("click", "login", "en/lock", *"123"), *did("click", "phone", "en/phone", *"1234")]
    references = [Reference("en/lock", "choose a new one", "en/password")]
    assert [one.text for one in propose(events, ARTICLES, references).proposals] == [
        "phone",
        "login",
        "choose a new one",
    ]


# ── Links between articles ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("forgotten your password?", True),
        ("Reset your password", False),
        ("reset YOUR password!", False),
        ("password.md", False),
        ("https://example.com/reset", False),
        ("…", False),
    ],
)
def test_words_of_a_link_that_are_not_the_title(text: str, proposed: bool) -> None:
    found = link_texts([Reference("en/lock", text, "en/password")], ARTICLES)
    assert [chosen for chosen, _ in found.values()] == ([text] if proposed else [])


def test_words_that_lead_to_several_articles_say_nothing() -> None:
    references = [Reference("en/lock", "here", "en/password"), Reference("en/password", "Here", "en/phone")]
    assert link_texts(references, ARTICLES) == {}


def test_links_of_other_views_are_not_shown() -> None:
    references = [Reference("en/secret", "new one", "en/password"), Reference("en/lock", "vault", "en/secret")]
    assert link_texts(references, ARTICLES) == {}


def test_a_link_text_is_a_question_of_its_own_or_adds_to_one() -> None:
    references = [
        Reference("en/lock", "Call the\ndesk", "en/phone"),
        Reference("en/password", "call the desk", "en/phone"),
    ]
    alone = only(propose([], ARTICLES, references))
    assert (alone.text, alone.kind, alone.grades) == ("Call the desk", "reference", {"en/phone": 1})
    assert alone.evidence == {"sessions": 0, "references": {"en/phone": 2}}
    asked = only(propose(did("link", "call the desk", "en/lock", *"123"), ARTICLES, references))
    assert (asked.kind, dict(asked.grades)) == ("link", {"en/phone": 1, "en/lock": 3})
    assert asked.evidence["references"] == {"en/phone": 2}


def test_judgments_are_written_in_beir_s_form() -> None:
    found = propose(did("helpful", "login", "en/lock", *"123"), ARTICLES)
    assert list(qrels_lines(found.proposals)) == ["query-id\tcorpus-id\tscore\n", f"{only(found).id}\ten/lock\t2\n"]


# ── Lines of the log ────────────────────────────────────────────────────────────────────────────────────


def test_a_line_of_the_log() -> None:
    line = (
        '{"type": "link", "query": " Şifre\\u200b  unuttum ", "article": "tr/sifre", "locale": "TR", '
        '"at": "2026-11-01T09:30:00Z", "session": 7, "ticket": 12}'
    )
    event = parse_event(line.encode())
    assert event == Event("link", "Şifre unuttum", "tr/sifre", "tr", "2026-11-01T09:30:00+00:00", "7")
    assert parse_event(b'{"type": "search", "results": 3}') is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"type": "click", "query": "login"}', "missing required field `article`"),
        (b'{"type": "click", "query": " ", "article": "a"}', "it has no query"),
        (b'{"type": "click", "query": "login", "article": ""}', "it has no article"),
        (b'{"type": "click", "query": "login", "article": "a", "locale": "english"}', "'english' is not a locale"),
        (b'{"type": "click", "query": "login", "article": "a", "at": "yesterday"}', "yesterday"),
        (b'{"type": "click", "query": "login", "article": "a", "session": true}', "session"),
        (b'{"query": "login", "article": "a"}', "missing required field `type`"),
        (b'{"type": "click", "query": "\xff", "article": "a"}', "utf-8"),
        (b"[1]", "Expected `object`"),
        (b"{", "truncated"),
    ],
)
def test_a_bad_line_is_explained(line: bytes, said: str) -> None:
    with pytest.raises(BadEvent, match=said):
        parse_event(line)


def test_the_days_of_the_first_and_the_last_event_are_kept() -> None:
    events = [Event("click", "login", "en/lock", "en", at) for at in ("2026-11-02T08:00:00", None, "2026-10-30")]
    evidence = only(propose(events, ARTICLES)).evidence
    assert (evidence["first"], evidence["last"]) == ("2026-10-30", "2026-11-02")
