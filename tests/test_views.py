"""Non-interference: a public answer is the same, to the last bit, whether or not there is something hidden.

Each case is a public help center, and articles that its readers may not see; both worlds are asked the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from kb_search import Searcher, SearchResult
from kb_search.reading import read_article, similar
from kb_search.types import Mode
from tests.fakes import article, build, searcher_for
from tests.help_center import FILES, PUBLIC

MODES: list[Mode] = ["hybrid", "keyword", "semantic"]
QUERIES = [
    "password",
    "vault password of Ada",
    "mot de passe du coffre",
    "passwords by post",
    "refund limits above 500",
    "facture",
    "kargo nerede",
    "secret",
    "E-1042",
    "sekret pasword geschloßen",  # slips of words that may be hidden
    "vaul",
    "",
]

VISIBLE = {name: text for name, text in FILES.items() if name.removesuffix(".md") in PUBLIC}

HIDDEN: dict[str, dict[str, str]] = {
    "other audiences and statuses": {name: text for name, text in FILES.items() if name not in VISIBLE},
    "many more articles": {
        f"{locale}/a{number:03}.md": article(
            f"Secret password {number}", "Password refund invoice secret. " * (1 + number % 7), locale=locale, **hidden
        )
        for number in range(40)
        for locale in ("en", "fr")
        for hidden in [
            [{"audience": "internal"}, {"audience": "agent"}, {"status": "draft"}, {"status": "archived"}][number % 4]
        ]
    },
    "another language": {"de/passwort.md": article("Passwort", "Password vergessen.", locale="de", audience="agent")},
    "pins": {
        "aa.md": article("Secret", "Password.", locale="en", audience="internal", pinned_for="[password, facture]"),
        "ab.md": article("Draft", "Password.", locale="en", status="draft", pinned_for="[password]"),
    },
    "translations of public articles": {
        "tr/invoice.md": article(
            "Fatura", "Fatura indir.", locale="tr", audience="internal", translation_of="en/invoice"
        ),
        "tr/refund.md": article("İade", "İade al.", locale="tr", status="draft", translation_of="en/refund"),
        "en/parcel.md": article("Parcel", "A parcel.", locale="en", audience="agent", translation_of="tr/parcel"),
    },
    "a link between two public articles": {
        "en/link.md": article("Link", "Link.", locale="en", audience="internal", translation_of="en/refund"),
    },
    "originals of public articles": {
        "secret/original.md": article("Original", "Password.", locale="en", audience="internal"),
        "secret/chain.md": article("Chain", "Invoice.", locale="en", status="draft", translation_of="en/error"),
    },
}

# Public translations of an original that is internal, or that is a translation itself: see the last case above.
TRANSLATIONS = {
    "en/guide.md": article("Guide password", "A guide.", locale="en", translation_of="secret/original"),
    "fr/guide.md": article("Guide passe", "Un guide.", locale="fr", translation_of="secret/original"),
    "tr/guide.md": article("Rehber şifre", "Bir rehber.", locale="tr", translation_of="secret/chain"),
}


class Worlds:
    """The same public articles without and with hidden ones."""

    def __init__(self, without: Searcher, beside: Searcher) -> None:
        self.without = without
        self.beside = beside

    def ask(self, **arguments: Any) -> tuple[SearchResult, SearchResult]:
        return comparable(self.without.search(**arguments)), comparable(self.beside.search(**arguments))


def comparable(result: SearchResult) -> SearchResult:
    return replace(result, query_id="", took_ms=0.0, generation="")


@pytest.fixture(scope="module", params=HIDDEN)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    public, hidden = {**VISIBLE, **TRANSLATIONS}, HIDDEN[request.param]
    assert public.keys().isdisjoint(hidden)
    with ExitStack() as stack:
        without = stack.enter_context(searcher_for(build(tmp_path_factory.mktemp("without"), public)))
        beside = stack.enter_context(searcher_for(build(tmp_path_factory.mktemp("beside"), public | hidden)))
        assert len(beside.snapshot.store.ids) == len(without.snapshot.store.ids) + len(hidden)
        yield Worlds(without, beside)


@pytest.mark.parametrize("mode", MODES)
def test_the_answer_is_the_same(worlds: Worlds, mode: Mode) -> None:
    for query in QUERIES:
        for fold_translations in (True, False):
            without, beside = worlds.ask(
                query=query, mode=mode, limit=200, explain=True, fold_translations=fold_translations
            )
            assert beside == without


@pytest.mark.parametrize(
    "arguments",
    [
        {"locale": "fr"},
        {"locale": "de"},
        {"filters": {"tags": "billing"}},
        {"filters": {"status": ["draft", "archived"]}},
        {"filters": {"owner": "Ada"}, "locale": "tr"},
        {"filters": {"locale": "de"}},
        {"limit": 1, "offset": 2},
        {"limit": 0},
    ],
)
def test_it_is_the_same_however_it_is_asked(worlds: Worlds, arguments: dict[str, Any]) -> None:
    for query in QUERIES:
        without, beside = worlds.ask(query=query, **arguments)
        assert beside == without


def test_an_article_and_its_neighbours_are_the_same(worlds: Worlds) -> None:
    for name in (*PUBLIC, *(name.removesuffix(".md") for name in TRANSLATIONS)):
        read = [read_article(searcher, name, "public") for searcher in (worlds.without, worlds.beside)]
        assert read[0] == read[1]
        near = [similar(searcher, name, "public", limit=20) for searcher in (worlds.without, worlds.beside)]
        assert near[0].hits == near[1].hits


def test_the_ranking_for_evaluation_is_the_same(worlds: Worlds) -> None:
    for query in QUERIES:
        assert worlds.beside.rank(query, limit=200) == worlds.without.rank(query, limit=200)


def test_the_embedder_fails_alike(worlds: Worlds) -> None:
    for searcher in (worlds.without, worlds.beside):
        searcher.embedder.fail = True  # type: ignore[attr-defined]
    try:
        without, beside = worlds.ask(query="vault password", limit=200)
        assert beside == without
        assert beside.degraded == "semantic"
    finally:
        for searcher in (worlds.without, worlds.beside):
            searcher.embedder.fail = False  # type: ignore[attr-defined]


def test_public_translations_of_a_hidden_original_are_one_result(worlds: Worlds) -> None:
    hits = worlds.beside.search("guide", mode="keyword", locale="fr").hits
    assert [(hit.id, [other.id for other in hit.translations]) for hit in hits] == [("fr/guide", ["en/guide"])]


def test_the_test_would_notice(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One more public article does change the answer."""
    more = {**VISIBLE, "en/more.md": article("More passwords", "Password.", locale="en")}
    with (
        searcher_for(build(tmp_path_factory.mktemp("one"), VISIBLE)) as one,
        searcher_for(build(tmp_path_factory.mktemp("more"), more)) as other,
    ):
        answers = [comparable(searcher.search("invoice", limit=1)) for searcher in (one, other)]
    assert answers[0].hits[0].id == answers[1].hits[0].id
    assert answers[0].hits[0].score != answers[1].hits[0].score


def test_agents_see_more_and_nothing_internal(tmp_path_factory: pytest.TempPathFactory) -> None:
    known = {**VISIBLE, "en/refund-limits.md": FILES["en/refund-limits.md"]}
    with (
        searcher_for(build(tmp_path_factory.mktemp("agents"), known)) as without,
        searcher_for(build(tmp_path_factory.mktemp("all"), FILES)) as beside,
    ):
        for query in QUERIES:
            answers = [comparable(each.search(query, view="agents", explain=True)) for each in (without, beside)]
            assert answers[0] == answers[1]
        assert "en/refund-limits" in [hit.id for hit in beside.search("refund limits", view="agents").hits]
        assert "en/refund-limits" not in [hit.id for hit in beside.search("refund limits").hits]
