"""Synonyms: which words of a query are known, and what they may be replaced by."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.curation import Place, SynonymRule, Synonyms, analyse, load_synonyms, pin_key, rules_for, save_synonyms
from kb_search.errors import IndexCorrupt
from kb_search.text.analyzer import stems

GROUP = SynonymRule("en", ("2fa", "two-factor authentication", "two-step verification"))
ONE_WAY = SynonymRule("en", ("mobile",), ("phone", "cell phone"))


def found(query: str, *rules: SynonymRule, locale: str = "en") -> list[Place]:
    return Synonyms.of(rules, locale).alternatives(stems(query, locale))


def test_each_word_of_a_group_means_the_others() -> None:
    two_factor, two_step = ("two", "factor", "authent"), ("two", "step", "verif")
    assert found("my 2fa code", GROUP) == [(1, 2, (two_factor, two_step))]
    assert found("Two-factor authentication is lost", GROUP) == [(0, 3, (("2fa",), two_step))]
    assert found("two step verifications", GROUP) == [(0, 3, (("2fa",), two_factor))]


def test_a_one_way_rule_is_not_turned_round() -> None:
    assert found("mobile", ONE_WAY) == [(0, 1, (("phone",), ("cell", "phone")))]
    assert found("cell phone", ONE_WAY) == []


def test_part_of_a_term_is_not_the_term() -> None:
    assert found("two factors", GROUP) == []
    assert found("authentication two factor", GROUP) == []
    assert found("", GROUP) == []
    assert Synonyms.of([], "en").alternatives(["a"]) == []


def test_every_place_is_found_and_the_longest_term_wins() -> None:
    rules = (SynonymRule("en", ("phone", "handset")), SynonymRule("en", ("cell phone plan", "tariff")), ONE_WAY)
    assert found("phone or cell phone plan or phone", *rules) == [
        (0, 1, (("handset",),)),
        (2, 5, (("tariff",),)),
        (6, 7, (("handset",),)),
    ]


def test_of_terms_that_overlap_the_longest_is_taken_and_of_equals_the_first() -> None:
    short, long = SynonymRule("en", ("a b", "x")), SynonymRule("en", ("b c d", "y"))
    assert found("a b c d", short, long) == [(1, 4, (("y",),))]
    assert found("a b c", short, SynonymRule("en", ("b c", "y"))) == [(0, 2, (("x",),))]


def test_rules_that_share_a_word_add_up_and_are_not_followed() -> None:
    rules = (SynonymRule("en", ("card", "ticket")), SynonymRule("en", ("card", "badge", "ticket")))
    assert found("card", *rules) == [(0, 1, (("ticket",), ("badg",)))]
    chain = (SynonymRule("en", ("a", "b")), SynonymRule("en", ("b", "c")))
    assert found("a", *chain) == [(0, 1, (("b",),))]
    assert found("b", *chain) == [(0, 1, (("a",), ("c",)))]


@pytest.mark.parametrize("query", ["e-mail code", "email code", "E-Mail codes", "e mail code"])
def test_a_term_is_known_however_it_is_joined(query: str) -> None:
    ((start, end, alternatives),) = found(query, SynonymRule("en", ("e-mail code", "passcode")))
    assert (start, end, alternatives) == (0, len(stems(query, "en")), (("passcod",),))


def test_an_alternative_is_given_in_all_its_readings() -> None:
    assert found("passcode", SynonymRule("en", ("passcode", "e-mail code"))) == [
        (0, 1, (("email", "code"), ("e", "mail", "code")))
    ]
    assert found("limit", SynonymRule("en", ("limit", "E-1042"))) == [(0, 1, (("e-1042",), ("e", "1042")))]


def test_turkish_is_compared_as_turkish() -> None:
    rule = SynonymRule("tr", ("IBAN", "hesap numarası"))
    for query in ("iban", "IBAN", "Iban"):
        ((_, _, alternatives),) = found(query, rule, locale="tr")
        assert alternatives == ((tuple(stems("hesap numarası", "tr"))),), query


def test_without_diacritics_a_word_is_known_and_may_be_itself() -> None:
    rule = SynonymRule("tr", ("şifre", "parola"))
    assert found("sifre", rule, locale="tr") == [(0, 1, (("şifre",), ("parol",)))]
    assert found("şifre", rule, locale="tr") == [(0, 1, (("parol",),))]


def test_a_short_word_is_not_known_without_its_diacritics_for_it_may_be_another_one() -> None:
    rule = SynonymRule("fr", ("sûr", "sécurisé"))
    assert found("sûr", rule, locale="fr") == [(0, 1, (tuple(stems("sécurisé", "fr")),))]
    assert found("sur le colis", rule, locale="fr") == []


def test_scripts_without_spaces_are_compared_by_their_pairs() -> None:
    rule = SynonymRule("ja", ("パスワード", "暗証番号"))
    assert found("パスワード", rule, locale="ja") == [(0, 4, (("暗証", "証番", "番号"),))]


def test_a_region_has_the_rules_of_its_language_and_not_the_reverse() -> None:
    rules = (SynonymRule("fr-CA", ("courriel", "pourriel")), SynonymRule("fr", ("colis", "paquet")))
    both = {query: bool(found(query, *rules, locale="fr-CA")) for query in ("courriel", "colis")}
    assert both == {"courriel": True, "colis": True}
    assert found("courriel", *rules, locale="fr") == []
    assert found("colis", *rules, locale="en") == []


def test_a_term_of_signs_alone_is_none() -> None:
    assert analyse("?!", "en") is None
    assert found("a ?! b", SynonymRule("en", ("?!", "question"))) == []


# ── For any rules and any query ──────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from("a b c d e-mail E-1042 şifre sûreté two-factor".split())
TERMS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
RULES = st.builds(
    lambda words, means: SynonymRule("fr", tuple(words), tuple(means)),
    st.lists(TERMS, min_size=1, max_size=4, unique=True),
    st.lists(TERMS, max_size=3, unique=True),
)


@given(st.lists(RULES, max_size=5), st.lists(WORDS, max_size=12))
def test_places_are_in_order_apart_and_lead_elsewhere(rules: list[SynonymRule], query: list[str]) -> None:
    words = stems(" ".join(query), "fr")
    places = Synonyms.of(rules, "fr").alternatives(words)
    assert all(0 <= start < end <= len(words) for start, end, _ in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    for start, end, alternatives in places:
        assert alternatives and len(set(alternatives)) == len(alternatives)
        assert tuple(words[start:end]) not in alternatives and () not in alternatives


@given(st.lists(RULES, max_size=5), st.lists(WORDS, max_size=12))
def test_what_is_left_over_holds_no_known_term(rules: list[SynonymRule], query: list[str]) -> None:
    synonyms = Synonyms.of(rules, "fr")
    words = stems(" ".join(query), "fr")
    taken = {row for start, end, _ in synonyms.alternatives(words) for row in range(start, end)}
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if taken.isdisjoint(range(start, end)):
                assert tuple(words[start:end]) not in synonyms.known


@given(RULES, st.data())
def test_a_term_that_is_asked_for_alone_leads_to_all_that_it_means(rule: SynonymRule, data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from(rule.words))
    term = analyse(asked, "fr")
    others = [analyse(text, "fr") for text in rule.means or rule.words]
    expected = {reading for other in others if term and other and not term.same(other) for reading in other.readings}
    places = Synonyms.of([rule], "fr").alternatives(stems(asked, "fr"))
    assert expected <= {alternative for _, _, alternatives in places for alternative in alternatives}
    assert not expected or [place[:2] for place in places] == [(0, len(stems(asked, "fr")))]


@given(st.lists(RULES, max_size=4), st.lists(WORDS, max_size=8))
def test_the_order_of_rules_changes_no_more_than_the_order_of_alternatives(
    rules: list[SynonymRule], query: list[str]
) -> None:
    words = stems(" ".join(query), "fr")
    one, other = (Synonyms.of(given, "fr").alternatives(words) for given in (rules, rules[::-1]))
    assert [(start, end, set(found)) for start, end, found in one] == [(s, e, set(found)) for s, e, found in other]


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_view_gets_the_rules_that_are_for_it_and_that_it_has_articles_for() -> None:
    agents = SynonymRule("en", ("a", "b"), views=("agents", "internal"))
    french, german = SynonymRule("fr", ("c", "d")), SynonymRule("de", ("e", "f"))
    rules = [GROUP, agents, french, german]
    assert rules_for(rules, "public", ["en", "fr-CA"]) == [GROUP, french]
    assert rules_for(rules, "agents", ["en"]) == [GROUP, agents]


def test_rules_are_written_and_read_without_the_names_of_views(tmp_path: Path) -> None:
    path = tmp_path / "synonyms"
    save_synonyms(path, [GROUP, SynonymRule("en", ("mobile",), ("phone",), ("secret-view",))])
    assert "secret-view" not in path.read_text("utf-8")
    synonyms = load_synonyms(path, ["en", "fr"])
    assert synonyms["en"].alternatives(["mobil"]) == [(0, 1, (("phone",),))]
    assert synonyms["fr"] == Synonyms({}, 0)


@pytest.mark.parametrize("data", [b"", b"{}", b'[{"locale": 1, "words": []}]', b"\xff"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "synonyms"
    path.write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"cannot be read .* Build the index anew"):
        load_synonyms(path, ["en"])


def test_queries_of_pins_are_compared_without_case_and_diacritics() -> None:
    assert pin_key("İADE") == pin_key("iade")
    assert pin_key("Œuvre") == "oeuvre"
