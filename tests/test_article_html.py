"""An article as a page, for the readers of one view: links, pictures, and what they must not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from kb_search import Searcher
from kb_search.answers import Heading
from kb_search.assets import read_asset
from kb_search.errors import ArticleNotFound, UnknownView
from kb_search.reading import read_article
from tests.fakes import FakeEmbedder, article, build, index_files, searcher_for, settings, write
from tests.indexer.pages import Outline
from tests.pictures import SVG, png

LINKS = """[password](../accounts/password.md) [part](../accounts/password.md#by-phone 'How to')
[own](parcel.md) [here](#below) [secret](../internal/vault.md#x 'Vault') [missing](../internal/gone.md#x 'Vault')
[draft](draft.md) [old](/old/password?x=1#y) [old secret](/old/vault) [nowhere](/nowhere)
[web](https://example.org/a?b=1&c=2) [file](manual.pdf) ![box](../pictures/box.png 'A box')
![gone](../pictures/gone.png)

## Below

| A |
|-|
| [cell](../accounts/password.md) |
"""
FILES = {
    "orders/parcel.md": article("Parcel", LINKS),
    "orders/draft.md": article("Draft", "[up](parcel.md)", status="draft"),
    "accounts/password.md": article(
        "Password", "Call.\n\n## By phone\n\nCall us.", aliases="[/old/password, /older]", slug="pass word", id="p/w"
    ),
    "internal/vault.md": article(
        "Vault",
        "![plan](../pictures/plan.png) ![box](../pictures/box.png) [box](../orders/parcel.md)",
        audience="internal",
        aliases="[/old/vault]",
    ),
}
BOX, PLAN = png(20, 10), png(3, 3)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = write(tmp_path / "source", FILES)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "box.png").write_bytes(BOX)
    (folder / "pictures" / "plan.png").write_bytes(PLAN)
    return tmp_path


def page(tmp_path: Path, article_id: str = "orders/parcel", view: str = "public", **options: str) -> str:
    with searcher_for(build(tmp_path, {}), **options) as searcher:
        return read_article(searcher, article_id, view).html


def names(html: str) -> list[str]:
    return [attributes["src"].removeprefix("/assets/") for attributes in Outline(html).all("img")]


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────


def test_links_lead_to_what_the_view_shows_and_the_others_are_words(source: Path) -> None:
    html = page(source)
    assert [(attributes["href"], attributes.get("title")) for attributes in Outline(html).all("a")] == [
        ("/articles/p/w", None),
        ("/articles/p/w#by-phone", "How to"),
        ("/articles/orders/parcel", None),
        ("#below", None),
        ("/articles/p/w#y", None),
        ("/old/vault", None),
        ("/nowhere", None),
        ("https://example.org/a?b=1&c=2", None),
        ("/articles/p/w", None),
    ]
    assert "secret missing\ndraft <a" in html
    assert "Vault" not in html


def test_more_is_shown_to_those_who_may_see_more(source: Path) -> None:
    links = [attributes["href"] for attributes in Outline(page(source, view="internal")).all("a")]
    assert "/articles/internal/vault#x" in links
    assert "/articles/internal/vault" in links  # by its former address
    assert "/articles/orders/draft" not in links
    assert "/articles/orders/draft" in [a["href"] for a in Outline(page(source, view="owners")).all("a")]


@pytest.mark.parametrize("written", ["/old/password", "/old/password/", "/old/pass%77ord/"])
def test_a_former_address_is_found_with_a_slash_behind_and_without(source: Path, written: str) -> None:
    write(source / "source", {"orders/parcel.md": article("Parcel", f"[help]({written}) [call]({written}#by-phone)")})
    links = [attributes["href"] for attributes in Outline(page(source)).all("a")]
    assert links == ["/articles/p/w", "/articles/p/w#by-phone"]


def test_addresses_are_made_by_the_template(source: Path) -> None:
    html = page(source, service__article_url="https://help.example.com/{locale}/{slug}?a&b")
    assert 'href="https://help.example.com/en/pass%20word?a&amp;b#by-phone"' in html


def test_a_page_is_as_if_what_the_view_does_not_show_did_not_exist(source: Path, tmp_path: Path) -> None:
    with_all = page(source)
    for name in ("internal/vault.md", "orders/draft.md"):
        (tmp_path / "source" / name).unlink()
    assert page(tmp_path) == with_all


def test_articles_of_several_sources_are_told_apart(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"a.md": article("One", "[b](b.md) [other](../two/b.md)"), "b.md": article("B", "x")})
    two = write(tmp_path / "two", {"b.md": article("Two", "y", id="two/b")})

    build_index([one, two], tmp_path / "index", settings(), FakeEmbedder())
    with searcher_for(tmp_path / "index") as searcher:
        links = Outline(read_article(searcher, "a", "public").html).all("a")
    assert [link["href"] for link in links] == ["/articles/b", "/articles/two/b"]


def test_contents_and_plain_text(tmp_path: Path) -> None:
    files = {
        "a.md": article("A", "# A\n\n## B *c*\n\n### D\n\n# E"),
        "plain/corpus.jsonl": '{"_id": "p", "title": "P", "text": "One < two\\nthree\\n\\nfour", "lang": "en"}',
    }
    write(tmp_path, files)

    options = settings(sources__default_audience="public")
    build_index([tmp_path / "a.md", tmp_path / "plain"], tmp_path / "index", options, FakeEmbedder())
    with searcher_for(tmp_path / "index") as searcher:
        read = read_article(searcher, "a", "public")
        assert read.contents == (Heading(2, "B c", "b-c"), Heading(3, "D", "d"), Heading(2, "E", "e"))
        plain = read_article(searcher, "p", "public")
        assert (plain.html, plain.contents) == ("<p>One &lt; two<br>\nthree</p>\n<p>four</p>", ())


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_picture_is_served_under_the_name_of_its_content(source: Path) -> None:
    with searcher_for(build(source, {})) as searcher:
        html = read_article(searcher, "orders/parcel", "public").html
        (picture,) = Outline(html).all("img")
        assert picture == {
            "src": picture["src"],
            "alt": "box",
            "title": "A box",
            "width": "20",
            "height": "10",
            "loading": "lazy",
        }
        asset = read_asset(searcher, picture["src"].removeprefix("/assets/"), "public")
        assert (asset.content, asset.media_type) == (BOX, "image/png")
        assert picture["src"] == f"/assets/{asset.digest}.png"
        assert "gone" in Outline(html).text  # a missing picture is its description


def test_a_picture_is_there_for_those_who_see_an_article_that_shows_it(source: Path) -> None:
    with searcher_for(build(source, {})) as searcher:
        plan, box = names(read_article(searcher, "internal/vault", "internal").html)
        assert read_asset(searcher, plan, "internal").content == PLAN
        for view in ("public", "agents"):
            assert read_asset(searcher, box, view).content == BOX
            other = plan.translate({ord(plan[0]): "0" if plan[0] != "0" else "1"})
            with pytest.raises(ArticleNotFound) as hidden:
                read_asset(searcher, plan, view)
            with pytest.raises(ArticleNotFound) as missing:
                read_asset(searcher, other, view)
            assert str(hidden.value).replace(plan, "") == str(missing.value).replace(other, "")


@pytest.mark.parametrize(
    "name", ["", "x", "../articles.sqlite", "manifest.json", "0" * 32, "0" * 32 + ".png", "a/b.png"]
)
def test_other_names_are_not_there(source: Path, name: str) -> None:
    with searcher_for(build(source, {})) as searcher:
        with pytest.raises(ArticleNotFound):
            read_asset(searcher, name, "public")
        with pytest.raises(UnknownView):
            read_asset(searcher, name, "nobody")


def test_the_width_of_the_author_keeps_the_shape(source: Path) -> None:
    picture = '<img src="../pictures/box.png" width="8" alt="x">'
    write(source / "source", {"orders/parcel.md": article("Parcel", picture)})
    (shown,) = Outline(page(source)).all("img")
    assert (shown["width"], shown["height"]) == ("8", "4")


def test_serving_needs_the_index_only(source: Path) -> None:
    index = build(source, {})
    (source / "source").rename(source / "elsewhere")
    with searcher_for(index) as searcher:
        (name,) = names(read_article(searcher, "orders/parcel", "public").html)
        assert read_asset(searcher, name, "public").content == BOX


def test_a_generation_that_was_deleted_has_no_pictures_any_more(source: Path) -> None:
    with searcher_for(build(source, {})) as searcher:
        (name,) = names(read_article(searcher, "orders/parcel", "public").html)
        searcher.snapshot.layout.asset(name).unlink()
        with pytest.raises(ArticleNotFound, match="no longer there"):
            read_asset(searcher, name, "public")


def test_an_svg_is_told_by_its_root(tmp_path: Path) -> None:
    index_files(tmp_path, {"a.md": article("A", "![x](x.svg)"), "x.svg": SVG.decode()})
    with searcher_for(tmp_path / "index") as searcher:
        (picture,) = Outline(read_article(searcher, "a", "public").html).all("img")
        assert (picture["width"], picture["height"]) == ("30", "20")
        assert _type(searcher, picture["src"]) == "image/svg+xml"


def _type(searcher: Searcher, address: str) -> str:
    return read_asset(searcher, address.removeprefix("/assets/"), "public").media_type
