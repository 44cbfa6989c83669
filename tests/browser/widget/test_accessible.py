"""axe-core on every state, light and dark, on small and wide screens; touch, colours, and motion that is not wanted."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.watching import Watch
from tests.browser.widget.conftest import Box, Open
from tests.browser.widget.fake_api import FakeApi, answer, hit

CONTACT = 'data-contact-url="https://shop.example/contact?about={query}" data-results-url="/results?q={query}"'


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[320, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def context_options(scheme: str, width: int) -> dict[str, object]:
    small = width == 320
    return {
        "viewport": {"width": width, "height": 640 if small else 800},
        "color_scheme": scheme,
        "has_touch": small,
        "is_mobile": small,
        "locale": "en-GB",
        "reduced_motion": "reduce",  # axe would see colours that are still changing
    }


def test_every_state(open_box: Open, api: FakeApi, watch: Watch, page: Page) -> None:
    watch.expect("status of 503")
    others = [{"id": "fr/x", "title": "x", "locale": "fr", "url": "/x"}]
    api.answers["results"] = answer(
        "results", *(hit(f"{name} lamp", locale="tr", translations=others) for name in "abcde"), corrected="lamps"
    )
    api.answers["weak"] = answer("weak", hit("lamp"), outcome="weak")
    api.answers["none"] = answer("none", hit("a"), hit("b"), outcome="none")
    api.answers["empty"] = answer("empty")
    api.answers["failed"] = 503
    api.suggestions = [{"kind": "query", "text": "dim the lamp"}, {"kind": "article", "text": "The loom", "url": "/x"}]
    style = "<style>:root{color-scheme:light dark}</style>"
    box = open_box(f'{CONTACT} data-open="tab"', head=style)
    found = {"idle": violations(page)}
    for state in ("results", "weak", "none", "empty", "failed"):
        box.type(state)
        if state in ("none", "empty"):
            expect(box.panel).to_contain_text("dim the lamp")
        if state in ("results", "weak", "none"):
            box.press("ArrowDown")
        found[state] = violations(page)
        _fits(box)
    box.type("results")
    with page.context.expect_page():
        box.press("ArrowDown", "Enter")
    page.bring_to_front()
    found["vote"] = violations(page)
    page.get_by_role("button", name="No", exact=True).click()
    found["comment"] = violations(page)
    page.get_by_role("button", name="Send").click()
    found["thanks"] = violations(page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def _fits(box: Box) -> None:
    """Nothing is cut off at the side, and everything that is touched is large enough (WCAG 2.5.8: 24 pixels)."""
    page = box.page
    room = page.evaluate("() => document.documentElement.clientWidth")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= room
    panel = box.panel.bounding_box()
    assert panel is not None
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= room
    if room == 320:
        assert panel["width"] == room - 16
    for target in box.element.locator("button:visible, a:visible, input:visible").all():
        place = target.bounding_box()
        assert place is not None
        assert min(place["width"], place["height"]) >= (44 if room == 320 else 24), target.text_content()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280)])
@pytest.mark.parametrize("wanted", ["reduce", "no-preference"])
def test_nothing_moves_for_who_wants_no_motion(
    open_box: Open, api: FakeApi, page: Page, wanted: str, scheme: str
) -> None:
    page.emulate_media(reduced_motion=wanted)  # type: ignore[arg-type]
    box = open_box()
    box.type("lamp")
    name = box.panel.evaluate("panel => getComputedStyle(panel).animationName")
    assert name == ("none" if wanted == "reduce" else "appear")


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_can_choose_the_theme(open_box: Open, api: FakeApi, theme: str) -> None:
    box = open_box(f'data-theme="{theme}"')
    background = box.element.locator(".field").evaluate("field => getComputedStyle(field).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 33, 40)"}[theme]


@pytest.mark.parametrize("width", [1280])
def test_without_a_choice_it_is_the_readers(open_box: Open, scheme: str) -> None:
    box = open_box()
    background = box.element.locator(".field").evaluate("field => getComputedStyle(field).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 33, 40)"}[scheme]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280)])
def test_a_page_can_choose_colours(open_box: Open, api: FakeApi) -> None:
    box = open_box(head="<style>kb-search { --kb-accent: rgb(120, 0, 60); --kb-radius: 2px }</style>")
    box.type("lamp")
    title = box.options.first.locator(".title")
    expect(title).to_have_css("color", "rgb(120, 0, 60)")
    expect(box.element.locator(".field")).to_have_css("border-radius", "2px")


@pytest.mark.parametrize(("scheme", "width"), [("light", 320)])
def test_touch_opens_an_article(open_box: Open, api: FakeApi, page: Page) -> None:
    box = open_box()
    box.input.tap()
    box.type("lamp")
    with page.expect_navigation(url="**/articles/en/lamp#how"):
        box.options.first.tap()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280)])
def test_high_contrast_keeps_the_active_row_visible(open_box: Open, api: FakeApi, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    box = open_box()
    box.type("lamp")
    before = box.options.first.evaluate("row => getComputedStyle(row).backgroundColor")
    box.press("ArrowDown")
    assert box.options.first.evaluate("row => getComputedStyle(row).backgroundColor") != before
