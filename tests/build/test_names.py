"""What articles are called, embedded as queries: which names a view knows, and what they say of a query."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index
from kb_search.index_format import IndexLayout, ViewLayout
from kb_search.ranking.naming import Naming
from kb_search.types import SearchResult
from tests.build.small import inodes
from tests.fakes import FakeEmbedder, article, searcher_for, settings, write

pytestmark = pytest.mark.usefixtures("lazy_disk")

FILES = {
    "en/parcel.md": article("Parcel", "Where it is.", locale="en", keywords="[delivery late, parcel]"),
    "en/refund.md": article("Refund", "Send it back.", locale="en"),
    "fr/colis.md": article("Colis", "Où il est.", locale="fr", translation_of="en/parcel"),
    "en/staff.md": article("Password", "Reset it.", locale="en", audience="internal", keywords="[account]"),
}


def build(tmp_path: Path, files: dict[str, str], embedder: FakeEmbedder | None = None) -> IndexLayout:
    write(tmp_path / "source", files)
    build_index([tmp_path / "source"], tmp_path / "index", settings(), embedder or FakeEmbedder())
    return IndexLayout(tmp_path / "index")


def view_of(layout: IndexLayout, name: str) -> ViewLayout:
    return layout.generation(layout.current_name()).view(name)


def outcome(tmp_path: Path, query: str, view: str, **options: object) -> SearchResult:
    with searcher_for(tmp_path / "index") as searcher:
        return searcher.search(query, view=view, explain=True, **options)  # type: ignore[arg-type]


def named(result: SearchResult) -> dict[str, float]:
    return {hit.id: hit.explanation.ledger["named"] for hit in result.hits if hit.explanation}


def test_titles_and_keywords_are_names_and_each_view_asks_its_own(tmp_path: Path) -> None:
    layout = build(tmp_path, FILES)
    # Parcel, its keywords and colis are of one family: each finds only the refund, at a cosine of 0 but for "late",
    # which shares a dimension with nothing. The name that is given twice is asked twice.
    public = Naming.load(view_of(layout, "public").naming).nearest
    assert {language: known.count for language, known in public.items()} == {"en": 4, "fr": 1}
    assert public["fr"].mean == pytest.approx(0.0, abs=1e-6)
    internal = Naming.load(view_of(layout, "internal").naming).nearest
    assert {language: known.count for language, known in internal.items()} == {"en": 6, "fr": 1}


def test_a_query_is_compared_with_names_that_its_reader_may_see(tmp_path: Path) -> None:
    build(tmp_path, FILES)
    near, far = (named(outcome(tmp_path, "accounts", view)) for view in ("internal", "public"))
    # The keyword is the staff's: it lifts their own article most, the others through the nearest name of all.
    assert near["en/staff"] > near["en/refund"] > far["en/refund"]


@pytest.mark.parametrize("options", [{"filters": {"locale": "fr"}}, {"limit": 1}, {"fold_translations": False}])
def test_a_hit_has_the_same_value_whatever_else_is_shown(tmp_path: Path, options: dict[str, object]) -> None:
    build(tmp_path, FILES)
    everything = named(outcome(tmp_path, "parcel", "public", fold_translations=False))
    assert everything["en/parcel"] > everything["en/refund"]
    some = named(outcome(tmp_path, "parcel", "public", **options))
    assert some and some.items() <= everything.items()


def test_a_title_that_is_the_beginning_of_a_text_is_no_name(tmp_path: Path) -> None:
    rows = ['{"_id": "1", "title": "", "text": "Track it.", "lang": "en", "audience": "public"}\n']
    rows += ['{"_id": "2", "title": "Refund", "text": "Soon.", "lang": "en", "audience": "public"}\n']
    layout = build(tmp_path, {"corpus.jsonl": "".join(rows)})
    assert np.fromfile(view_of(layout, "public").name_rows, "<u4").tolist() == [1]
    assert Naming.load(view_of(layout, "public").naming).nearest == {}


def test_where_no_other_article_has_a_name_the_ledger_says_nothing_of_it(tmp_path: Path) -> None:
    build(tmp_path, {"refund.md": FILES["en/refund.md"]})
    (hit,) = outcome(tmp_path, "refund", "public").hits
    assert hit.explanation is not None and "named" not in hit.explanation.ledger


def test_names_that_stay_are_linked_and_a_new_keyword_is_embedded_once(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    layout = build(tmp_path, FILES, embedder)
    before, asked = inodes(view_of(layout, "public").names), embedder.queries
    build(tmp_path, FILES | {"en/refund.md": FILES["en/refund.md"].replace("Send", "Bring")}, embedder)
    assert inodes(view_of(layout, "public").names) == before
    build(tmp_path, FILES | {"en/refund.md": article("Refund", "Send it.", locale="en", keywords="[money]")}, embedder)
    assert inodes(view_of(layout, "public").names) != before
    assert embedder.queries == asked + 1
