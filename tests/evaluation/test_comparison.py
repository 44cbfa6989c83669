"""Paired differences: between the modes of one run, and between two indexes of the same articles."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search import open_searcher
from kb_search.errors import ConfigError
from kb_search.evaluation.comparison import compare, other_articles
from kb_search.evaluation.dataset import read_dataset
from kb_search.evaluation.evaluate import evaluate
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from tests.evaluation.toy import ARTICLES, QRELS, QUERIES, dataset
from tests.fakes import DIMENSION, FakeEmbedder, article, build, index_files, searcher_for, settings

HIDDEN = {"en/hidden.md": article("Password for agents", "password", audience="agent")}


class Blind(FakeEmbedder):
    """A model that knows no words: equal texts are alike, and nothing else is."""

    def __init__(self) -> None:
        super().__init__(weights="blind")

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=DIMENSION) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(len(rows), DIMENSION)


def opened(tmp_path: Path, files: Mapping[str, str], **options: Any) -> Searcher:
    return searcher_for(build(tmp_path, files, **options))


def test_comparison_is_paired(searcher: Searcher, folder: Path) -> None:
    found = evaluate(searcher, read_dataset(folder), ["semantic", "keyword"])
    result = compare((found, "semantic"), (found, "keyword"))
    gain = result.relevance.overall.metrics["nDCG@10"]
    semantic, keyword = (
        found.modes[mode].relevance.overall.metrics["nDCG@10"].mean for mode in ("semantic", "keyword")
    )
    assert gain.mean == pytest.approx(semantic - keyword)
    same = compare((found, "semantic"), (evaluate(searcher, read_dataset(folder), ["semantic"]), "semantic"))
    assert [(one.mean, one.low, one.high) for one in same.relevance.overall.metrics.values()] == [(0, 0, 0)] * 5
    with pytest.raises(ConfigError, match="'hybrid' was not evaluated"):
        compare((found, "semantic"), (found, "hybrid"))


def test_different_topics_are_not_compared(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    one = evaluate(searcher, read_dataset(folder), ["keyword"])
    other = evaluate(searcher, read_dataset(dataset(tmp_path / "other", QUERIES, QRELS[:2])), ["keyword"])
    with pytest.raises(ConfigError, match="differ"):
        compare((one, "keyword"), (other, "keyword"))
    short = evaluate(searcher, read_dataset(folder), ["keyword"], limit=10)
    with pytest.raises(ConfigError, match="100 articles per topic, the other for 10"):
        compare((one, "keyword"), (short, "keyword"))


@pytest.fixture
def blind(tmp_path: Path) -> Iterator[Searcher]:
    index_files(tmp_path / "blind", ARTICLES | HIDDEN, Blind())
    with open_searcher(tmp_path / "blind" / "index", settings=settings(), embedder=Blind()) as found:
        yield found


def test_two_models_on_the_same_topics(searcher: Searcher, blind: Searcher, tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "none", "text": "zebra", "answerable": False}]
    folder = dataset(tmp_path / "toy", queries, QRELS)
    report = run_evaluation(searcher, folder, ["semantic", "keyword"], against=blind)
    values, text = report.as_dict(), report.as_text()
    assert (values["index"]["model_fingerprint"], values["against"]["model_fingerprint"]) == (
        searcher.embedder.spec.fingerprint,
        blind.embedder.spec.fingerprint,
    )
    view = values["views"]["public"]
    ours, theirs = view["modes"]["semantic"], view["against"]["modes"]["semantic"]
    difference = view["against"]["differences"]["semantic"]
    for parts in ((), ("by_locale", "en"), ("by_kind", "short")):
        here, there, less = ours, theirs, difference
        for part in parts:
            here, there, less = here[part], there[part], less[part]
        expected = here["metrics"]["nDCG@10"]["mean"] - there["metrics"]["nDCG@10"]["mean"]
        assert less["metrics"]["nDCG@10"]["mean"] == pytest.approx(expected)
    assert difference["abstention"]["auroc"]["mean"] == pytest.approx(
        ours["abstention"]["auroc"]["mean"] - theirs["abstention"]["auroc"]["mean"]
    )
    # Keyword search asks no model: the two indexes are the same there, topic by topic.
    same = view["against"]["differences"]["keyword"]
    assert [list(one.values()) for one in same["metrics"].values()] == [[0, 0, 0]] * 5
    assert text.splitlines()[1:3] == ["index A: generation 000001, fake", "index B: generation 000001, fake"]
    assert "semantic, A - B" in text and "semantic, B" in text
    lines = text.splitlines()
    (first,) = [
        number
        for number, line in enumerate(lines)
        if line.startswith("semantic, A - B") and "locale" in lines[number + 1]
    ]
    assert [line.split()[:2] for line in lines[first + 1 : first + 6]] == [
        *(["locale", name] for name in ("en", "fr", "tr")),
        *(["kind", name] for name in ("long", "short")),
    ]
    assert lines[first + 6].startswith("keyword, A - B") and not lines[first + 7]  # equal: no parts


def test_a_judged_article_that_one_index_lacks_is_named(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    files = {name: text for name, text in (ARTICLES | HIDDEN).items() if name != "en/p3.md"}
    with (
        opened(tmp_path, files | {"fr/p5.md": article("Mot de passe", "passe", locale="en")}) as other,
        pytest.raises(ConfigError, match=r"only A has en/p3; in another locale: fr/p5 \(fr in A, en in B\)"),
    ):
        run_evaluation(searcher, folder, ["keyword"], against=other)


def test_other_articles_that_differ_are_said(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    files = {name: text for name, text in ARTICLES.items() if name != "en/p4.md"}
    with opened(tmp_path, files | {"en/new.md": article("New", "new")}) as other:
        only_here, only_there = other_articles(searcher, other, "public")
        assert (only_here.examples, only_there.examples) == (["en/p4"], ["en/new"])
        report = run_evaluation(searcher, folder, ["keyword"], against=other)
    assert report.as_dict()["views"]["public"]["against"]["only_there"] == {"count": 1, "examples": ["en/new"]}
    assert "warning: 1 articles, none of them judged, are in A only: en/p4" in report.as_text()
