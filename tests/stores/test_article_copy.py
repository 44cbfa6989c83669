"""A store that is made from the one before cannot be told from one that is written anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kb_search.curation import Pin
from kb_search.stores.article_copy import copy_articles
from kb_search.stores.article_rows import build_articles
from kb_search.types import Article, Chunk
from tests.build.editor import rows

Store = dict[str, tuple[Article, list[Chunk]]]


def entry(name: str, version: int, chunks: int) -> tuple[Article, list[Chunk]]:
    article = Article(
        name, f"Version {version}", "en", ("public",), tags=("a", f"t{version}"), updated="2026-01-31", markdown="text"
    )
    return article, [Chunk(f"{name}#{version}~{n}", name, "", (), f"{name} {n}", "") for n in range(chunks)]


def written(path: Path, store: Store) -> Path:
    names = sorted(store)
    build_articles(path, [store[name][0] for name in names], [store[name][1] for name in names], [])
    return path


def copied(path: Path, old: Path, before: Store, after: Store, pins: tuple[Pin, ...] = ()) -> Path:
    ordinals = {name: row for row, name in enumerate(sorted(before))}
    names = sorted(after)
    places = [ordinals[name] if before.get(name) is after[name] else None for name in names]
    chunks = [after[name][1] if place is None else [] for name, place in zip(names, places, strict=True)]
    counts = [len(after[name][1]) for name in names]
    copy_articles(path, old, places, [after[name][0] for name in names], chunks, counts, pins)
    return path


@pytest.mark.parametrize(
    "change",
    [
        {"b": entry("b", 2, 2)},
        {"b": entry("b", 2, 3)},
        {"b": None},
        {"a": None, "aa": entry("aa", 1, 1)},
        {"d": entry("d", 1, 1)},
        {"0": entry("0", 1, 4), "b": None, "c": entry("c", 5, 1)},
        {},
    ],
    ids=["same shape", "one chunk more", "deleted", "renamed", "added behind", "all at once", "nothing"],
)
def test_it_holds_what_the_articles_say(tmp_path: Path, change: dict[str, tuple[Article, list[Chunk]] | None]) -> None:
    before: Store = {name: entry(name, 1, 2) for name in "abc"}
    after = {name: value for name, value in {**before, **change}.items() if value is not None}
    old = written(tmp_path / "old", before)
    assert rows(copied(tmp_path / "new", old, before, after)) == rows(written(tmp_path / "fresh", after))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_changes_and_however_often(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    before: Store = {f"n{n}": entry(f"n{n}", 0, choose.randint(1, 3)) for n in range(12)}
    old = written(tmp_path / "0", before)
    for step in range(1, 4):
        after = {name: value for name, value in before.items() if choose.random() > 0.2}
        for _ in range(choose.randint(0, 3)):
            name = f"n{choose.randrange(15)}"
            after[name] = entry(name, step, choose.randint(1, 3))
        new = copied(tmp_path / str(step), old, before, after)
        assert rows(new) == rows(written(tmp_path / f"fresh{step}", after))
        old, before = new, after


def test_pins_are_those_of_now(tmp_path: Path) -> None:
    store: Store = {"a": entry("a", 1, 1), "b": entry("b", 1, 1)}
    old = written(tmp_path / "old", store)
    new = copied(tmp_path / "new", old, store, store, (Pin(("reset",), ("b",)),))
    assert rows(new)["pins"] == [("reset", 1, 0, None)]
    assert rows(old)["pins"] == []


def test_what_was_taken_out_of_an_article_is_gone(tmp_path: Path) -> None:
    article, _ = entry("a", 1, 1)
    secret = [Chunk("a#1~0", "a", "", (), "The code is hunter2. " * 400, "")]
    before: Store = {"a": (article, secret), "b": entry("b", 1, 1)}
    old = written(tmp_path / "old", before)
    copied(tmp_path / "new", old, before, {**before, "a": entry("a", 2, 1)})
    assert b"hunter2" in old.read_bytes()
    assert b"hunter2" not in (tmp_path / "new").read_bytes()
