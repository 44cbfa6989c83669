"""One build: what it reports, what it shares between views, what forces it to begin anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index, plan_build
from kb_search import open_searcher
from kb_search.errors import IndexIncompatible, SourceError
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from tests.build.small import FILES, ONE_VIEW, PARCEL, PASSWORD, edit, ids, index_again, inodes, leftovers, problems
from tests.fakes import FakeEmbedder, article, index_files, searcher_for, settings, write

pytestmark = pytest.mark.usefixtures("lazy_disk")


def test_the_report_says_what_was_done(tmp_path: Path) -> None:
    files = {
        "password.md": article("Reset your password", "Choose a new one.\n\n## By phone\n\nCall us.", locale="en"),
        "fr/passe.md": article("Mot de passe", "Choisissez-en un autre.", audience="agent", locale="fr"),
        "old.md": article("Old plans", "No longer sold.", locale="en", status="archived"),
        "staff.md": article("Refund limits", "Ask above 100 euros.", locale="en", audience="[public, internal]"),
    }
    embedder = FakeEmbedder()
    report = index_files(tmp_path, files, embedder)
    assert (report.generation, report.published) == ("000001", True)
    assert (report.files, report.articles, report.chunks) == (4, 4, 5)
    assert (report.reused, report.embedded, embedder.passages) == (0, 5, 5)
    assert report.views == {
        "public": {"en": 2},
        "agents": {"en": 2, "fr": 1},
        "internal": {"en": 2, "fr": 1},
        "owners": {"en": 3, "fr": 1},
    }
    assert report.audiences == {"agent": 1, "internal": 1, "public": 3}
    assert report.findings == () and report.pruned == ()


def test_the_manifest_agrees_with_the_report(tmp_path: Path) -> None:
    report = index_files(tmp_path, FILES, **ONE_VIEW)
    manifest = read_manifest(IndexLayout(tmp_path / "index").generation(report.generation))
    assert (manifest.generation, manifest.articles, manifest.chunks) == (report.generation, 3, 4)
    assert manifest.views["public"].locales == {"en": 3}
    assert manifest.views["public"].audiences == ("public",)
    assert manifest.model == FakeEmbedder().spec
    assert manifest.model_fingerprint == FakeEmbedder().spec.fingerprint
    assert problems(tmp_path / "index") == leftovers(tmp_path / "index") == []


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write(tmp_path / "source", FILES)
    build_index(
        [tmp_path / "source"],
        tmp_path / "index",
        settings(**ONE_VIEW),
        FakeEmbedder(),
        progress=lambda *step: seen.append(step),
    )
    assert seen == [(0, 7), (4, 7), (7, 7)]  # four passages, then three titles


def test_several_sources_make_one_index(tmp_path: Path) -> None:
    write(tmp_path / "one", {"password.md": PASSWORD})
    write(tmp_path / "two", {"parcel.md": PARCEL})
    report = build_index(
        [tmp_path / "one", tmp_path / "two" / "parcel.md"], tmp_path / "index", settings(**ONE_VIEW), FakeEmbedder()
    )
    assert report.articles == 2
    assert ids(tmp_path / "index", "parcel")[0] == "parcel"


def test_equal_text_is_embedded_once_and_found_in_both_articles(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    report = index_files(tmp_path, {"a.md": PARCEL, "b.md": PARCEL}, embedder, **ONE_VIEW)
    assert embedder.passages == 1
    assert (report.chunks, report.embedded, report.reused) == (2, 1, 1)
    assert ids(tmp_path / "index", "parcel", mode="semantic") == ["a", "b"]


def test_views_that_show_the_same_share_their_files(tmp_path: Path) -> None:
    report = index_files(tmp_path, {"a.md": PASSWORD, "b.md": article("Limits", "Ask.", locale="en", audience="agent")})
    generation = IndexLayout(tmp_path / "index").generation(report.generation)
    public, agents, internal = (generation.view(name) for name in ("public", "agents", "internal"))
    for part in ("vectors", "calibration"):
        assert inodes(getattr(agents, part)) == inodes(getattr(internal, part)) != inodes(getattr(public, part))
    assert inodes(agents.keywords("en")) == inodes(internal.keywords("en")) != inodes(public.keywords("en"))


def test_a_view_of_no_article_is_built_and_answers_nothing(tmp_path: Path) -> None:
    index_files(tmp_path, {"staff.md": article("Limits", "Ask first.", locale="en", audience="internal")})
    assert ids(tmp_path / "index", "limits") == []
    assert ids(tmp_path / "index", "limits", view="internal") == ["staff"]


def test_full_embeds_everything_again(tmp_path: Path) -> None:
    first = index_files(tmp_path, FILES, **ONE_VIEW)
    embedder = FakeEmbedder()
    second = index_again(tmp_path, full=True, embedder=embedder, **ONE_VIEW)
    assert second.published and second.generation != first.generation
    assert (second.embedded, second.reused, embedder.passages) == (4, 0, 4)
    view = [IndexLayout(tmp_path / "index").generation(r.generation).view("public") for r in (first, second)]
    assert inodes(view[0].vectors) != inodes(view[1].vectors)


@pytest.mark.parametrize(
    ("changed", "embedded"),
    [
        ({"views": {"public": {"audiences": ("public",)}, "all": {"audiences": ("public", "internal")}}}, 0),
        ({**ONE_VIEW, "sources__locales": ("en",)}, 0),
        ({**ONE_VIEW, "chunking__max_tokens": 16}, 2),
    ],
    ids=["views", "sources", "chunking"],
)
def test_a_setting_that_decides_the_content_forces_a_new_generation(
    tmp_path: Path, changed: dict[str, Any], embedded: int
) -> None:
    text = "Choose the parcel here. Read where it is now. Write to us if it is late. We send another one then."
    index_files(tmp_path, {"parcel.md": article("Parcel", text, locale="en")}, **ONE_VIEW)
    report = index_again(tmp_path, **changed)
    assert (report.generation, report.published, report.embedded) == ("000002", True, embedded)
    assert not index_again(tmp_path, **changed).published


def test_settings_of_the_service_do_not(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    assert not index_again(tmp_path, **ONE_VIEW, service__port=9000, retention__generations=9).published


def test_another_model_embeds_all_again_and_refuses_the_searcher_of_the_old_one(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, FakeEmbedder("old weights"), **ONE_VIEW)
    embedder = FakeEmbedder("new weights")
    report = index_again(tmp_path, embedder=embedder, **ONE_VIEW)
    assert (report.published, report.embedded, embedder.passages) == (True, 4, 4)
    old, new = FakeEmbedder("old weights"), FakeEmbedder("new weights")
    with pytest.raises(IndexIncompatible) as refused:
        open_searcher(tmp_path / "index", settings=settings(), embedder=old)
    assert old.spec.fingerprint in str(refused.value) and new.spec.fingerprint in str(refused.value)
    with open_searcher(tmp_path / "index", settings=settings(), embedder=new) as searcher:
        assert searcher.search("parcel").hits[0].id == "parcel"


def test_going_back_to_a_model_that_is_still_in_the_cache_embeds_nothing(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, FakeEmbedder("old"), **ONE_VIEW)
    index_again(tmp_path, embedder=FakeEmbedder("new"), **ONE_VIEW)
    assert index_again(tmp_path, embedder=FakeEmbedder("old"), **ONE_VIEW).embedded == 0


def test_a_folder_without_articles_leaves_the_live_generation_as_it_was(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    for path in (tmp_path / "source").iterdir():
        path.unlink()
    with pytest.raises(SourceError, match="not one article"):
        index_again(tmp_path, **ONE_VIEW)
    assert IndexLayout(tmp_path / "index").generation_names() == ["000001"]
    assert ids(tmp_path / "index", "parcel")[0] == "parcel"
    assert leftovers(tmp_path / "index") == []


def test_a_model_that_fails_midway_leaves_the_live_generation_and_no_debris(tmp_path: Path) -> None:
    class Failing(FakeEmbedder):
        def embed_passages(self, texts: object) -> object:  # type: ignore[override]
            raise RuntimeError("out of memory")

    index_files(tmp_path, {"parcel.md": PARCEL}, **ONE_VIEW)
    edit(tmp_path, password=PASSWORD)
    with pytest.raises(RuntimeError, match="out of memory"):
        index_again(tmp_path, embedder=Failing(), **ONE_VIEW)
    assert ids(tmp_path / "index", "parcel") == ["parcel"]
    assert leftovers(tmp_path / "index") == []
    assert index_again(tmp_path, **ONE_VIEW).generation == "000002"


def test_a_dry_run_says_what_a_build_would_cost_and_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "source", {**FILES, "copy.md": PARCEL})
    embedder = FakeEmbedder()
    plan = plan_build([tmp_path / "source"], tmp_path / "index", settings(), embedder)
    assert (plan.files, plan.articles, plan.chunks, plan.to_embed, plan.reused) == (4, 4, 5, 4, 1)
    assert plan.tokens_to_embed == sum(
        len(text.split())
        for text in (
            "Reset your password Open the page. Choose a new password.",
            "Your invoice Every invoice is in your account.",
            "Your invoice › Refunds A refund takes a day.",
            "Track a parcel The carrier shows where the parcel is.",
        )
    )
    assert not (tmp_path / "index").exists()


def test_a_dry_run_knows_what_is_embedded_already(tmp_path: Path) -> None:
    index_files(tmp_path, FILES, **ONE_VIEW)
    edit(tmp_path, more=article("Close an account", "Write to us.", locale="en"))
    before = inodes(tmp_path / "index")
    plan = plan_build([tmp_path / "source"], tmp_path / "index", settings(), FakeEmbedder())
    assert (plan.to_embed, plan.reused) == (1, 4)
    full = plan_build([tmp_path / "source"], tmp_path / "index", settings(), FakeEmbedder(), full=True)
    assert (full.to_embed, full.reused) == (5, 0)
    assert inodes(tmp_path / "index") == before


def test_the_source_folder_may_hold_the_index(tmp_path: Path) -> None:
    write(tmp_path, {"parcel.md": PARCEL})
    for published in (True, False):
        report = build_index([tmp_path], tmp_path / "index", settings(**ONE_VIEW), FakeEmbedder())
        assert (report.published, report.articles, report.findings) == (published, 1, ())


def test_the_manifest_is_json_for_people(tmp_path: Path) -> None:
    report = index_files(tmp_path, FILES, **ONE_VIEW)
    text = IndexLayout(tmp_path / "index").generation(report.generation).manifest.read_text("utf-8")
    assert json.loads(text)["articles"] == 3
    assert len(text.splitlines()) > 30


def test_an_open_searcher_keeps_its_generation_through_the_next_builds(tmp_path: Path) -> None:
    index_files(tmp_path, {"parcel.md": PARCEL}, **ONE_VIEW)
    with searcher_for(tmp_path / "index") as searcher:
        for number in range(5):
            edit(tmp_path, parcel=article(f"Version {number}", "Another text altogether.", locale="en"))
            index_again(tmp_path, **ONE_VIEW)
        assert not IndexLayout(tmp_path / "index").generation("000001").folder.exists()
        (hit,) = searcher.search("parcel").hits
        assert (hit.title, searcher.generation) == ("Track a parcel", "000001")


def test_unchanged_sources_are_not_read_again_and_are_reported_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.md": article("Password", "Reset it."), "b.md": article("Invoice", "Read it.", color="red"), "c.md": ""}
    first = index_files(tmp_path, files)
    assert sorted(finding.code for finding in first.findings) == ["empty-file", "unknown-key"]

    def refuse(*args: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("indexer.build.read_sources", refuse)
    embedder = FakeEmbedder()
    second = index_files(tmp_path, files, embedder)
    assert (second.published, second.reused, second.embedded) == (False, first.chunks, 0)
    assert (second.findings, second.files, second.audiences) == (first.findings, first.files, first.audiences)


def test_a_file_that_becomes_unreadable_is_a_change(tmp_path: Path) -> None:
    files = {"a.md": article("Password", "Reset it."), "b.md": article("Invoice", "Read it.")}
    index_files(tmp_path, files)
    (tmp_path / "source" / "b.md").unlink()
    (tmp_path / "source" / "b.md").symlink_to("nowhere.md")
    report = build_index([tmp_path / "source"], tmp_path / "index", settings(), FakeEmbedder())
    assert (report.published, report.articles) == (True, 1)
