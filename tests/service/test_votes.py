"""Was this helpful: asked where answers are kept, twice at most, and taken from our own pages only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from kb_search.events.state import State
from kb_search.service.app import create_app
from tests import fakes
from tests.outline import Outline
from tests.service.conftest import ARTICLE, holder
from tests.service.test_feedback import rows

OURS = {"Sec-Fetch-Site": "same-origin"}
FROM = "0f8fad5bd9cb469fa165a16e3d4b7c55.2"


@pytest.fixture
def pages(index: Path, state: State) -> Iterator[TestClient]:
    with TestClient(create_app(holder(index), state)) as opened:
        yield opened


def post(pages: TestClient, fields: dict[str, str], headers: dict[str, str] = OURS) -> Any:
    return pages.post("/feedback", data={"article": ARTICLE, **fields}, headers=headers, follow_redirects=False)


def fields_of(page: Outline) -> dict[str, str]:
    return {str(i["name"]): str(i["value"]) for i in page.all("input", type="hidden") if i["name"] != "q"}


def test_a_reader_searches_opens_votes_and_comments(pages: TestClient, state: State, tmp_path: Path) -> None:
    results = Outline(pages.get("/?q=password&locale=en").text)
    opened = next(str(a["href"]) for a in results.all("a") if str(a["href"]).startswith(f"/articles/{ARTICLE}?"))
    article = Outline(pages.get(opened).text)
    assert [b.get("value") for b in article.all("button", name="helpful")] == ["yes", "no"]
    voted = post(pages, {**fields_of(article), "helpful": "no"})
    assert voted.status_code == 303
    thanks = Outline(pages.get(voted.headers["location"]).text)
    assert "Thank you for your answer." in thanks.words()
    assert "What was missing or unclear?" in thanks.words()
    assert not thanks.all("button", name="helpful")
    told = post(pages, {**fields_of(thanks), "comment": " Where is the link? "})
    done = Outline(pages.get(told.headers["location"]).text)
    assert "Your comment helps us" in done.words()
    assert not done.all("form", action="/feedback")
    state.flush()
    (search,) = rows(state, tmp_path, "searches")
    assert (search["query"], search["surface"]) == ("password", "help-center")
    events = rows(state, tmp_path, "events")
    assert [(e["type"], e["article_id"], e["query_id"], e["position"]) for e in events] == [
        (kind, ARTICLE, search["query_id"], 1) for kind in ("click", "helpful", "comment")
    ]
    assert (events[1]["helpful"], events[2]["comment"]) == (0, "Where is the link?")


def test_the_second_question_depends_on_the_first(pages: TestClient) -> None:
    location = post(pages, {"helpful": "yes"}).headers["location"]
    assert location == f"/articles/{ARTICLE}?voted=yes#page:feedback"
    assert "What helped you?" in pages.get(location).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://testserver"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_our_own_pages_may_send_answers(
    pages: TestClient, state: State, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    answer = post(pages, {"helpful": "yes"}, headers)
    assert answer.status_code == status
    state.flush()
    assert len(rows(state, tmp_path, "events")) == (status == 303)


@pytest.mark.parametrize("article", ["", "missing", "en/internal/password-vault"])
def test_an_answer_about_nothing_that_the_reader_sees(pages: TestClient, article: str) -> None:
    assert post(pages, {"article": article, "helpful": "yes"}).status_code == 404


def test_what_is_no_answer_is_not_recorded(pages: TestClient, state: State, tmp_path: Path) -> None:
    unclear: tuple[dict[str, str], ...] = ({"helpful": "perhaps"}, {"comment": "  "}, {})
    for fields in unclear:
        assert post(pages, fields).headers["location"] == f"/articles/{ARTICLE}#page:feedback"
    assert post(pages, {"helpful": "yes", "from": "'; drop"}).status_code == 303
    state.flush()
    (event,) = rows(state, tmp_path, "events")
    assert event["query_id"] is None


def test_a_long_comment_is_cut(pages: TestClient, state: State, tmp_path: Path) -> None:
    post(pages, {"comment": "a" * 3_000})
    state.flush()
    (event,) = rows(state, tmp_path, "events")
    assert len(event["comment"]) == 2_000


def test_reading_an_article_that_no_search_led_to_is_no_click(pages: TestClient, state: State, tmp_path: Path) -> None:
    pages.get(f"/articles/{ARTICLE}")
    pages.get(f"/articles/{ARTICLE}?from=someone.1")
    pages.get(f"/articles/{ARTICLE}?from={FROM}", headers={"Sec-Purpose": "prefetch;prerender"})
    pages.get(f"/articles/{ARTICLE}?from={FROM}&voted=yes")
    state.flush()
    assert rows(state, tmp_path, "events") == []
    pages.get(f"/articles/{ARTICLE}?from={FROM}")
    state.flush()
    assert [event["position"] for event in rows(state, tmp_path, "events")] == [2]


def test_where_nothing_is_recorded_nothing_is_asked(client: TestClient, index: Path, state: State) -> None:
    assert not Outline(client.get(f"/articles/{ARTICLE}").text).all("form", action="/feedback")
    searchers = holder(index, fakes.settings(state__record=False))
    with TestClient(create_app(searchers, state)) as pages:
        assert not Outline(pages.get(f"/articles/{ARTICLE}").text).all("form", action="/feedback")
    links = [str(a["href"]) for a in Outline(client.get("/?q=password").text).all("a")]
    assert not any("from=" in urlsplit(link).query for link in links)


def test_pages_that_nobody_reads_are_not_recorded(pages: TestClient, state: State, tmp_path: Path) -> None:
    """A site that loads a page as a picture, or a program that only asks for headers, searched for nothing."""
    pages.get("/?q=password", headers={"Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"})
    pages.head("/?q=password")
    pages.head(f"/articles/{ARTICLE}?from={FROM}")
    assert rows(state, tmp_path, "searches") == rows(state, tmp_path, "events") == []
    pages.get("/?q=password", headers={"Sec-Fetch-Dest": "document"})
    assert len(rows(state, tmp_path, "searches")) == 1


def test_an_origin_that_is_no_address_is_another_site(pages: TestClient) -> None:
    assert post(pages, {"helpful": "yes"}, {"Origin": "http://["}).status_code == 403
