"""What the service is told: seen, opened, helped or not, one comment; and how a reader is asked."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watch
from tests.browser.widget.conftest import Box, Open
from tests.browser.widget.fake_api import FakeApi, answer, hit

LAMP = answer("lamp", hit("red"), hit("blue"))
QUERY = {"surface": "widget", "query_id": LAMP["query_id"]}
BLUE = {**QUERY, "article_id": "en/blue"}


def told(box: Box, api: FakeApi, count: int) -> list[dict[str, Any]]:
    """Wait for so many events, and a little for one too many."""
    for _ in range(300):
        if len(api.events) >= count:
            break
        box.page.wait_for_timeout(10)
    box.page.wait_for_timeout(50)
    return api.events


@pytest.fixture
def lamp(open_box: Open, api: FakeApi) -> Box:
    """An answer of two articles on the screen; articles open in a new tab."""
    api.answers["lamp"] = LAMP
    box = open_box('data-open="tab"')
    box.type("lamp")
    return box


def opened(box: Box) -> None:
    with box.page.context.expect_page():
        box.press("ArrowDown", "ArrowDown", "Enter")


def test_an_answer_that_stands_for_a_second_was_seen(lamp: Box, api: FakeApi) -> None:
    assert told(lamp, api, 1) == [{"type": "impression", **QUERY}]
    lamp.press("Escape", "ArrowDown")
    lamp.page.wait_for_timeout(1_200)
    assert len(api.events) == 1, "the same answer is seen once"


def test_an_answer_that_was_passed_over_was_not_seen(lamp: Box, api: FakeApi) -> None:
    lamp.press("Escape")
    lamp.page.wait_for_timeout(1_200)
    assert api.events == []


def test_an_article_that_is_opened_was_seen_and_its_place_is_told(lamp: Box, api: FakeApi) -> None:
    opened(lamp)
    assert told(lamp, api, 2) == [{"type": "impression", **QUERY}, {"type": "click", **BLUE, "position": 2}]


def test_two_questions_and_never_more(lamp: Box, api: FakeApi) -> None:
    opened(lamp)
    expect(lamp.panel).to_contain_text("Did “The blue” help?")
    lamp.press("Tab", "Tab")
    expect(lamp.page.get_by_role("button", name="Yes")).to_be_focused()
    lamp.press("Enter")
    comment = lamp.page.get_by_role("textbox", name="What helped you? (optional)")
    expect(comment).to_be_focused()
    comment.fill("It is blue.")
    lamp.press("Tab", "Enter")
    expect(lamp.panel.locator(".question")).to_have_text("Thank you for your answer.")
    expect(lamp.status).to_have_text("Thank you for your answer.")
    expect(lamp.input).to_be_focused()
    assert told(lamp, api, 4)[2:] == [
        {"type": "helpful", **BLUE, "helpful": True},
        {"type": "comment", **BLUE, "comment": "It is blue."},
    ]
    opened(lamp)
    expect(lamp.panel.locator(".question button")).to_have_count(0)


def test_a_comment_is_optional(lamp: Box, api: FakeApi) -> None:
    opened(lamp)
    lamp.page.get_by_role("button", name="No", exact=True).click()
    expect(lamp.page.get_by_role("textbox", name="What was missing or unclear? (optional)")).to_be_visible()
    lamp.page.get_by_role("button", name="No, thanks").click()
    assert told(lamp, api, 3)[2:] == [{"type": "helpful", **BLUE, "helpful": False}]
    lamp.press("Escape")
    lamp.press("ArrowDown")
    expect(lamp.panel.locator(".question")).to_be_empty()


def test_a_question_that_was_not_answered_waits(lamp: Box, api: FakeApi) -> None:
    opened(lamp)
    lamp.press("Escape")
    expect(lamp.panel).to_be_hidden()
    lamp.press("ArrowDown")
    expect(lamp.panel).to_contain_text("Did “The blue” help?")


def test_a_page_can_want_nothing_told(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-events="off" data-open="tab"')
    box.type("lamp")
    with box.page.context.expect_page():
        box.press("ArrowDown", "Enter")
    box.page.wait_for_timeout(1_200)
    assert api.events == []
    expect(box.panel.locator(".question")).to_be_empty()


def test_events_that_cannot_be_told_are_no_matter(open_box: Open, api: FakeApi, watch: Watch) -> None:
    watch.expect("status of 500")
    box = open_box('data-open="tab"')
    box.page.context.route("**/v1/events", lambda route: route.fulfill(status=500))
    box.type("lamp")
    with box.page.context.expect_page():
        box.press("ArrowDown", "Enter")
    box.page.get_by_role("button", name="Yes").click()
    expect(box.page.get_by_role("textbox")).to_be_visible()
