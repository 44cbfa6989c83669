"""Somebody who edits a folder of articles at random, and how to tell two indexes of it apart."""

from __future__ import annotations

import os
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from kb_search import Searcher
from kb_search.assets import read_asset
from kb_search.index_format import IndexLayout
from kb_search.manifest import read_manifest
from kb_search.reading import read_article
from kb_search.types import Mode, SearchResult
from tests.fakes import article, searcher_for, write
from tests.pictures import png

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
KINDS = tuple("add rename delete text title locale audience status translation tags id keywords".split())
KINDS += ("touch", "broken", "twin", "curation", "link", "show", "draw", "draw", "erase", "move")
PICTURES = ("a.png", "pictures/b.png", "pictures/c.jpg", "pictures/d.png")
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
    shown: tuple[str, ...] = ()

    def text(self) -> str:
        body = "\n\n".join(f"## Part {number}\n\n{text}" for number, text in enumerate(self.sections))
        body += "".join(f"\n\n{link}" for link in self.shown)
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
        if kind == "touch":
            os.utime(self.folder / f"{name}.md", (self.choose.randrange(10**9), self.choose.randrange(10**9)))
            return f"touch {name}"
        if kind == "broken":  # a file that is no article, or no longer one
            write(self.folder, {"broken.md": self.choose.choice(("", "---\ntitle: [\n---\n", "# Only a title"))})
            return "broken"
        if kind == "curation":
            write(self.folder, {"curation.yaml": self._rules()})
            return "curation"
        if kind in ("draw", "erase", "move"):
            return self._draw(kind)
        if kind == "delete":
            return f"delete {name}"
        if kind in ("add", "rename"):
            self.count += 1
            name = f"{self.choose.choice('axz')}{self.count}"  # before, among or behind the others
        self.pages[name] = self._new() if kind == "add" else self._changed(page, kind)
        self._save(name)
        return f"{kind} {name}"

    def _changed(self, page: Page, kind: str) -> Page:  # noqa: C901 - one line for each kind
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
            case "keywords":
                return replace(page, fields={**page.fields, "keywords": choice(("[bill]", "[bill, late parcel]"))})
            case "link":
                return replace(page, shown=(*page.shown[-2:], f"[there]({choice(sorted(self.pages))}.md#part-1)"))
            case "show":
                return replace(page, shown=(*page.shown[-2:], f"![drawing]({choice(PICTURES)})"))
            case "twin":  # of two articles with one id, the first by path is kept
                return replace(page, fields={**page.fields, "id": "twin"})
            case "id":
                return replace(page, fields={**page.fields, "id": f"{choice('amz')}/{self.choose.random()}"})
        return page

    def _draw(self, kind: str) -> str:
        """Change one picture, and no article."""
        path = self.folder / self.choose.choice(PICTURES)
        if kind == "draw":
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self.choose.choice((b"no picture", *(png(shade=shade) for shade in range(4)))))
        elif path.exists() and kind == "erase":
            path.unlink()
        elif path.exists():
            path.rename(path.with_name(self.choose.choice(PICTURES).rpartition("/")[2]))
        return f"{kind} {path.name}"

    def _rules(self) -> str:
        pinned, word = self.choose.choice(sorted(self.pages)), self.choose.choice(("bill", "check", "password"))
        return f"synonyms:\n  en: [[invoice, {word}]]\npins:\n  - {{query: {word}, articles: [{pinned}, none]}}\n"

    def _new(self) -> Page:
        sections = tuple(self.choose.sample(SENTENCES, self.choose.randint(1, 3)))
        locale, audience = self.choose.choice(LOCALES), self.choose.choice(AUDIENCES)
        shown = tuple(f"![drawing]({name})" for name in self.choose.sample(PICTURES, self.choose.randint(0, 2)))
        return Page(sections[0].removesuffix("."), sections, locale, audience, shown=shown)

    def _save(self, name: str) -> None:
        write(self.folder, {f"{name}.md": self.pages[name].text()})

    def _remove(self, name: str) -> None:
        del self.pages[name]
        (self.folder / f"{name}.md").unlink()


def assert_equal(updated: Path, fresh: Path, done: list[str]) -> None:
    """Same tables, same vocabularies, same findings; same ids in the same order, same vectors, same answers."""
    assert_same_files(updated, fresh, done)
    with searcher_for(updated) as left, searcher_for(fresh) as right:
        one, two = left.snapshot, right.snapshot
        assert one.store.ids == two.store.ids, done
        assert one.store.chunk_ids() == two.store.chunk_ids(), done
        assert np.array_equal(one.matrix, two.matrix), done
        for view in VIEWS:
            assert pages(left, view) == pages(right, view), done
        for answer, expected in zip(answers(left), answers(right), strict=True):
            asked = (*done, answer.query, answer.locale)
            for hit, same in zip(answer.hits, expected.hits, strict=True):
                assert (hit.id, hit.translations, hit.passage) == (same.id, same.translations, same.passage), asked
            scores, wanted = ([hit.score for hit in result.hits] for result in (answer, expected))
            assert scores == pytest.approx(wanted, abs=1e-6), asked
            assert (answer.total, answer.facets) == (expected.total, expected.facets), asked


def assert_same_files(updated: Path, fresh: Path, done: list[str]) -> None:
    """Compare what is written without engines, byte by byte or row by row."""
    one, two = (IndexLayout(index) for index in (updated, fresh))
    left, right = (layout.generation(layout.current_name()) for layout in (one, two))
    assert rows(left.articles) == rows(right.articles), done
    files = [
        [name for name in read_manifest(generation).files if "/keywords/" not in name] for generation in (left, right)
    ]
    assert files[0] == files[1], done
    for name in files[0]:
        if name != left.articles.name:
            assert (left.folder / name).read_bytes() == (right.folder / name).read_bytes(), (name, *done)


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read all tables of an SQLite file."""
    with closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(database.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def pages(searcher: Searcher, view: str) -> list[tuple[str, dict[str, bytes]]]:
    """Read all articles of a view, with their pictures."""
    ids = [searcher.snapshot.store.ids[row] for row in searcher.snapshot.view(view).articles]
    found = [read_article(searcher, article_id, view).html for article_id in ids]
    names = [re.findall(r'src="/assets/([^"]+)"', html) for html in found]
    shown = [{name: read_asset(searcher, name, view).content for name in listed} for listed in names]
    return list(zip(found, shown, strict=True))


def answers(searcher: Searcher) -> Iterator[SearchResult]:
    for query in QUERIES:
        for view in VIEWS:
            for mode in MODES:
                for locale in ("en", "fr"):
                    yield searcher.search(query, view=view, mode=mode, locale=locale)
