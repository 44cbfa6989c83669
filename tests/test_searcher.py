from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search import Searcher, SearchResult, open_searcher
from kb_search.errors import IndexIncompatible, IndexNotFound, QueryError, UnknownView
from kb_search.ranking import fusion
from kb_search.types import Mode
from tests.fakes import FakeEmbedder, article, build, searcher_for, settings
from tests.help_center import FILES, PUBLIC

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]


class RecordingEmbedder(FakeEmbedder):
    """Keeps the queries it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return super().embed_queries(texts)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("help"), FILES)


@pytest.fixture(scope="module")
def searcher(index: Path) -> Iterator[Searcher]:
    with searcher_for(index) as opened:
        yield opened


@pytest.fixture
def embedder() -> RecordingEmbedder:
    return RecordingEmbedder()


@pytest.fixture
def recorded(index: Path, embedder: RecordingEmbedder) -> Iterator[Searcher]:
    with open_searcher(index, settings=settings(), embedder=embedder) as opened:
        yield opened


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def plain(result: SearchResult) -> SearchResult:
    """The answer without what is different every time."""
    return replace(result, query_id="", took_ms=0.0)


def test_an_answer(searcher: Searcher) -> None:
    result = searcher.search("lost password", locale="en", limit=1)
    hit = result.hits[0]
    assert (result.query, result.locale, result.outcome, result.degraded) == ("lost password", "en", "ok", None)
    assert (result.generation, searcher.generation, result.notices) == ("000001", "000001", ())
    assert (hit.id, hit.title, hit.locale, hit.url) == (
        "en/password",
        "Reset your password",
        "en",
        "/articles/en/password",
    )
    assert (hit.status, hit.confidence, hit.updated, hit.owner) == ("published", None, "2026-03-01", "Ada")
    assert hit.passage.html.startswith("Choose a new <mark>password</mark> with the link")
    assert hit.explanation is None
    assert 0 < hit.score < 1
    assert len(result.query_id) == 32
    assert result.query_id != searcher.search("lost password").query_id


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_finds_the_article(searcher: Searcher, mode: Mode) -> None:
    assert ids(searcher.search("reset password", locale="en", mode=mode))[0] == "en/password"


def test_keywords_find_words_and_meaning_finds_concepts(searcher: Searcher) -> None:
    assert ids(searcher.search("E-1042", mode="keyword")) == ["en/error"]
    assert ids(searcher.search("remboursement", mode="keyword")) == []
    assert ids(searcher.search("remboursement", mode="semantic"))[0] == "en/refund"
    assert ids(searcher.search("remboursement"))[0] == "en/refund"


def test_a_keyword_score_worked_out_by_hand(tmp_path: Path) -> None:
    files = {"a.md": article("Parcel", "late", locale="en"), "b.md": article("Invoice", "late late", locale="en")}
    with searcher_for(build(tmp_path, files)) as searcher:
        result = searcher.search("parcel", mode="keyword", explain=True)
    assert ids(result) == ["a"]
    # Terms: a has 3 · parcel + late = 4, b has 3 · invoice + 2 · late = 5; the average is 4.5. df = 1 of N = 2.
    idf = math.log(1 + 1.5 / 1.5)
    bm25 = idf * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 4 / 4.5))
    explanation = result.hits[0].explanation
    assert explanation is not None
    assert explanation.signals["bm25"] == pytest.approx(bm25, rel=1e-6)
    assert explanation.signals["share_of_ideal_bm25"] == pytest.approx(bm25 / (idf * 2.2), rel=1e-6)
    chance = (1 + 20 * 0.02) / (2 + 20)  # of a term that one of two articles has, and a fiftieth of 20 more
    spread = 0.02 + math.sqrt(chance * (1 - chance))
    odds = fusion.prior("keyword", 2) + fusion.WEIGHTS["keyword"].keyword * bm25 / (idf * 2.2) / spread
    odds += fusion.WEIGHTS["keyword"].called * (1 - 2 * chance) ** 2  # it is called by all of the query
    assert result.hits[0].score == pytest.approx(1 / (1 + math.exp(-odds)), rel=1e-6)


def test_a_similarity_worked_out_by_hand(tmp_path: Path) -> None:
    # The title alone is (1, 0), as a query; of one title, 0.6 · 1 / (1 + 10) is taken off the query, itself (1, 0).
    # The chunks say "Parcel", "invoice invoice", (1, 2) / √5, and "Parcel", "Late", "parcel parcel late" with a
    # bucket b for the word that no concept has: (3, 0, 2b) / √(9 + 4b²). The second is nearest, the first counts 0.4.
    text = "invoice invoice\n\n## Late\n\nparcel parcel late"
    with searcher_for(build(tmp_path, {"a.md": article("Parcel", text, locale="en")})) as searcher:
        explanation = searcher.search("parcel", mode="semantic", explain=True).hits[0].explanation
    first, nearest = 1 / math.sqrt(5), 3 / math.sqrt(9 + 4 * 0.1**2)
    assert explanation is not None
    expected = (1 - 0.6 / 11) * (nearest + 0.4 * first) / 1.4
    assert explanation.signals["similarity"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_an_explanation_adds_up_and_changes_nothing(searcher: Searcher, mode: Mode) -> None:
    for query in ("reset password", "facture", "E-1042 card"):
        explained = searcher.search(query, mode=mode, explain=True, view="owners")
        assert explained.hits
        for hit in explained.hits:
            assert hit.explanation is not None
            assert hit.score == pytest.approx(fusion.sigmoid(sum(hit.explanation.ledger.values())), abs=1e-9)
        without = replace(explained, hits=tuple(replace(hit, explanation=None) for hit in explained.hits))
        assert plain(without) == plain(searcher.search(query, mode=mode, view="owners"))


def test_what_an_explanation_holds(searcher: Searcher) -> None:
    def explained(mode: Mode) -> tuple[list[str], list[str]]:
        explanation = searcher.search("password", mode=mode, explain=True, limit=1).hits[0].explanation
        assert explanation is not None
        return list(explanation.ledger), [name for name, value in explanation.signals.items() if value is not None]

    meaning, words = (
        ["similarity", "deviations_above_ordinary", "name_deviations_above_ordinary"],
        ["bm25", "share_of_ideal_bm25", "deviations_above_chance", "called"],
    )
    assert explained("hybrid") == (["prior", "named", "semantic", "keyword", "called"], meaning + words)
    assert explained("semantic") == (["prior", "named", "semantic"], meaning)
    assert explained("keyword") == (["prior", "keyword", "called"], words)


@pytest.mark.parametrize("mode", MODES)
def test_the_same_query_gives_the_same_answer(index: Path, mode: Mode) -> None:
    with searcher_for(index) as one, searcher_for(index) as other:
        first = one.search("password invoice refund", mode=mode, limit=20)
        assert plain(first) == plain(one.search("password invoice refund", mode=mode, limit=20))
        assert plain(first) == plain(other.search("password invoice refund", mode=mode, limit=20))


@pytest.mark.parametrize("mode", MODES)
def test_equals_come_in_order_of_id(tmp_path: Path, mode: Mode) -> None:
    names = ["zebra", "b/2", "a", "b/1", "c"]
    files = {f"{name}.md": article("Same password", "The same password.", locale="en") for name in names}
    with searcher_for(build(tmp_path, files)) as searcher:
        result = searcher.search("password", mode=mode)
    assert ids(result) == sorted(names)
    assert len({hit.score for hit in result.hits}) == 1


@pytest.mark.parametrize("mode", MODES)
def test_ranking_is_searching_without_reading(searcher: Searcher, mode: Mode) -> None:
    for query in ("password", "facture", ""):
        hits = searcher.search(query, mode=mode, limit=5, locale="fr", view="agents").hits
        ranked = searcher.rank(query, mode=mode, limit=5, locale="fr", view="agents")
        assert ranked == (tuple((hit.id, hit.score) for hit in hits), None)


def test_further_passages_of_a_long_article(tmp_path: Path) -> None:
    sections = {"Phone": "The mobile app on your phone.", "Parcel": "The delivery of a parcel.", "More": "The end."}
    text = "Intro.\n\n" + "\n\n".join(f"## {heading}\n\n{content}" for heading, content in sections.items())
    with searcher_for(build(tmp_path, {"a.md": article("Guide", text, locale="en")})) as searcher:
        for mode in MODES:
            hit = searcher.search("parcel delivery", mode=mode).hits[0]
            assert (hit.passage.heading, hit.passage.anchor) == ("Parcel", "parcel"), mode
            assert len(hit.passages) == 2
            assert hit.passage not in hit.passages


def test_an_article_without_text_is_found_by_its_title(tmp_path: Path) -> None:
    with searcher_for(build(tmp_path, {"a.md": article("Forgotten password", "", locale="en")})) as searcher:
        hit = searcher.search("password").hits[0]
    assert (hit.id, hit.passage.text, hit.passages) == ("a", "", ())


def test_the_url_is_made_from_the_template(index: Path) -> None:
    with searcher_for(index, service__article_url="https://help.example.com/{locale}/{slug}?id={id}") as searcher:
        assert searcher.search("E-1042").hits[0].url == "https://help.example.com/en/error?id=en/error"


# ── Blank and odd queries ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["", "  \n\t ", "\u200b"])
@pytest.mark.parametrize("mode", MODES)
def test_a_blank_query_lists_the_latest_without_the_model(
    recorded: Searcher, embedder: RecordingEmbedder, query: str, mode: Mode
) -> None:
    result = recorded.search(query, mode=mode, fold_translations=False)
    assert embedder.asked == []
    assert ids(result) == [
        "en/password",  # 2026-03-01
        "tr/password",  # 2026-02-15
        "fr/password",  # 2026-02-01
        "en/error",  # 2026-01-31
        "en/invoice",  # 2026-01-15
        "fr/invoice",  # created 2025-12-01
        "en/refund",  # 2025-06-30
        "tr/parcel",  # no date
    ]
    assert (result.outcome, result.total, result.total_is_lower_bound, result.locale) == ("ok", 8, False, None)


def test_a_blank_query_folds_filters_and_pages(searcher: Searcher) -> None:
    assert ids(searcher.search("", locale="fr")) == ["fr/password", "en/error", "fr/invoice", "en/refund", "tr/parcel"]
    assert ids(searcher.search("", filters={"tags": "orders"})) == ["en/refund", "tr/parcel"]
    assert ids(searcher.search("", limit=2, offset=1)) == ["en/error", "en/invoice"]


@pytest.mark.parametrize("query", ["?!", "🎉", "' OR 1=1 --", '"', "(", "a" * 1_999, "\ud800", "NULL"])
@pytest.mark.parametrize("mode", MODES)
def test_odd_queries_are_only_words(searcher: Searcher, query: str, mode: Mode) -> None:
    assert searcher.search(query, mode=mode).degraded is None


def test_every_answer_can_be_written_as_json(searcher: Searcher) -> None:
    assert searcher.search("a\ud800b").query == "a?b"
    assert searcher.search("été 🎉").query == "été 🎉"


def test_a_query_of_nothing_but_signs_has_no_words(searcher: Searcher) -> None:
    result = searcher.search("?!", mode="keyword")
    assert (ids(result), result.outcome, result.total) == ([], "none", 0)


def test_an_over_long_query_is_cut_at_a_sentence_and_says_so(recorded: Searcher, embedder: RecordingEmbedder) -> None:
    query = "I forgot my password again. " * 100
    result = recorded.search(query)
    assert embedder.asked == [("I forgot my password again. " * 71).strip()]
    assert result.notices == ("The query has 2799 characters; the first 1987 were used.",)
    assert result.query == query
    assert ids(result)[0] == "en/password"
    assert recorded.search("a" * 2_000).notices == ()


def test_nothing_fits(searcher: Searcher) -> None:
    result = searcher.search("volcano eruption")  # words that share no bucket with any article
    assert (result.outcome, result.total, result.facets) == ("none", 0, {})
    assert result.hits  # the nearest are shown all the same, whatever the label says


# ── Arguments ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"query": None}, r"The query is NoneType, not text"),
        ({"mode": "fuzzy"}, r"Unknown mode 'fuzzy'\. Choose from hybrid, keyword, semantic"),
        ({"limit": -1}, r"limit=-1 and offset=0: neither may be negative"),
        ({"offset": -1}, r"limit=10 and offset=-1: neither may be negative"),
        ({"limit": 201}, r"offset 0 \+ limit 201 reaches past the window of 200 results"),
        ({"offset": 195}, r"offset 195 \+ limit 10 reaches past the window of 200 results"),
        ({"locale": "english please"}, r"'english please' is not a locale"),
        ({"filters": {"audience": "public"}}, r"Unknown filter field 'audience'"),
        ({"filters": {"updated": {"gte": "soon"}}}, r"The filter updated='soon' is not a date"),
    ],
)
def test_a_wrong_argument_is_refused_and_named(searcher: Searcher, arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        searcher.search(**{"query": "password", **arguments})


def test_an_unknown_view_is_refused_and_the_known_ones_are_named(searcher: Searcher) -> None:
    with pytest.raises(UnknownView, match="The index has no view 'all', only agents, internal, owners, public"):
        searcher.search("password", view="all")


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="holds no index"):
        open_searcher(tmp_path, settings=settings(), embedder=FakeEmbedder())


def test_an_index_of_another_model(index: Path) -> None:
    with pytest.raises(IndexIncompatible, match="Use the same model, or build the index anew"):
        open_searcher(index, settings=settings(), embedder=FakeEmbedder(weights="other"))


def test_a_view_without_articles_says_so(tmp_path: Path) -> None:
    with searcher_for(build(tmp_path, {"a.md": article("Vault", "Password.", audience="internal")})) as searcher:
        for query in ("password", ""):
            result = searcher.search(query)
            assert (result.hits, result.total, result.facets) == ((), 0, {})
            assert result.notices == (
                "The view 'public' has no article. Give articles an audience that it shows, then index again.",
            )
        assert ids(searcher.search("password", view="internal")) == ["a"]


# ── When the model fails, and under load ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_without_the_model_keywords_answer_and_it_is_said(
    recorded: Searcher, embedder: RecordingEmbedder, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    embedder.fail = True
    result = recorded.search("reset password", mode=mode, explain=True)
    by_words = recorded.search("reset password", mode="keyword", explain=True)
    assert result.degraded == "semantic"
    assert by_words.degraded is None
    assert replace(plain(result), degraded=None) == plain(by_words)
    assert "The query could not be embedded" in caplog.text
    embedder.fail = False
    assert recorded.search("reset password", mode=mode).degraded is None


def test_eight_threads_get_the_answers_of_one(searcher: Searcher) -> None:
    asked: list[dict[str, Any]] = [
        {"query": query, "mode": mode, "view": view, "locale": locale}
        for query in ("password", "facture", "iade kargo", "")
        for mode in MODES
        for view, locale in (("public", None), ("owners", "fr"))
    ]
    alone = [plain(searcher.search(**arguments)) for arguments in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda arguments: plain(searcher.search(**arguments)), asked * 4))
    assert together == alone * 4


def test_every_public_article_can_be_found(searcher: Searcher) -> None:
    found = searcher.search("password", limit=200, fold_translations=False)
    assert sorted(ids(found)) == PUBLIC
