from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb_search.curation import Pin
from kb_search.errors import IndexCorrupt
from kb_search.filters import parse_filters
from kb_search.stores.article_rows import Meta, build_articles
from kb_search.stores.articles import ArticleStore, ChunkRecord
from kb_search.types import Article, Chunk

QUOTES, SLASHES, LETTERS = 'it\'s "quoted"; DROP TABLE articles', "en/billing/refund", "çöp/ışık-日本"


def art(identifier: str, locale: str = "en", **values: Any) -> Article:
    return Article(id=identifier, title=f"Title of {identifier}", locale=locale, audience=("public",), **values)


def chunk(article_id: str, number: int = 0, *heading: str) -> Chunk:
    anchor = "-".join(heading).lower()
    return Chunk(
        f"{article_id}#{anchor}~{number}", article_id, anchor, heading, f"Text {number} of {article_id}", "unused"
    )


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Any]:
    opened: list[ArticleStore] = []

    def make(
        articles: Sequence[Article], chunks: Sequence[Sequence[Chunk]] | None = None, pins: Sequence[Pin] = ()
    ) -> ArticleStore:
        path = tmp_path / f"articles-{len(opened)}.sqlite"
        build_articles(path, articles, chunks or [[chunk(article.id)] for article in articles], pins)
        opened.append(ArticleStore(path))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def test_articles_round_trip(stored: Any) -> None:
    full = art(
        SLASHES,
        status="archived",
        slug="refund",
        summary="How to",
        tags=("billing", "money"),
        category="Billing",
        translation_of="root",
        confidence="validated",
        governance="team",
        owner="Zoë",
        area="payments",
        created="2025-01-01",
        updated="2026-01-01",
        review_by="2027-01-01",
        aliases=("old/refund",),
        keywords=("money back",),
        pinned_for=("refund",),
        canonical="https://example.com/refund",
        extra={"unknown": [1, {"a": None}]},
        markdown="# Refund\n",
        source="en/billing/refund.md",
    )
    store = stored([full, art(QUOTES), art(LETTERS, "tr")])
    assert store.ids == [SLASHES, QUOTES, LETTERS]
    assert store.locales.tolist() == ["en", "en", "tr"]
    assert [store.ordinal(name) for name in (SLASHES, QUOTES, LETTERS, "absent")] == [0, 1, 2, None]
    record = store.records([0])[0]
    assert (record.ordinal, record.id, record.locale, record.status) == (0, SLASHES, "en", "archived")
    assert record.title == f"Title of {SLASHES}"
    assert record.meta == Meta(
        audience=("public",),
        slug="refund",
        summary="How to",
        tags=("billing", "money"),
        category="Billing",
        translation_of="root",
        confidence="validated",
        governance="team",
        owner="Zoë",
        area="payments",
        created="2025-01-01",
        updated="2026-01-01",
        review_by="2027-01-01",
        aliases=("old/refund",),
        keywords=("money back",),
        pinned_for=("refund",),
        canonical="https://example.com/refund",
        source="en/billing/refund.md",
        extra={"unknown": [1, {"a": None}]},
    )
    assert store.markdown(0) == "# Refund\n"
    assert {row: found.id for row, found in store.records([2, 1]).items()} == {1: QUOTES, 2: LETTERS}
    assert store.records([]) == {}


def test_chunks_round_trip(stored: Any) -> None:
    store = stored(
        [art("a"), art("b")],
        [[chunk("a")], [chunk("b"), chunk("b", 0, "Steps"), chunk("b", 1, "Steps", "Then")]],
    )
    assert store.first_chunk.tolist() == [0, 1, 4]
    assert store.chunk_article.tolist() == [0, 1, 1, 1]
    assert store.chunk_ids() == ["a#~0", "b#~0", "b#steps~0", "b#steps-then~1"]
    assert store.chunks([3, 0]) == {
        0: ChunkRecord(0, "a#~0", "", "", "Text 0 of a"),
        3: ChunkRecord(3, "b#steps-then~1", "steps-then", "Steps › Then", "Text 1 of b"),
    }
    assert [found.ordinal for found in store.chunks_of(1)] == [1, 2, 3]


