"""What suggestions must never do: raise, go past a limit, ask a model, or show what their reader may not see."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search import Searcher
from kb_search.answers import SuggestAnswer
from kb_search.errors import QueryError, UnknownView
from kb_search.suggesting import suggest, warm
from tests.fakes import FakeEmbedder, Open, article, build, searcher_for
from tests.help_center import FILES, PUBLIC, VIEWS


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("center"), FILES)) as searcher:
        yield searcher


def ids(answer: SuggestAnswer) -> list[str | None]:
    return [suggestion.id for suggestion in answer.suggestions]


TYPED = [
    "p",
    "pa",
    "password",
    "pasword",
    "vault",
    "coffre",
    "refund li",
    "E-1042",
    "secret",
    "rules",
    "",
    "kargo nred",
]


def answers(searcher: Searcher) -> list[SuggestAnswer]:
    return [
        replace(suggest(searcher, text, view="public", locale=locale, limit=10), took_ms=0.0)
        for text in TYPED
        for locale in (None, "en", "fr")
    ]


def test_hidden_articles_change_nothing(opened: Open) -> None:
    visible = {name: text for name, text in FILES.items() if name.removesuffix(".md") in PUBLIC}
    more = {
        f"en/a{number}.md": article(
            f"Password secret vault {number}",
            "Secret password.",
            audience="agent",
            keywords="[pasword]",
            pinned_for="[password]",
        )
        for number in range(30)
    }
    assert answers(opened(visible)) == answers(opened({**FILES, **more}))


@pytest.mark.parametrize("view", VIEWS)
def test_every_article_of_a_view_is_suggested_and_no_other(center: Searcher, view: str) -> None:
    found = {
        hit
        for text in ("p", "r", "d", "g", "e", "ş", "k", "t", "c", "m")
        for locale in ("en", "fr", "tr")
        for hit in ids(suggest(center, text, view=view, locale=locale, limit=10))
    }
    assert found == set(VIEWS[view])


@given(text=st.text(max_size=60), limit=st.integers(1, 10), locale=st.sampled_from([None, "en", "fr", "tr", "de"]))
def test_any_text_is_answered_within_the_limit_from_the_view(
    center: Searcher, text: str, limit: int, locale: str | None
) -> None:
    answer = suggest(center, text, view="public", locale=locale, limit=limit, popular=["a b", text, "password"])
    assert len(answer.suggestions) <= limit
    assert {suggestion.id for suggestion in answer.suggestions if suggestion.kind == "article"} <= set(PUBLIC)


@given(st.lists(st.sampled_from([*"pasworde şiİı-'œ1042.E@<", "password", "パス", "\u0301"]), max_size=30).map("".join))
def test_what_looks_like_words_is_answered(center: Searcher, text: str) -> None:
    assert len(suggest(center, text, view="public").suggestions) <= 5


def test_a_page_of_text_is_answered_by_its_beginning(center: Searcher) -> None:
    assert ids(suggest(center, "reset your password " * 1_000, view="public"))[0] == "en/password"


def test_no_model_is_asked(tmp_path: Path) -> None:
    with searcher_for(build(tmp_path, FILES)) as searcher:
        embedder = searcher.embedder
        assert isinstance(embedder, FakeEmbedder)
        embedder.fail = True
        assert suggest(searcher, "passwrd", view="public").suggestions
        assert embedder.queries == 0


def test_scripts_without_spaces_are_found_by_their_first_letters(opened: Open) -> None:
    searcher = opened({"ja/a.md": article("パスワードを再設定する", "x", locale="ja")})
    assert [ids(suggest(searcher, typed, view="public")) for typed in ("パ", "パスワ", "再設")] == [["ja/a"]] * 3


def test_a_view_without_articles_suggests_nothing(opened: Open) -> None:
    searcher = opened({"a.md": article("Password", "x", locale="en", audience="internal")})
    assert suggest(searcher, "pass", view="public").suggestions == ()


def test_bad_arguments_are_refused(center: Searcher) -> None:
    with pytest.raises(UnknownView):
        suggest(center, "a", view="nobody")
    for limit in (0, 11):
        with pytest.raises(QueryError, match="from 1 to 10"):
            suggest(center, "a", view="public", limit=limit)
    with pytest.raises(QueryError, match="not text"):
        suggest(center, 5, view="public")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="not a locale"):
        suggest(center, "a", view="public", locale="not a locale")


def test_the_words_of_a_view_are_sorted_once_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with searcher_for(build(tmp_path, FILES)) as searcher:
        scans: list[object] = []
        scan = searcher.snapshot.store.scan

        def counted(part: Any) -> Any:
            scans.append(part)
            return scan(part)

        monkeypatch.setattr(searcher.snapshot.store, "scan", counted)
        threads = [threading.Thread(target=warm, args=(searcher, "public")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ids(suggest(searcher, "kargom", view="public")) == ["tr/parcel"]
        assert len(scans) == 1
