"""As you type: what is asked, when, and which answer is shown."""

import contextlib
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser.serving import Site
from tests.browser.watching import Watch
from tests.browser.widget.conftest import Open
from tests.browser.widget.fake_api import FakeApi, answer, hit


def test_a_question_is_asked_when_the_fingers_rest(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-limit="3"', html='lang="fr-CA"')
    box.input.evaluate(
        "field => { for (const text of ['l', 'la', 'lam', 'lamp']) {"
        "field.value = text; field.dispatchEvent(new InputEvent('input')) } }"
    )
    expect(box.options).to_have_count(1)
    assert api.searches == [{"q": "lamp", "limit": "3", "locale": "fr-CA", "typing": "true", "surface": "widget"}]


def test_one_letter_is_no_question_one_character_can_be(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.input.fill("l")
    box.page.wait_for_timeout(150)
    box.input.fill("灯")
    expect(box.options).to_have_count(1)
    assert api.queries == ["灯"]


@pytest.mark.parametrize("order", [["la", "lamp"], ["lamp", "la"]])
def test_a_stale_answer_never_overwrites_a_newer_one(open_box: Open, api: FakeApi, order: list[str]) -> None:
    """Aborting is not relied upon: here the page's fetch does not know how to."""
    api.hold = {"la", "lamp"}
    unstoppable = "<script>const real = fetch; fetch = (url, {signal, ...options}) => real(url, options);</script>"
    box = open_box(head=unstoppable)
    for query in ("la", "lamp"):
        box.input.fill(query)
        api.wait_for(box.page, query)
    for query in order:
        api.release(query)
        box.page.wait_for_timeout(100)
    assert box.options.all_text_contents() == box.options.filter(has_text="The lamp").all_text_contents() != []


def test_what_is_no_longer_asked_is_given_up(open_box: Open, api: FakeApi) -> None:
    api.hold = {"la"}
    box = open_box()
    with box.page.expect_event("requestfailed", lambda request: "q=la&" in request.url):
        box.input.fill("la")
        api.wait_for(box.page, "la")
        box.input.fill("lamp")
    expect(box.options).to_contain_text("The lamp")


def test_an_answer_that_comes_after_the_field_was_cleared_is_dropped(open_box: Open, api: FakeApi) -> None:
    api.hold = {"lamp"}
    box = open_box()
    box.input.fill("lamp")
    api.wait_for(box.page, "lamp")
    box.input.fill("")
    with contextlib.suppress(Error):  # it was given up
        api.release("lamp")
    box.page.wait_for_timeout(100)
    expect(box.panel).to_be_hidden()
    expect(box.options).to_have_count(0)


def test_what_was_answered_is_not_asked_again(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    for text in ("lamp", "lam", "lamp", "lam"):
        box.input.fill(text)
        expect(box.options.locator(".title")).to_have_text(f"The {text}")
    assert api.queries == ["lamp", "lam"]


def test_a_key_is_sent_and_no_cookie(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-key="kbs_secret"')
    box.type("lamp")
    assert api.headers[0]["authorization"] == "Bearer kbs_secret"
    assert "cookie" not in api.headers[0]
    assert box.page.evaluate("() => [document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


@pytest.mark.parametrize(
    ("status", "words"), [(503, "cannot be reached"), (429, "Too much is asked"), (0, "cannot be reached")]
)
def test_a_failure_is_said_and_can_be_tried_again(
    open_box: Open, api: FakeApi, watch: Watch, status: int, words: str
) -> None:
    watch.expect("status of (503|429)|ERR_CONNECTION_REFUSED")
    api.answers["lamp"] = status
    box = open_box()
    box.type("lamp")
    expect(box.panel).to_contain_text(words)
    expect(box.status).to_contain_text(words)
    api.answers.clear()
    box.press("Tab", "Tab")
    expect(box.page.get_by_role("button", name="Try again")).to_be_focused()
    box.press("Enter")
    expect(box.options).to_have_count(1)
    expect(box.input).to_be_focused()


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_no_matter_of_trying_again(
    open_box: Open, api: FakeApi, watch: Watch, status: int
) -> None:
    watch.expect("status of 40")
    api.answers["lamp"] = status
    box = open_box()
    box.type("lamp")
    expect(box.panel).to_have_text("The search is not set up for this page.")


def test_offline_it_waits_for_the_connection(open_box: Open, api: FakeApi, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED")
    api.answers["lamp"] = 0
    box = open_box()
    box.page.context.set_offline(True)
    box.type("lamp")
    expect(box.panel).to_contain_text("You seem to be offline.")
    api.answers.clear()
    box.page.context.set_offline(False)
    expect(box.options).to_have_count(1)


def test_enter_without_an_option_goes_to_the_results_page(open_box: Open, api: FakeApi, site: Site) -> None:
    site.put("/results", "<title>Results</title>")
    box = open_box('data-results-url="/results?lang=en&q={query}"')
    box.input.fill("lamp & loom?")
    with box.page.expect_navigation(url=re.compile(r"/results\?lang=en&q=lamp%20%26%20loom%3F$")):
        box.press("Enter")


def test_enter_without_a_results_page_asks_at_once(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.input.fill("lamp")
    box.press("Enter")
    expect(box.options).to_have_count(1)
    assert "typing" not in api.searches[-1]


def test_readers_who_listen_hear_one_count(open_box: Open, api: FakeApi) -> None:
    api.answers["lamps"] = answer("lamps", hit("red"), hit("green"))
    box = open_box()
    box.status.evaluate(
        "status => { window.heard = []; const note = () => heard.push(status.textContent);"
        "new MutationObserver(note).observe(status, {childList: true}) }"
    )
    for text in ("la", "lam", "lamp", "lamps"):
        box.input.fill(text)
        box.page.wait_for_timeout(100)
    expect(box.status).to_have_text("2 results")
    assert box.page.evaluate("() => window.heard") == ["2 results"]