def test_a_store_without_articles(stored: Any) -> None:
    store = stored([])
    assert (store.ids, store.chunk_ids(), store.pins()) == ([], [], [])
    assert (store.first_chunk.tolist(), store.chunk_article.tolist(), store.originals.tolist()) == ([0], [], [])
    assert store.facets([]) == {}
    assert store.latest([], 10) == []


def test_originals_are_numbered_the_same_for_the_same_name(stored: Any) -> None:
    store = stored(
        [
            art("a"),
            art("b", translation_of="a"),
            art("c", translation_of="b"),
            art("d", translation_of="gone"),
            art("e", translation_of="gone"),
            art("f", translation_of="lost"),
        ]
    )
    assert store.originals.tolist() == [-1, 0, 1, 6, 6, 7]


FILTERED = [
    art("0", "en", tags=("billing", "login"), category="Billing", updated="2026-01-31"),
    art("1", "fr", tags=("billing",), category="Billing", updated="2026-02-01T09:00:00"),
    art("2", "fr-CA", tags=("it's",), owner="Ada", created="2025-12-31"),
    art("3", "frr", status="draft", updated="2025-12-31"),
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tags": "billing"}, [0, 1]),
        ({"tags": ["login", "it's"]}, [0, 2]),
        ({"tags": "billing", "locale": "en"}, [0]),
        ({"tags": "billing", "owner": "Ada"}, []),
        ({"category": "billing"}, []),
        ({"locale": "fr"}, [1, 2]),
        ({"locale": "fr-CA"}, [2]),
        ({"locale": ["en", "fr-CA"]}, [0, 2]),
        ({"status": ["draft", "archived"]}, [3]),
        ({"updated": {"gte": "2026-01-31"}}, [0, 1]),
        ({"updated": {"gte": "2026-02-01"}}, [1]),
        ({"updated": {"lte": "2026-02-01"}}, [0, 1, 3]),
        ({"updated": {"gte": "2026-01-01", "lte": "2026-01-31"}}, [0]),
        ({"updated": {"gte": "2026-02-01", "lte": "2026-01-01"}}, []),
        ({"updated": "2026-02-01"}, [1]),
        ({"updated": "2026-01"}, [0]),
        ({"updated": "2026"}, [0, 1]),
        ({"updated": ["2025", "2026-02"]}, [1, 3]),
        ({"updated": {"gte": "2026"}}, [0, 1]),
        ({"updated": {"gte": "2026-02"}}, [1]),
        ({"updated": {"lte": "2026-01"}}, [0, 3]),
        ({"updated": {"gte": "2025", "lte": "2025"}}, [3]),
        ({"created": {"gte": "1900-01-01"}}, [2]),
        ({"review_by": {"gte": "1900-01-01"}}, []),
    ],
)
def test_filters(stored: Any, filters: dict[str, Any], expected: list[int]) -> None:
    mask = stored(FILTERED).matching(parse_filters(filters))
    assert mask.dtype == np.bool_
    assert np.flatnonzero(mask).tolist() == expected


def test_no_filter_is_no_mask(stored: Any) -> None:
    assert stored(FILTERED).matching(()) is None


def test_facets_count_values_most_frequent_first(stored: Any) -> None:
    store = stored(FILTERED)
    facets = store.facets([0, 1, 2])
    assert facets == {
        "locale": {"en": 1, "fr": 1, "fr-CA": 1},
        "category": {"Billing": 2},
        "tags": {"billing": 2, "it's": 1, "login": 1},
        "status": {"published": 3},
        "owner": {"Ada": 1},
        "updated": {"2026-02": 1, "2026-01": 1},
    }
    assert list(facets["tags"]) == ["billing", "it's", "login"]
    assert store.facets([3]) == {"locale": {"frr": 1}, "status": {"draft": 1}, "updated": {"2025-12": 1}}


