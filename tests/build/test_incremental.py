"""An incremental build costs what changed, and equals a full one.

The second half is the proof: whatever is edited, and in whatever order, the index that was brought up to date step by
step cannot be told from one that was made anew.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from indexer.report import BuildReport
from kb_search.index_format import GenerationLayout, IndexLayout
from tests.build.editor import VIEWS, Editor, assert_equal
from tests.build.small import FILES, INVOICE, ONE_VIEW, PARCEL, PASSWORD, edit, ids, index_again, inodes
from tests.fakes import FakeEmbedder, article, index_files, searcher_for, settings, write

pytestmark = pytest.mark.usefixtures("lazy_disk")


def generation(tmp_path: Path, report: BuildReport) -> GenerationLayout:
    return IndexLayout(tmp_path / "index").generation(report.generation)


# ── What a change costs ──────────────────────────────────────────────────────────────────────────────────


def test_an_unchanged_source_publishes_and_embeds_nothing(tmp_path: Path) -> None:
    index_files(tmp_path, FILES)
    before = inodes(tmp_path / "index")
    embedder = FakeEmbedder()
    report = index_again(tmp_path, embedder=embedder)
    assert (report.published, report.generation) == (False, "000001")
    assert (report.articles, report.chunks, report.reused, report.embedded) == (3, 4, 4, 0)
    assert report.views["public"] == {"en": 3}
    assert embedder.passages == 0
    assert inodes(tmp_path / "index") == before


def test_a_touched_file_is_not_a_changed_one(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    os.utime(tmp_path / "source" / "parcel.md", (1, 1))
    assert not index_again(tmp_path, **ONE_VIEW).published


def test_an_edit_of_one_section_embeds_only_its_chunks(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, invoice=INVOICE.replace("takes a day", "takes a week"))
    embedder = FakeEmbedder()
    report = index_again(tmp_path, embedder=embedder, **ONE_VIEW)
    assert (report.published, report.embedded, report.reused, embedder.passages) == (True, 1, 3, 1)


def test_a_new_title_embeds_the_chunks_of_its_article(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, invoice=INVOICE.replace("Your invoice", "Invoices"))
    assert index_again(tmp_path, **ONE_VIEW).embedded == 2


def test_a_renamed_file_is_published_under_its_new_id_and_embeds_nothing(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    (tmp_path / "source" / "parcel.md").rename(tmp_path / "source" / "tracking.md")
    assert index_again(tmp_path, **ONE_VIEW).embedded == 0
    assert ids(tmp_path / "index", "parcel")[0] == "tracking"


def test_a_file_with_an_explicit_id_keeps_it_wherever_it_moves(tmp_path: Path) -> None:
    text = article("Track a parcel", "The carrier shows it.", locale="en", id="shipping/track")
    index_files(tmp_path, {"parcel.md": text}, **ONE_VIEW)
    write(tmp_path / "source", {"orders/where-is-it.md": text})
    (tmp_path / "source" / "parcel.md").unlink()
    assert index_again(tmp_path, **ONE_VIEW).embedded == 0
    assert ids(tmp_path / "index", "parcel") == ["shipping/track"]


def test_front_matter_that_is_not_embedded_costs_no_model_call(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, parcel=PARCEL.replace("locale: en", "locale: en\ntags: [late]\nowner: shop\nupdated: 2026-01-31"))
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.published, report.embedded) == (True, 0)
    with searcher_for(tmp_path / "index") as searcher:
        (hit,) = searcher.search("parcel", filters={"tags": ["late"]}).hits
        assert (hit.id, hit.owner, hit.updated) == ("parcel", "shop", "2026-01-31")


def test_going_back_to_an_earlier_text_embeds_nothing(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, parcel=article("Track a parcel", "Ask us.", locale="en"))
    assert index_again(tmp_path, **ONE_VIEW).embedded == 1
    edit(tmp_path, parcel=PARCEL)
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.generation, report.embedded) == ("000003", 0)


def test_a_deleted_article_is_gone_and_nothing_is_embedded(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    (tmp_path / "source" / "parcel.md").unlink()
    report = index_again(tmp_path, **ONE_VIEW)
    assert (report.articles, report.embedded) == (2, 0)
    assert "parcel" not in ids(tmp_path / "index", "parcel")


# ── Parts that did not change are the same files ─────────────────────────────────────────────────────────


def test_only_the_parts_whose_inputs_changed_are_written_anew(tmp_path: Path) -> None:
    french = article("Suivre un colis", "Le transporteur le montre.", locale="fr")
    first = generation(tmp_path, index_files(tmp_path, {**FILES, "colis.md": french}, **ONE_VIEW))
    edit(tmp_path, colis=french.replace("le montre", "sait où il est"))
    second = generation(tmp_path, index_again(tmp_path, **ONE_VIEW))
    before, after = first.view("public"), second.view("public")
    assert inodes(before.keywords("en")) == inodes(after.keywords("en"))
    assert inodes(before.keywords("fr")) != inodes(after.keywords("fr"))
    assert inodes(before.vectors) != inodes(after.vectors)


def test_front_matter_leaves_the_vectors_linked(tmp_path: Path) -> None:
    first = generation(tmp_path, index_files(tmp_path, FILES, **ONE_VIEW))
    edit(tmp_path, parcel=PARCEL.replace("locale: en", "locale: en\ntags: [late]"))
    second = generation(tmp_path, index_again(tmp_path, **ONE_VIEW))
    before, after = first.view("public"), second.view("public")
    assert inodes(before.vectors) == inodes(after.vectors)
    assert inodes(before.calibration) == inodes(after.calibration)
    assert set(inodes(before.keywords("en")).values()).isdisjoint(inodes(after.keywords("en")).values())  # tags count


def test_an_article_that_changes_audience_is_rebuilt_only_where_it_shows(tmp_path: Path) -> None:
    first = generation(tmp_path, index_files(tmp_path, FILES))
    edit(tmp_path, parcel=PARCEL.replace("audience: public", "audience: agent"))
    second = generation(tmp_path, index_again(tmp_path))
    assert inodes(first.view("agents").vectors) == inodes(second.view("agents").vectors)
    assert inodes(first.view("public").vectors) != inodes(second.view("public").vectors)


def test_without_hard_links_parts_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object) -> None:
        raise OSError("this file system has no links")

    monkeypatch.setattr(os, "link", refuse)
    first = generation(tmp_path, index_files(tmp_path, FILES, **ONE_VIEW))
    edit(tmp_path, parcel=PARCEL.replace("locale: en", "locale: en\nowner: shop"))
    second = generation(tmp_path, index_again(tmp_path, **ONE_VIEW))
    assert first.view("public").vectors.read_bytes() == second.view("public").vectors.read_bytes()
    assert ids(tmp_path / "index", "parcel")[0] == "parcel"


# ── Retention ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_three_generations_are_kept(tmp_path: Path) -> None:
    pruned = [
        index_files(tmp_path, {"a.md": article(f"Version {n}", "Text.", locale="en")}, **ONE_VIEW).pruned
        for n in range(5)
    ]
    assert pruned == [(), (), (), ("000001",), ("000002",)]
    assert IndexLayout(tmp_path / "index").generation_names() == ["000003", "000004", "000005"]


def test_what_no_kept_generation_used_is_embedded_again(tmp_path: Path) -> None:
    def build(title: str) -> int:
        return index_files(tmp_path, {"a.md": article(title, "Text.", locale="en")}, **ONE_VIEW).embedded

    assert [build(title) for title in ("one", "two", "three", "one")] == [1, 1, 1, 0]
    assert [build(title) for title in ("four", "five", "six")] == [1, 1, 1]
    assert [build(title) for title in ("five", "one")] == [0, 1]


# ── Incremental equals full ──────────────────────────────────────────────────────────────────────────────

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"chunking__max_tokens": 16},
    {"sources__locales": ["en"]},
    {"sources__max_file_mb": 0.001},
)


@pytest.mark.parametrize("seed", range(int(os.environ.get("EDIT_SEEDS", "3"))))
def test_after_any_edits_the_index_equals_one_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    editor = Editor(tmp_path / "source", seed)
    monkeypatch.setattr("indexer.listing.RESTED", 10_000_000)  # so that stamps are trusted from one step to the next
    chosen = settings(views=VIEWS)
    done: list[str] = []
    build_index([tmp_path / "source"], tmp_path / "index", chosen, FakeEmbedder())
    for _ in range(5):
        done += [editor.edit() for _ in range(editor.choose.randint(1, 4))]
        chosen = editor.choose.choice((chosen, chosen, settings(views=VIEWS, **editor.choose.choice(SETTINGS))))
        build_index([tmp_path / "source"], tmp_path / "index", chosen, FakeEmbedder())
        build_index([tmp_path / "source"], tmp_path / "fresh", chosen, FakeEmbedder(), full=True)
        assert_equal(tmp_path / "index", tmp_path / "fresh", done)
        shutil.rmtree(tmp_path / "fresh")


def test_full_over_an_old_index_equals_a_new_one(tmp_path: Path) -> None:
    index_files(tmp_path, {"a.md": PASSWORD, "z.md": INVOICE}, views=VIEWS)
    edit(tmp_path, m=PARCEL)
    index_again(tmp_path, full=True, views=VIEWS)
    build_index([tmp_path / "source"], tmp_path / "fresh", settings(views=VIEWS), FakeEmbedder())
    assert_equal(tmp_path / "index", tmp_path / "fresh", [])
