"""A filter that no article meets is said, with what there is instead, and with nothing that the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kb_search import Searcher
from kb_search.types import Notice
from tests.fakes import Open, article, build, searcher_for
from tests.help_center import FILES


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_for(build(tmp_path_factory.mktemp("help"), FILES)) as opened:
        yield opened


NOBODY = "No article of the view 'public' has"


@pytest.mark.parametrize(
    ("filters", "notices"),
    [
        ({"category": "Biling"}, [f"{NOBODY} the category 'Biling'. Did you mean 'billing'?"]),
        ({"owner": "ada"}, [f"{NOBODY} the owner 'ada'. Did you mean 'Ada'?"]),
        ({"tags": "logn"}, [f"{NOBODY} the tag 'logn'. Did you mean 'login'?"]),
        ({"category": "zoo"}, [f"{NOBODY} the category 'zoo'. There are: 'account', 'billing' and 'orders'."]),
        ({"locale": "de"}, [f"{NOBODY} the locale 'de'. There are: 'en', 'fr' and 'tr'."]),
        ({"locale": "fr-CA"}, [f"{NOBODY} the locale 'fr-CA'. There are: 'en', 'fr' and 'tr'."]),
        ({"status": "draft"}, [f"{NOBODY} the status 'draft'. There is: 'published'."]),
        ({"area": "orders"}, [f"{NOBODY} a value for 'area'."]),
        ({"updated": "2024"}, [f"{NOBODY} a date 'updated' in '2024'. They run from 2025-06-30 to 2026-03-01."]),
        (
            {"updated": {"gte": "2027-01-01"}},
            [f"{NOBODY} a date 'updated' from '2027-01-01'. They run from 2025-06-30 to 2026-03-01."],
        ),
        (
            {"updated": {"gte": "2025-07", "lte": "2025-12"}},
            [f"{NOBODY} a date 'updated' from '2025-07' up to '2025-12'. They run from 2025-06-30 to 2026-03-01."],
        ),
        (
            {"owner": "ada", "category": "zoo"},
            [
                f"{NOBODY} the category 'zoo'. There are: 'account', 'billing' and 'orders'.",
                f"{NOBODY} the owner 'ada'. Did you mean 'Ada'?",
            ],
        ),
        (
            {"owner": "Ada", "category": "orders"},
            ["Each filter is met by an article of the view 'public', but no article meets all of them."],
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("query", ["password", ""])
def test_an_answer_that_a_filter_emptied_says_so(
    searcher: Searcher, query: str, filters: dict[str, Any], notices: list[str]
) -> None:
    result = searcher.search(query, filters=filters)
    assert (result.hits, result.total, list(result.notices)) == ((), 0, notices)


def test_one_of_several_values_may_be_wrong(searcher: Searcher) -> None:
    result = searcher.search("password", filters={"tags": ["login", "refunds", "biling"], "status": "published"})
    assert result.hits
    assert result.notices == (f"{NOBODY} the tag 'biling' or 'refunds'. Did you mean 'billing'?",)


@pytest.mark.parametrize(
    "filters",
    [
        {"category": "billing"},
        {"category": ["billing", "orders"], "updated": {"gte": "2025"}},
        {"locale": "fr", "tags": ["login", "billing"]},
        {"updated": ["2026-02", "2026-03-01"]},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("query", ["password", "volcano", ""])
def test_a_filter_that_some_article_meets_is_not_remarked_on(
    searcher: Searcher, query: str, filters: dict[str, Any]
) -> None:
    assert searcher.search(query, filters=filters, mode="keyword").notices == ()


def test_only_what_the_view_shows_is_named(searcher: Searcher) -> None:
    assert searcher.search("a", filters={"status": "draft"}, view="owners").notices == ()
    internal = searcher.search("a", filters={"status": "draft"}, view="internal").notices
    assert internal == ("No article of the view 'internal' has the status 'draft'. There is: 'published'.",)
    old = {"updated": {"lte": "2018"}}
    assert "from 2019-01-01 to 2026-03-02" in searcher.search("a", filters=old, view="owners").notices[0]
    assert "from 2025-06-30 to 2026-03-02" in searcher.search("a", filters=old, view="agents").notices[0]


def test_a_value_that_is_hidden_is_as_unknown_as_one_that_is_not_there(opened: Open) -> None:
    visible = {"a.md": article("Password", "A.", locale="en", tags="[login]", category="Accounts")}
    hidden = {"b.md": article("Vault", "B.", locale="en", tags="[logins]", category="Account", audience="internal")}
    without, beside = opened(visible), opened(visible | hidden)
    for filters in ({"tags": "logins"}, {"category": "Account"}, {"category": ["Accounts", "Account"]}):
        assert beside.search("vault", filters=filters).notices == without.search("vault", filters=filters).notices != ()


def test_a_remark_has_what_another_language_needs(searcher: Searcher) -> None:
    def remark(filters: dict[str, Any]) -> Notice:
        result = searcher.search("password", filters=filters)
        (found,) = result.remarks
        assert (found.text,) == result.notices
        return replace(found, text="")

    assert remark({"tags": "logn"}) == Notice("value-misspelt", "", "tags", ("logn",), ("login",))
    assert remark({"locale": "de"}) == Notice("value-unmet", "", "locale", ("de",), ("en", "fr", "tr"))
    assert remark({"area": "x"}) == Notice("field-empty", "", "area")
    assert remark({"updated": "2019"}) == Notice("date-unmet", "", "updated", known=("2025-06-30", "2026-03-01"))
    assert remark({"owner": "Ada", "category": "orders"}) == Notice("filters-apart", "")
    (cut,) = searcher.search("word " * 900).remarks
    assert (cut.code, cut.numbers[0], cut.numbers[1] <= 2_000) == ("query-cut", 4_499, True)


def test_a_sentence_stays_short(opened: Open) -> None:
    searcher = opened(
        {f"{row:02}.md": article("Password", "A.", locale="en", owner=f"Team {row}") for row in range(15)}
    )
    (listed,) = searcher.search("password", filters={"owner": "zzz"}).notices
    assert "There are: 'Team 0', 'Team 1', 'Team 10', " in listed and listed.endswith(" 'Team 6' and 3 more.")
    (long,) = searcher.search("password", filters={"owner": ["x" * 5_000, *(f"{row}" for row in range(90))]}).notices
    assert len(long) < 1_000


def test_a_view_without_articles_says_that_alone(opened: Open) -> None:
    searcher = opened({"a.md": article("Vault", "A.", locale="en", audience="internal", tags="[login]")})
    (notice,) = searcher.search("vault", filters={"tags": "login"}).notices
    assert notice.startswith("The view 'public' has no article.")
