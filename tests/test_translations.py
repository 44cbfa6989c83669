"""Translations of one article are one result, in the language the reader prefers; and pins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb_search import Hit, Searcher, SearchResult, Translation
from kb_search.types import Mode
from tests.fakes import Open, article, build, searcher_for
from tests.help_center import FILES, PUBLIC

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("help"), FILES)) as opened:
        yield opened


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def languages(hit: Hit) -> list[str]:
    return [translation.locale for translation in hit.translations]


@pytest.mark.parametrize(
    ("reader", "shown"),
    [
        ("en", "en/password"),
        ("fr", "fr/password"),
        ("tr", "tr/password"),
        ("fr-CA", "fr/password"),
        ("FR_ca", "fr/password"),
    ],
)
def test_the_reader_s_language_is_shown(searcher: Searcher, reader: str, shown: str) -> None:
    hit = searcher.search("password", locale=reader, limit=1).hits[0]
    assert hit.id == shown
    assert sorted([hit.locale, *languages(hit)]) == ["en", "fr", "tr"]


def test_the_others_are_listed_by_locale(searcher: Searcher) -> None:
    assert searcher.search("password", locale="tr", limit=1).hits[0].translations == (
        Translation("en/password", "Reset your password", "en", "/articles/en/password"),
        Translation("fr/password", "Réinitialiser le mot de passe", "fr", "/articles/fr/password"),
    )


def test_the_language_only_chooses_among_translations(searcher: Searcher) -> None:
    """It is no filter, and neither order nor score depend on it."""
    answers = [searcher.search("password facture", locale=locale) for locale in ("en", "fr", "tr", "de")]
    assert len({tuple(hit.score for hit in result.hits) for result in answers}) == 1
    assert {result.total for result in answers} == {answers[0].total}
    assert all(
        sorted([hit.id, *(other.id for other in hit.translations)])
        == sorted([same.id, *(other.id for other in same.translations)])
        for result in answers
        for hit, same in zip(result.hits, answers[0].hits, strict=True)
    )
    assert "tr/parcel" in ids(answers[0])  # in Turkish only, and shown to all


def test_without_the_reader_s_language_that_of_the_query_is_shown(searcher: Searcher) -> None:
    assert searcher.search("j’ai oublié mon mot de passe", limit=1).hits[0].id == "fr/password"
    assert searcher.search("yeni şifremi unuttum", limit=1).hits[0].id == "tr/password"
    assert searcher.search("j’ai oublié mon mot de passe", locale="de", limit=1).hits[0].id == "fr/password"
    assert searcher.search("j’ai oublié mon mot de passe", locale="en", limit=1).hits[0].id == "en/password"


def test_the_passage_is_in_the_language_that_is_shown(searcher: Searcher) -> None:
    hit = searcher.search("password", locale="fr", limit=1).hits[0]
    assert hit.passage.text.startswith("Choisissez un nouveau mot de passe")


@pytest.mark.parametrize("mode", MODES)
def test_a_family_has_the_score_of_its_best_member(searcher: Searcher, mode: Mode) -> None:
    apart = searcher.search("password", mode=mode, fold_translations=False, limit=200)
    best: dict[str, float] = {}
    for hit in apart.hits:
        family = hit.id.partition("/")[2]
        best[family] = max(hit.score, best.get(family, 0.0))
    together = searcher.search("password", mode=mode, limit=200)
    assert {hit.id.partition("/")[2]: hit.score for hit in together.hits} == best


def test_folding_can_be_turned_off(searcher: Searcher) -> None:
    result = searcher.search("password", limit=200, fold_translations=False)
    assert sorted(ids(result)) == PUBLIC
    assert {hit.translations for hit in result.hits} == {()}
    assert sorted(ids(searcher.search("password", limit=200, locale="en"))) == [
        "en/error",
        "en/invoice",
        "en/password",
        "en/refund",
        "tr/parcel",
    ]


def test_a_filter_narrows_the_family_too(searcher: Searcher) -> None:
    hit = searcher.search("password", locale="en", filters={"locale": ["fr", "tr"]}, limit=1).hits[0]
    assert hit.locale in ("fr", "tr")
    assert len(hit.translations) == 1
    alone = searcher.search("password", locale="en", filters={"locale": "tr"}, limit=1).hits[0]
    assert (alone.id, alone.translations) == ("tr/password", ())


def test_families_by_chains_and_by_an_original_that_is_missing(opened: Open) -> None:
    searcher = opened(
        {
            "a.md": article("Password", "One.", locale="en"),
            "b.md": article("Password", "Deux.", locale="fr", translation_of="a"),
            "c.md": article("Password", "Üç.", locale="tr", translation_of="b"),
            "d.md": article("Password", "Four.", locale="en", translation_of="missing"),
            "e.md": article("Password", "Cinq.", locale="fr", translation_of="missing"),
        }
    )
    found = searcher.search("password", locale="tr").hits
    assert sorted((hit.id, languages(hit)) for hit in found) in (
        [("c", ["en", "fr"]), ("d", ["fr"])],
        [("c", ["en", "fr"]), ("e", ["en"])],
    )


def test_two_articles_of_one_family_in_the_reader_s_language(opened: Open) -> None:
    searcher = opened(
        {
            "a.md": article("Password", "For the phone.", locale="en"),
            "b.md": article("Password", "For the parcel.", locale="en-GB", translation_of="a"),
        }
    )
    assert ids(searcher.search("password parcel", locale="en", mode="keyword")) == ["b"]
    assert ids(searcher.search("password phone", locale="en", mode="keyword")) == ["a"]
    assert ids(searcher.search("password phone", locale="en-GB", mode="keyword")) == ["b"]


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────

PINNED = {
    "best.md": article("Password password", "Password.", locale="en"),
    "good.md": article("Password", "Something else.", locale="en"),
    "pinned.md": article("Contact us", "Call us.", locale="en", pinned_for="[Password, Lost Key]"),
    "bas.md": article("Contactez-nous", "Appelez.", locale="fr", translation_of="pinned"),
    "draft.md": article("Draft", "Password.", locale="en", status="draft", pinned_for="[password]"),
}


@pytest.mark.parametrize("mode", MODES)
def test_a_pin_comes_first_and_keeps_its_score(opened: Open, mode: Mode) -> None:
    searcher = opened(PINNED)
    pinned = searcher.search(" PASSWORD ", mode=mode, locale="en")
    plain = searcher.search("password!", mode=mode, locale="en")  # the same words, and not what is pinned
    assert ids(pinned) == ["pinned", "best", "good"]
    assert ids(plain)[0] == "best"
    scores = {hit.id: hit.score for hit in pinned.hits}
    assert {hit.id: scores[hit.id] for hit in plain.hits} == {hit.id: hit.score for hit in plain.hits}
    assert (pinned.total, pinned.outcome) == (plain.total, plain.outcome)


def test_a_pin_counts_for_its_whole_query_only(opened: Open) -> None:
    searcher = opened(PINNED)
    assert ids(searcher.search("lost key", locale="en"))[0] == "pinned"
    assert ids(searcher.search("password please", locale="en"))[0] != "pinned"


def test_a_pin_is_met_without_case_and_diacritics(opened: Open) -> None:
    searcher = opened(
        {
            "a.md": article("Kargo", "İade kargo ile.", locale="tr"),
            "b.md": article("Bize ulaşın", "Bizi arayın.", locale="tr", pinned_for="[İade, ışık]"),
        }
    )
    for query in ("İADE", "iade", "Iade", "ışık", "IŞIK", "isik"):
        assert ids(searcher.search(query))[0] == "b", query


def test_a_pin_does_not_feed_the_outcome(opened: Open) -> None:
    searcher = opened({"a.md": article("Contact", "Call.", locale="en", pinned_for="[parcel]")})
    result = searcher.search("parcel", mode="semantic")
    assert (ids(result), result.outcome, result.total) == (["a"], "none", 0)


def test_a_pin_obeys_filters_views_and_languages(opened: Open) -> None:
    searcher = opened(PINNED)
    assert "pinned" not in ids(searcher.search("password", filters={"locale": "fr"}))
    assert ids(searcher.search("password", locale="fr"))[0] == "bas"
    assert "draft" not in ids(searcher.search("password"))
    assert sorted(ids(searcher.search("password", view="owners", locale="en"))[:2]) == ["draft", "pinned"]


def test_a_pin_is_shown_however_far_down_it_would_be(opened: Open) -> None:
    files = {f"{n:03}.md": article("Password", "A password.", locale="en", updated="2026-01-01") for n in range(250)}
    far = article("Unlike anything", "Nothing.", locale="en", pinned_for="[password]", updated="2001-01-01")
    searcher = opened({**files, "far.md": far})
    for mode in MODES:
        assert ids(searcher.search("password", mode=mode, limit=1)) == ["far"], mode
        assert ids(searcher.search("password", mode=mode, limit=1, fold_translations=False)) == ["far"], mode
    assert ids(searcher.search("", limit=2)) == ["far", "000"]
