"""How many results there are, and that pages are cut from one list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb_search import Hit, Searcher
from kb_search.errors import QueryError
from kb_search.ranking import fusion
from kb_search.types import Mode
from tests.fakes import Open, article, build, searcher_for

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """250 articles about passwords, the later the longer, and 10 about parcels."""
    files = {f"p{n:03}.md": article(f"Password {n}", "word " * n, locale="en") for n in range(250)}
    files |= {f"q{n}.md": article(f"Parcel {n}", "Delivery.", locale="en", tags="[parcel]") for n in range(10)}
    with searcher_for(build(tmp_path_factory.mktemp("many"), files)) as searcher:
        yield searcher


@pytest.mark.parametrize("mode", MODES)
def test_pages_joined_are_one_long_page(many: Searcher, mode: Mode) -> None:
    whole = many.search("password", limit=200, mode=mode).hits
    assert len({hit.id for hit in whole}) == 200
    for size in (7, 50, 199):
        pages: list[Hit] = []
        for offset in range(0, 200, size):
            pages += many.search("password", limit=min(size, 200 - offset), offset=offset, mode=mode).hits
        assert tuple(pages) == whole


def test_past_the_window_the_total_is_a_lower_bound(many: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    few = many.search("parcel", mode="keyword", limit=5)
    assert (len(few.hits), few.total, few.total_is_lower_bound) == (5, 10, False)
    monkeypatch.setattr("kb_search.finding.WINDOW", 8)  # more than a window fit where few of many articles have a word
    result = many.search("parcel", mode="keyword", limit=5)
    assert (len(result.hits), result.total, result.total_is_lower_bound) == (5, 8, True)
    assert result.facets["locale"] == {"en": 8}


@pytest.mark.parametrize("mode", MODES)
def test_the_total_counts_what_is_above_the_weak_threshold_in_the_window(many: Searcher, mode: Mode) -> None:
    result = many.search("parcel", mode=mode, limit=200)
    fitting = [hit for hit in result.hits if hit.score >= fusion.WEAK]
    assert result.total == len(fitting) > 0
    assert result.total_is_lower_bound is (result.total == 200)
    assert result.facets["locale"] == {"en": len(fitting)}


def test_a_blank_query_has_a_window_too(many: Searcher) -> None:
    result = many.search("", limit=200)
    assert (len(result.hits), result.total, result.total_is_lower_bound) == (200, 200, True)


def test_the_window_ends_at_200(many: Searcher) -> None:
    assert len(many.search("password", limit=1, offset=199).hits) == 1
    assert many.search("password", limit=0, offset=200).hits == ()
    with pytest.raises(QueryError, match="offset 200 \\+ limit 1 reaches past the window of 200 results"):
        many.search("password", limit=1, offset=200)


@pytest.mark.parametrize("mode", MODES)
def test_limit_0_counts_only(many: Searcher, mode: Mode) -> None:
    counted, shown = (many.search("parcel", limit=limit, mode=mode) for limit in (0, 10))
    assert counted.hits == ()
    assert (counted.total, counted.facets, counted.outcome) == (shown.total, shown.facets, shown.outcome)
    assert counted.total >= 10


def test_an_offset_past_the_last_result_gives_none(many: Searcher) -> None:
    assert many.search("parcel", mode="keyword", limit=10, offset=50).hits == ()


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (12, 12), (13, 13), (14, 13), (200, 13)])
@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_exactly_as_many_articles_as_match(opened: Open, mode: Mode, limit: int, expected: int) -> None:
    files = {f"{n:02}.md": article(f"Password {n}", "Text.", locale="en") for n in range(13)}
    hits = opened(files).search("password", limit=limit, mode=mode).hits
    assert len({hit.id for hit in hits}) == len(hits) == expected


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_a_very_long_article_does_not_crowd_out_the_others(opened: Open, mode: Mode) -> None:
    sections = "\n\n".join(f"## Part {n}\n\nPassword password {n}." for n in range(500))
    files = {f"{n:02}.md": article("Other", "A parcel is on its way.", locale="en") for n in range(30)}
    searcher = opened({**files, "long.md": article("Passwords", sections, locale="en")})
    assert searcher.snapshot.manifest.chunks >= 530
    hits = searcher.search("password", limit=200, mode=mode).hits
    assert hits[0].id == "long"
    assert len({hit.id for hit in hits}) == len(hits) == 31


def test_a_long_article_is_one_of_many_in_every_mode(opened: Open) -> None:
    sections = "\n\n".join(f"## Part {n}\n\nPassword {n}." for n in range(500))
    files = {f"{n:03}.md": article("Password", "A password.", locale="en") for n in range(60)}
    searcher = opened({**files, "long.md": article("Passwords", sections, locale="en")})
    for mode in MODES:
        hits = searcher.search("password", limit=61, mode=mode).hits
        assert len({hit.id for hit in hits}) == 61, mode


def test_a_long_article_does_not_hide_what_only_meaning_finds(opened: Open) -> None:
    sections = "\n\n".join(f"## Part {n}\n\nPassword {n}." for n in range(500))
    files = {f"{n:03}.md": article("Parcel", "A list of parcels.", locale="en") for n in range(210)}
    files["long.md"] = article("Password", sections, locale="en")
    files["near.md"] = article("Passe", "Passe compte.", locale="fr")
    hits = opened(files).search("password list", limit=200).hits  # 210 articles have the word "list"
    assert {hit.id for hit in hits[:2]} == {"long", "near"}


@pytest.mark.parametrize("mode", MODES)
def test_the_window_is_filled_though_translations_fold_into_one(opened: Open, mode: Mode) -> None:
    """Of 150 articles in three languages 200 chunks are but 67 results."""
    titles = {"en": "Password", "fr": "Passe password", "tr": "Şifre password"}
    files = {
        f"{locale}/{n:03}.md": article(f"{title} {n}", "Password.", locale=locale, translation_of=f"en/{n:03}")
        for locale, title in titles.items()
        for n in range(150)
    }
    hits = opened(files).search("password", limit=200, mode=mode, locale="en").hits
    assert sorted(hit.id for hit in hits) == [f"en/{n:03}" for n in range(150)]
    assert {len(hit.translations) for hit in hits} == {2}
