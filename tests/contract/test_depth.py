"""A filter is applied before the best are chosen: what it leaves is found however far down it would have been."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb_search.types import Mode
from tests.contract.corpus import MODES, Known, files
from tests.contract.oracle import Oracle, assert_same
from tests.fakes import build, searcher_for

QUERY = "password zinnia"


def _articles() -> Iterator[Known]:
    for n in range(420):  # more than a branch is asked for at first
        yield Known(
            f"near{n:03}", "en", f"Password {n}", "password " * (1 + n % 5), category="near", updated="2026-01-01"
        )
    for n in range(230):  # the same word once, in a long text about something else
        text = "parcel " * (20 + n % 30) + "password"
        yield Known(f"far{n:03}", "en", f"Parcel {n}", text, category="far", tags=("few",) if n % 100 == 7 else ())
    for n in range(3):  # a word that only keywords see, in articles that are not near in meaning
        yield Known(f"words{n}", "en", f"Invoice {n}", "invoice " * 9 + "zinnia", category="words")
    for n in range(3):  # the same in meaning, without a word of the query
        yield Known(f"meaning{n}", "tr", "Şifre", "şifre " * (2 + n), category="meaning")
    for n in range(3):  # a family of which one at a time is of the category that is asked for
        original = "family0" if n else None
        yield Known(
            f"family{n}", ("en", "fr", "tr")[n], "Facture", "facture", translation_of=original, category=f"family{n}"
        )


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    articles = {article.id: article for article in sorted(_articles(), key=lambda article: article.id)}
    with searcher_for(build(tmp_path_factory.mktemp("deep"), files(articles))) as searcher:
        yield Oracle(searcher, articles)


@pytest.mark.parametrize("fold", [True, False], ids=["folded", "apart"])
@pytest.mark.parametrize("selective", [0, 1_000], ids=["filtered as they come", "filter in the query"])
@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_full_though_the_filter_takes_all_of_the_best_200(
    deep: Oracle, mode: Mode, selective: int, fold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_search.stores.keywords._SELECTIVE", selective)
    unfiltered = deep.searcher.rank("password", mode=mode, limit=200, fold_translations=fold).hits
    assert {deep.articles[name].category for name, _ in unfiltered} <= {"near", "meaning"}
    for wanted, number in (({"category": "far"}, 200), ({"tags": "few"}, 3)):
        found = deep.searcher.rank("password", mode=mode, limit=200, filters=wanted, fold_translations=fold).hits
        assert len(found) == number
        assert_same(found, deep.ranked("password", mode, "public", wanted)[:200])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_what_one_branch_alone_finds(deep: Oracle, mode: Mode, limit: int) -> None:
    everything = deep.scores(QUERY, mode, "public")
    for category, found_by in (("words", MODES), ("meaning", ["hybrid", "semantic"])):
        hits = deep.searcher.rank(QUERY, mode=mode, limit=limit, filters={"category": category}).hits
        assert len(hits) == (min(limit, 3) if mode in found_by else 0)
        assert_same(hits, [(name, everything[name]) for name, _ in hits])


def test_each_of_the_two_is_far_from_what_the_other_branch_finds(deep: Oracle) -> None:
    """Else the test above would show nothing."""
    by_meaning = list(deep.scores(QUERY, "semantic", "public"))
    assert min(by_meaning.index(f"words{n}") for n in range(3)) > 402
    assert max(by_meaning.index(f"meaning{n}") for n in range(3)) < 402
    assert list(deep.scores(QUERY, "keyword", "public"))[:3] == ["words0", "words1", "words2"]
    hybrid = deep.searcher.rank(QUERY, limit=200).hits
    assert {"words0", "words1", "words2"} <= {name for name, _ in hybrid}


@pytest.mark.parametrize("mode", MODES)
def test_a_family_is_found_by_the_one_member_that_meets_the_filter(deep: Oracle, mode: Mode) -> None:
    for n in range(3):
        (hit,) = deep.searcher.search("facture", mode=mode, filters={"category": f"family{n}"}, locale="en").hits
        assert (hit.id, hit.translations) == (f"family{n}", ())
        assert hit.score == pytest.approx(deep.scores("facture", mode, "public")[f"family{n}"], abs=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [{}, {"tags": "kept"}], ids=str)
def test_a_window_of_large_families_is_filled(
    mode: Mode, filters: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of 120 families of five, as near as can be, the best 400 articles are but 80 results."""
    articles = {
        f"{n:03}-{member}": Known(
            f"{n:03}-{member}",
            "en",
            "Password",
            "password " + "meadow " * n,
            translation_of=f"{n:03}-0" if member else None,
            tags=("kept",) if n % 8 else (),
        )
        for n in range(120)
        for member in range(5)
    }
    with searcher_for(build(tmp_path_factory.mktemp("families"), files(articles))) as searcher:
        hits = searcher.search("password", mode=mode, filters=filters, limit=200).hits
    assert sorted(hit.id for hit in hits) == [f"{n:03}-0" for n in range(120) if n % 8 or not filters]
    assert {len(hit.translations) for hit in hits} == {4}
