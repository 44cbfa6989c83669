"""What an edit of curation.yaml costs, and what of it is in a generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.errors import IndexCorrupt
from kb_search.index_format import IndexLayout, ViewLayout
from tests.build.small import index_again, inodes
from tests.fakes import FakeEmbedder, article, index_files, searcher_for, write

pytestmark = pytest.mark.usefixtures("lazy_disk")

CURATION = """\
synonyms:
  en: [[parcel, package], {words: [limit, cap], views: [agents, internal]}]
  fr: [[colis, paquet]]
pins:
  - {query: package, articles: [parcel]}
"""
FILES = {
    "parcel.md": article("Track a parcel", "The carrier shows where it is.", locale="en"),
    "limit.md": article("Refund limit", "Ask a manager.", locale="en", audience="agent"),
    "secret.md": article("Coffre", "Interne.", locale="fr", audience="internal"),
    "curation.yaml": CURATION,
}
TIDY = """\
synonyms:
  en: [[parcel, shipment]]
"""


def view(tmp_path: Path, name: str, generation: str = "000001") -> ViewLayout:
    return IndexLayout(tmp_path / "index").generation(generation).view(name)


def test_an_edit_of_it_is_published_embeds_nothing_and_builds_no_search_structure(tmp_path: Path) -> None:
    assert (first := index_files(tmp_path, FILES)).synonyms == 3 and first.pins == 1
    before = inodes(IndexLayout(tmp_path / "index").generation("000001").folder)
    write(tmp_path / "source", {"curation.yaml": TIDY})
    embedder = FakeEmbedder()
    report = index_again(tmp_path, embedder=embedder)
    assert (report.published, report.generation, report.embedded, embedder.passages) == (True, "000002", 0, 0)
    assert (report.articles, report.files, report.synonyms, report.pins) == (3, 3, 1, 0)
    after = inodes(IndexLayout(tmp_path / "index").generation("000002").folder)
    parts = [name for name in before if "/keywords/" in name or name.endswith((".faiss", ".npz"))]
    assert parts and {name: after[name] for name in parts} == {name: before[name] for name in parts}


def test_without_an_edit_nothing_is_published_and_all_is_said_again(tmp_path: Path) -> None:
    first = index_files(tmp_path, {**FILES, "curation.yaml": CURATION + "  - {query: q, articles: gone}\n"})
    again = index_again(tmp_path)
    assert not again.published
    assert (again.synonyms, again.pins, again.findings) == (first.synonyms, first.pins, first.findings)
    assert [finding.code for finding in again.findings] == ["pin-unknown-article"]


def test_a_file_that_is_gone_is_gone_from_the_next_generation(tmp_path: Path) -> None:
    index_files(tmp_path, FILES)
    (tmp_path / "source" / "curation.yaml").unlink()
    assert index_again(tmp_path).published
    with searcher_for(tmp_path / "index") as searcher:
        assert searcher.snapshot.view("public").synonyms["en"].known == {}
        assert searcher.snapshot.view("public").pins == {}


def test_a_view_holds_what_it_may_use_and_nothing_else(tmp_path: Path) -> None:
    index_files(tmp_path, FILES)
    texts = {name: view(tmp_path, name).synonyms.read_text("utf-8") for name in ("public", "agents", "internal")}
    assert [("parcel" in text, "limit" in text, "colis" in text) for text in texts.values()] == [
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    with searcher_for(tmp_path / "index") as searcher:
        public, internal = (searcher.snapshot.view(name) for name in ("public", "internal"))
        assert public.synonyms.keys() == {"en"} and internal.synonyms.keys() == {"en", "fr"}
        assert public.synonyms["en"].alternatives(["packag", "limit"]) == [(0, 1, (("parcel",),))]


def test_the_file_of_a_view_is_under_the_manifest_s_digests(tmp_path: Path) -> None:
    index_files(tmp_path, FILES)
    path = view(tmp_path, "public").synonyms
    path.write_bytes(path.read_bytes().replace(b"package", b"packaga"))
    with pytest.raises(IndexCorrupt, match=r"synonyms\.json has SHA-256"):
        searcher_for(tmp_path / "index")


def test_a_build_from_nothing_equals_one_step_by_step(tmp_path: Path) -> None:
    index_files(tmp_path, {**FILES, "curation.yaml": TIDY})
    write(tmp_path / "source", {"curation.yaml": CURATION})
    index_again(tmp_path)
    index_files(tmp_path / "anew", FILES)
    for name in ("public", "agents", "internal", "owners"):
        assert (
            view(tmp_path, name, "000002").synonyms.read_bytes() == view(tmp_path / "anew", name).synonyms.read_bytes()
        )
