"""`kb-search search`: arguments, what is printed, and `--json`."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from kb_search.cli.searching import read_filters
from kb_search.errors import QueryError
from kb_search.types import Hit, Passage, SearchResult
from tests.cli.conftest import FILES, Cli
from tests.fakes import FakeEmbedder, write


def test_search_prints_title_passage_and_id(index: str, cli: Cli) -> None:
    out, err = cli("search", "forgot my password", "--index", index, "-n", "1")
    first, passage, identifier = out.splitlines()
    assert re.fullmatch(r"1\. Reset your password  \[en\]  0\.\d{3}", first)
    assert passage == "   Open the page."
    assert identifier == "   password"
    assert err == ""


def test_search_prints_translations_beside_the_one_in_the_readers_language(index: str, cli: Cli) -> None:
    out, _ = cli("search", "parcel", "--index", index, "--locale", "fr", "-n", "1")
    assert "1. Suivre un colis  [fr]" in out and "   colis  en: parcel" in out


def test_search_json_is_the_search_result(index: str, cli: Cli) -> None:
    answer = cli.json("search", "parcel", "--index", index, "--explain")
    assert list(answer) == [field.name for field in fields(SearchResult)]
    assert list(answer["hits"][0]) == [field.name for field in fields(Hit)]
    assert list(answer["hits"][0]["passage"]) == [field.name for field in fields(Passage)]
    assert (answer["query"], answer["generation"], answer["hits"][0]["id"]) == ("parcel", "000001", "parcel")
    explanation = answer["hits"][0]["explanation"]
    assert explanation["ledger"].keys() >= {"prior", "semantic", "keyword"}


@pytest.mark.parametrize(("outcome", "said"), [("ok", ""), ("weak", "Perhaps one of these:\n")])
def test_search_says_when_it_is_not_sure(
    index: str, cli: Cli, monkeypatch: pytest.MonkeyPatch, outcome: str, said: str
) -> None:
    monkeypatch.setattr("kb_search.ranking.fusion.outcome_of", lambda best: outcome)
    assert cli("search", "parcel", "--index", index)[1] == said


def test_search_explain_shows_the_ledger(index: str, cli: Cli) -> None:
    out, _ = cli("search", "parcel", "--index", index, "--explain", "-n", "1")
    assert re.search(
        r"^   log-odds: prior -\d\.\d{3}  .*keyword \+\d\.\d{3}.*\(.*similarity 0\.\d{4}", out, re.MULTILINE
    )


def test_search_finds_only_what_the_view_shows(index: str, cli: Cli) -> None:
    command = ("search", "refund limit", "--index", index)
    assert "limit" not in [hit["id"] for hit in cli.json(*command)["hits"]]
    assert cli.json(*command, "--view", "agents")["hits"][0]["id"] == "limit"
    _, err = cli(*command, "--view", "bosses", status=2)
    assert "no view 'bosses'" in err and "agents" in err


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["tags=login"], {"password"}),
        (["tags=login", "tags=orders"], {"password", "parcel"}),
        (["tags=login", "owner=finance"], set()),
        (["locale=fr"], {"colis"}),
        (["updated.gte=2026-01-01"], {"parcel"}),
        (["updated=2026-01"], {"parcel"}),
        (["updated.gte=2026-01-01", "updated.lte=2026-01-30"], set()),
    ],
    ids=lambda texts: " ".join(sorted(texts)),  # a set has no order of its own
)
def test_search_filters(index: str, cli: Cli, filters: list[str], found: set[str]) -> None:
    options = [part for text in filters for part in ("--filter", text)]
    answer = cli.json("search", "password parcel", "--index", index, *options)
    assert {hit["id"] for hit in answer["hits"]} == found


def test_filters_are_read_as_any_of_and_ranges() -> None:
    assert read_filters(["tags=a", "tags=b=c", "updated.gte=2026-01-01", "updated.lte=2026-02-01", "owner="]) == {
        "tags": ["a", "b=c"],
        "updated": {"gte": "2026-01-01", "lte": "2026-02-01"},
        "owner": [""],
    }


@pytest.mark.parametrize(
    "texts", [["tags"], ["=x"], ["updated=2026-01-01", "updated.gte=2026-01-01"], ["a.gte=1", "a=1"]]
)
def test_filters_that_cannot_be_read_are_refused(texts: list[str]) -> None:
    with pytest.raises(QueryError, match="--filter"):
        read_filters(texts)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--filter", "colour=red"], "Unknown filter field 'colour'"),
        (["--filter", "updated.gte=soon"], "is not a date"),
        (["-n", "-1"], "negative"),
        (["--offset", "500"], "window"),
        (["--locale", "klingonish!"], "is not a locale"),
    ],
)
def test_search_refuses_what_it_cannot_do(index: str, cli: Cli, options: list[str], says: str) -> None:
    out, err = cli("search", "parcel", "--index", index, *options, status=2)
    assert out == "" and says in err


def test_search_pages(index: str, cli: Cli) -> None:
    every = [hit["id"] for hit in cli.json("search", "parcel password", "--index", index)["hits"]]
    second = cli.json("search", "parcel password", "--index", index, "-n", "1", "--offset", "1")["hits"]
    assert [hit["id"] for hit in second] == every[1:2]


def test_search_says_that_nothing_fits(index: str, cli: Cli) -> None:
    out, err = cli("search", "zebra", "--index", index, "--mode", "keyword")
    assert (out, err) == ("", "Nothing found.\n")


def test_search_says_that_a_filter_is_misspelt(index: str, cli: Cli) -> None:
    out, err = cli("search", "parcel", "--index", index, "--filter", "tags=order")
    assert (out, err) == (
        "",
        "No article of the view 'public' has the tag 'order'. Did you mean 'orders'?\nNothing found.\n",
    )


def test_search_over_a_view_without_articles_says_so(cli: Cli) -> None:
    write(Path("articles"), {"limit.md": FILES["limit.md"]})
    cli("index", "articles", "--index", "kb")
    out, err = cli("search", "limit", "--index", "kb")
    assert out == "" and "The view 'public' has no article" in err


def test_search_says_that_a_branch_is_missing(index: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = FakeEmbedder()
    broken.fail = True
    monkeypatch.setattr("kb_search.embedding.loading.load_for_serving", lambda settings, spec: broken)
    out, err = cli("search", "parcel", "--index", index, "-n", "1")
    assert "Track a parcel" in out and "The semantic branch was not available" in err