def test_facets_count_updates_by_month_latest_first(stored: Any) -> None:
    days = ("2026-02-28", "2026-03-01", "2025-12-31", "2026-02-01", "2025-02-01")
    store = stored([art(str(row), updated=day, created="2020-01-01") for row, day in enumerate(days)])
    counted = store.facets(range(len(days)))["updated"]
    assert list(counted.items()) == [("2026-03", 1), ("2026-02", 2), ("2025-12", 1), ("2025-02", 1)]


@pytest.mark.parametrize(
    ("members", "tags", "months", "met"),
    [
        ([0, 1, 2, 3], ["billing", "it's", "login"], ["2025-12-31", "2026-01-31", "2026-02-01T09:00:00"], True),
        ([1, 3], ["billing"], ["2025-12-31", "2026-02-01T09:00:00"], True),
        ([2], ["it's"], [], False),
        ([], [], [], False),
    ],
)
def test_values_are_those_of_some_articles(
    stored: Any, members: list[int], tags: list[str], months: list[str], met: bool
) -> None:
    store, mask = stored(FILTERED), np.isin(np.arange(4), members)
    assert store.values("tags", mask) == tags
    assert store.values("updated", mask) == months
    assert store.has_matching(*parse_filters({"tags": ["billing", "unknown"]}), mask) is met
    assert store.values("area", mask) == []


def test_latest_is_by_update_else_creation_then_by_ordinal(stored: Any) -> None:
    store = stored(
        [
            art("0", updated="2026-01-01"),
            art("1"),
            art("2", created="2026-03-01", updated="2025-01-01"),  # updated counts, though it is the older day
            art("3", created="2026-02-01"),
            art("4", updated="2026-02-01"),
            art("5"),
        ]
    )
    assert store.latest(range(6), 99) == [3, 4, 0, 2, 1, 5]
    assert store.latest(range(6), 2) == [3, 4]
    assert store.latest([5, 2, 0], 99) == [0, 2, 5]


def test_the_pins_of_articles_have_no_place(stored: Any) -> None:
    store = stored([art("a"), art("b", pinned_for=("Password", "İade")), art("c", pinned_for=("password",))])
    assert store.pins() == [("Password", 1, None, None), ("İade", 1, None, None), ("password", 2, None, None)]


def test_curated_pins_have_the_place_they_are_given_in_and_come_before_the_others(stored: Any) -> None:
    articles = [art("a", pinned_for=("refund",)), art("b"), art("c")]
    pins = [Pin(("refund", "money back"), ("c", "b")), Pin(("refund",), ("a",), ("public", "agents"))]
    assert stored(articles, pins=pins).pins() == [
        ("money back", 2, 0, None),
        ("refund", 2, 0, None),
        ("money back", 1, 1, None),
        ("refund", 1, 1, None),
        ("refund", 0, 2, "agents"),
        ("refund", 0, 2, "public"),
        ("refund", 0, None, None),
    ]


def test_many_threads_share_it_and_leave_no_connection_behind(stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def counting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    store = stored([art(f"{number:03}") for number in range(50)])
    monkeypatch.setattr(sqlite3, "connect", counting)
    wrong: list[str] = []

    def read() -> None:
        found = [store.records([row])[row].id for row in range(50)]
        wrong.extend(name for row, name in enumerate(found) if name != f"{row:03}")

    for _ in range(5):
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert opened == []  # but those that were opened with the store


def test_a_closed_store_says_so(stored: Any) -> None:
    store = stored([art("a")])
    store.close()
    store.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        store.records([0])


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 20])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "articles.sqlite").write_bytes(content)
    with pytest.raises(
        IndexCorrupt, match=r"articles\.sqlite cannot be read by SQLite \(.*\)\. Build the index anew\."
    ):
        ArticleStore(tmp_path / "articles.sqlite")


def test_a_path_with_signs_of_an_address(tmp_path: Path) -> None:
    folder = tmp_path / "50% off? #1 é"
    folder.mkdir()
    build_articles(folder / "articles.sqlite", [art("a")], [[chunk("a")]])
    with closing(ArticleStore(folder / "articles.sqlite")) as store:
        assert store.ids == ["a"]
