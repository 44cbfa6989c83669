"""The combobox pattern of ARIA 1.2, by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watch
from tests.browser.widget.conftest import Open
from tests.browser.widget.fake_api import FakeApi, answer, hit

THREE = answer("lamp", hit("red"), hit("green"), hit("blue"))


def test_roles_and_states(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    for name, value in (("aria-autocomplete", "list"), ("aria-controls", "list"), ("aria-expanded", "false")):
        expect(box.input).to_have_attribute(name, value)
    assert box.input.get_attribute("aria-activedescendant") is None
    box.type("lamp")
    expect(box.input).to_have_attribute("aria-expanded", "true")
    expect(box.list).to_have_accessible_name("Results")
    expect(box.options).to_have_attribute("aria-selected", "false")


def test_arrows_move_and_wrap_while_the_focus_stays(open_box: Open, api: FakeApi) -> None:
    api.answers["lamp"] = THREE
    box = open_box()
    box.type("lamp")
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        box.press(key)
        seen.append(box.active)
        expect(box.input).to_be_focused()
    assert seen == ["The red", "The green", "The blue", "The red", "The blue", "The green"]
    expect(box.options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.element.locator("[aria-selected=true]").count() == 1


def test_up_from_the_field_goes_to_the_last(open_box: Open, api: FakeApi) -> None:
    api.answers["lamp"] = THREE
    box = open_box()
    box.type("lamp")
    box.press("ArrowUp")
    assert box.active == "The blue"


@pytest.mark.parametrize("key", ["Home", "End", "ArrowLeft", "ArrowRight"])
def test_keys_of_the_caret_leave_the_options(open_box: Open, api: FakeApi, key: str) -> None:
    box = open_box()
    box.type("lamp")
    box.press("ArrowDown", key)
    assert box.active is None
    caret = box.input.evaluate("field => field.selectionStart")
    assert caret == {"Home": 0, "End": 4, "ArrowLeft": 3, "ArrowRight": 4}[key]


def test_space_types_a_space(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.type("lamp")
    box.press("ArrowDown", "Space", "x")
    expect(box.input).to_have_value("lamp x")


def test_escape_closes_then_clears(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.type("lamp")
    box.press("Escape")
    expect(box.panel).to_be_hidden()
    expect(box.input).to_have_value("lamp")
    expect(box.input).to_have_attribute("aria-expanded", "false")
    box.press("Escape")
    expect(box.input).to_have_value("")


@pytest.mark.parametrize("tabs", [1, 2, 3])
def test_escape_closes_from_wherever_the_focus_is(open_box: Open, api: FakeApi, tabs: int) -> None:
    """The button that clears, and two links below the results."""
    api.answers["lamp"] = answer("lamp", hit("red"), outcome="weak")
    box = open_box('data-results-url="/results?q={query}" data-contact-url="https://shop.example/contact"')
    box.type("lamp")
    box.press(*["Tab"] * tabs)
    expect(box.input).not_to_be_focused()
    box.press("Escape")
    expect(box.panel).to_be_hidden()
    expect(box.input).to_be_focused()
    expect(box.input).to_have_value("lamp")


def test_other_keys_are_those_of_what_has_the_focus(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-results-url="/results?q={query}"')
    box.type("lamp")
    box.press("Tab", "Tab", "ArrowDown")
    assert box.active is None
    expect(box.page.get_by_role("link", name="See all results")).to_be_focused()


@pytest.mark.parametrize("key", ["ArrowDown", "ArrowUp", "Alt+ArrowDown"])
def test_a_closed_box_opens_again_without_asking(open_box: Open, api: FakeApi, key: str) -> None:
    box = open_box()
    box.type("lamp")
    box.press("Escape", key)
    expect(box.panel).to_be_visible()
    assert box.active is None
    assert api.queries == ["lamp"]


def test_tab_leaves(open_box: Open, api: FakeApi) -> None:
    box = open_box(body='<button id="next">Next</button>')
    box.type("lamp")
    box.press("ArrowDown", "Tab", "Tab")  # the first goes to the button that clears
    expect(box.page.locator("#next")).to_be_focused()
    expect(box.panel).to_be_hidden()


def test_a_long_list_is_no_stop_on_the_way(open_box: Open, api: FakeApi) -> None:
    """Browsers let the Tab key stop at whatever scrolls."""
    api.answers["lamp"] = answer("lamp", *(hit(f"{number}") for number in range(20)))
    box = open_box('data-results-url="/results?q={query}"')
    box.type("lamp")
    assert box.list.evaluate("list => list.scrollHeight > list.clientHeight")
    box.press("Tab", "Tab")
    expect(box.page.get_by_role("link", name="See all results")).to_be_focused()


def test_enter_opens_the_active_option(open_box: Open, api: FakeApi) -> None:
    api.answers["lamp"] = THREE
    box = open_box()
    box.type("lamp")
    box.press("ArrowDown", "ArrowDown")
    with box.page.expect_navigation(url=re.compile("/articles/en/green#how$")):
        box.press("Enter")


def test_control_enter_opens_it_in_a_new_tab(open_box: Open, api: FakeApi, watch: Watch) -> None:
    watch.expect("status of 404")  # the new tab asks the service itself
    box = open_box()
    box.type("lamp")
    box.press("ArrowDown")
    with box.page.context.expect_page() as opened:
        box.press("Control+Enter")
    assert opened.value.url.endswith("/articles/en/lamp#how")
    expect(box.panel).to_be_visible()


def test_keys_of_an_input_method_are_its_own(open_box: Open, api: FakeApi) -> None:
    box = open_box(attributes='data-results-url="/results?q={query}"')
    box.type("lamp")
    composing = "{isComposing: true, cancelable: true, bubbles: true}"
    for key in ("ArrowDown", "Enter", "Escape"):
        event = f"new KeyboardEvent('keydown', {{key: '{key}', ...{composing}}})"
        assert box.input.evaluate(f"field => field.dispatchEvent({event})"), "the key was taken from the input method"
    assert box.active is None
    expect(box.panel).to_be_visible()
    assert "results" not in box.page.url


def test_an_input_method_is_given_time(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.input.focus()
    client = box.page.context.new_cdp_session(box.page)
    for text in ("k", "kı", "kır"):
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    client.send("Input.insertText", {"text": "kırmızı"})
    expect(box.options).to_have_count(1)
    assert api.queries == ["kırmızı"]


# ── The shortcut ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("keys", ["Control+k", "Meta+k", "Control+K"])
def test_the_shortcut_focuses(open_box: Open, api: FakeApi, keys: str) -> None:
    box = open_box()
    expect(box.input).to_have_attribute("aria-keyshortcuts", "Control+K Meta+K")
    expect(box.element.locator(".field kbd")).to_have_text("Ctrl K")
    box.press(keys)
    expect(box.input).to_be_focused()


def test_the_shortcut_can_be_another(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-shortcut="j"')
    expect(box.input).to_have_attribute("aria-keyshortcuts", "Control+J Meta+J")
    box.press("Control+k")
    expect(box.input).not_to_be_focused()
    box.press("Control+j")
    expect(box.input).to_be_focused()


def test_the_shortcut_can_be_switched_off(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-shortcut="off"')
    assert box.input.get_attribute("aria-keyshortcuts") is None
    expect(box.element.locator(".field kbd")).to_be_hidden()
    box.press("Control+k")
    expect(box.input).not_to_be_focused()


def test_a_letter_or_a_slash_alone_does_nothing(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.press("k", "/", "s", "Shift+Control+k")
    expect(box.input).not_to_be_focused()
