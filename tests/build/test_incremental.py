"""An incremental build costs what changed, and equals a full one.

The second half is the proof: whatever is edited, and in whatever order, the index that was brought up to date step by
step cannot be told from one that was made anew.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index
from indexer.report import BuildReport
from kb_search import Searcher
from kb_search.index_format import GenerationLayout, IndexLayout
from kb_search.types import Mode, SearchResult
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

VIEWS = {
    "public": {"audiences": ("public",)},
    "staff": {"audiences": ("public", "agent"), "statuses": ("draft", "published", "archived")},
}
QUERIES = ("forgot my password", "facture", "")  # the last one lists all that a view shows
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")
SENTENCES = (
    "Reset the password in your account.",
    "Every invoice is sent by mail.",
    "Votre facture est dans votre compte.",
    "The parcel is with the carrier.",
    "Le colis est en livraison.",
    "A refund takes five days.",
    "Cancel the order in the app.",
)
KINDS = ("add", "rename", "delete", "text", "title", "locale", "audience", "status", "translation", "tags", "id")
STATUSES, AUDIENCES, LOCALES = ("published", "draft", "archived"), ("public", "agent"), ("en", "fr")


@dataclass(frozen=True)
class Page:
    """One article; its file name is also its id unless `explicit` gives one."""

    title: str
    sections: tuple[str, ...]
    locale: str = "en"
    audience: str = "public"
    status: str = "published"
    fields: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        body = "\n\n".join(f"## Part {number}\n\n{text}" for number, text in enumerate(self.sections))
        return article(self.title, body, locale=self.locale, audience=self.audience, status=self.status, **self.fields)


class Editor:
    """Somebody who edits a folder of articles: every choice comes from one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.choose = random.Random(seed)
        self.pages = {f"page{number}": self._new() for number in range(9)}
        self.count = len(self.pages)
        for name in self.pages:
            self._save(name)

    def edit(self) -> str:
        """Change one thing, and say which."""
        kind = self.choose.choice(KINDS) if len(self.pages) > 4 else "add"
        name = self.choose.choice(sorted(self.pages))
        page = self.pages[name]
        if kind in ("rename", "delete"):
            self._remove(name)
        if kind == "delete":
            return f"delete {name}"
        if kind in ("add", "rename"):
            self.count += 1
            name = f"{self.choose.choice('axz')}{self.count}"  # before, among or behind the others
        self.pages[name] = self._new() if kind == "add" else self._changed(page, kind)
        self._save(name)
        return f"{kind} {name}"

    def _changed(self, page: Page, kind: str) -> Page:
        choice = self.choose.choice
        match kind:
            case "text":
                return replace(page, sections=(*page.sections[:1], choice(SENTENCES)))
            case "title":
                return replace(page, title=choice(SENTENCES))
            case "locale":
                return replace(page, locale=choice(LOCALES))
            case "audience":
                return replace(page, audience=choice(AUDIENCES))
            case "status":
                return replace(page, status=choice(STATUSES))
            case "translation":
                return replace(page, fields={**page.fields, "translation_of": choice(sorted(self.pages))})
            case "tags":
                return replace(page, fields={**page.fields, "tags": choice(("billing", "[app, phone]"))})
            case "id":
                return replace(page, fields={**page.fields, "id": f"{choice('amz')}/{self.choose.random()}"})
        return page

    def _new(self) -> Page:
        sections = tuple(self.choose.sample(SENTENCES, self.choose.randint(1, 3)))
        return Page(sections[0].removesuffix("."), sections, self.choose.choice(LOCALES), self.choose.choice(AUDIENCES))

    def _save(self, name: str) -> None:
        write(self.folder, {f"{name}.md": self.pages[name].text()})

    def _remove(self, name: str) -> None:
        del self.pages[name]
        (self.folder / f"{name}.md").unlink()


def assert_equal(updated: Path, fresh: Path, done: list[str]) -> None:
    """Same ids in the same order, same vectors, same answers."""
    with searcher_for(updated) as left, searcher_for(fresh) as right:
        one, two = left.snapshot, right.snapshot
        assert one.store.ids == two.store.ids, done
        assert one.store.chunk_ids() == two.store.chunk_ids(), done
        assert np.array_equal(one.matrix, two.matrix), done
        for answer, expected in zip(answers(left), answers(right), strict=True):
            asked = (*done, answer.query, answer.locale)
            for hit, same in zip(answer.hits, expected.hits, strict=True):
                assert (hit.id, hit.translations, hit.passage) == (same.id, same.translations, same.passage), asked
            scores, wanted = ([hit.score for hit in result.hits] for result in (answer, expected))
            assert scores == pytest.approx(wanted, abs=1e-6), asked
            assert (answer.total, answer.facets) == (expected.total, expected.facets), asked


def answers(searcher: Searcher) -> Iterator[SearchResult]:
    for query in QUERIES:
        for view in VIEWS:
            for mode in MODES:
                for locale in ("en", "fr"):
                    yield searcher.search(query, view=view, mode=mode, locale=locale)


@pytest.mark.parametrize("seed", range(int(os.environ.get("EDIT_SEEDS", "3"))))
def test_after_any_edits_the_index_equals_one_made_anew(tmp_path: Path, seed: int) -> None:
    editor = Editor(tmp_path / "source", seed)
    chosen = settings(views=VIEWS)
    done: list[str] = []
    build_index([tmp_path / "source"], tmp_path / "index", chosen, FakeEmbedder())
    for _ in range(5):
        done += [editor.edit() for _ in range(editor.choose.randint(1, 4))]
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
