"""Where the box stands: beside its script, where a page wants it, for a form, in an app, under a strict policy."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.serving import Site
from tests.browser.watching import Watch
from tests.browser.widget.conftest import PAGE, Open
from tests.browser.widget.fake_api import FakeApi

PLACE = "box => [box.parentElement.id || box.parentElement.localName, box.previousElementSibling?.localName ?? null]"


@pytest.mark.parametrize(("attributes", "place"), [("", ["main", "script"]), ('data-target="#here"', ["here", None])])
def test_the_script_puts_the_box_beside_itself_or_where_it_is_told(
    open_box: Open, attributes: str, place: list[str | None]
) -> None:
    assert open_box(attributes).element.evaluate(PLACE) == place


def test_a_box_that_the_page_wrote_itself_is_the_only_one(open_box: Open, api: FakeApi) -> None:
    box = open_box(body='<section id="own"><kb-search data-placeholder="Ask away"></kb-search></section>')
    assert box.element.evaluate_all("boxes => boxes.map(box => box.parentElement.id)") == ["own"]
    expect(box.input).to_have_attribute("placeholder", "Ask away")
    box.type("lamp")
    expect(box.options).to_have_count(1)


def test_a_target_that_is_not_there_is_said(page: Page, site: Site, other_origin: str, small_help_center: str) -> None:
    site.put("/", PAGE.format(html="", head="", body="", api=small_help_center, attributes='data-target="#nowhere"'))
    with page.expect_console_message(lambda message: '"#nowhere"' in message.text) as said:
        page.goto(other_origin)
    assert said.value.type == "warning"


FORM = """<kb-search data-locale="en"><form action="/results"><input type="hidden" name="lang" value="en">
<label>Search <input name="q" value="lamp"></label><button>Search</button></form></kb-search>"""


def test_a_form_works_without_the_script_and_is_taken_over_with_it(open_box: Open, api: FakeApi, site: Site) -> None:
    site.put("/results", "<title>Results</title>")
    box = open_box(body=FORM)
    expect(box.page.get_by_role("button", name="Search", exact=True)).to_have_count(0)
    expect(box.input).to_have_value("lamp")
    assert api.queries == [], "what is in the field already was answered by the page"
    box.input.fill("red & blue")
    with box.page.expect_navigation(url=re.compile(r"/results\?lang=en&q=red\+%26\+blue$")):
        box.press("Enter")


def test_the_words_of_the_form_stay_in_focus(open_box: Open, api: FakeApi, page: Page) -> None:
    # The script comes late: somebody is already writing.
    def late(route: Route) -> None:
        page.locator("[name=q]").fill("loom")
        route.continue_()

    page.route("**/widget.js", late)
    box = open_box(body=FORM)
    expect(box.input).to_be_focused()
    expect(box.input).to_have_value("loom")


# ── An app ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_app_can_set_language_and_query(open_box: Open, api: FakeApi) -> None:
    box = open_box('data-locale="en"')
    box.type("lamp")
    box.element.evaluate("box => { box.locale = 'tr' }")
    expect(box.input).to_have_attribute("placeholder", "Size nasıl yardımcı olabiliriz?")
    expect(box.options.locator(".tag")).to_have_text("İngilizce")
    assert [search["locale"] for search in api.searches] == ["en", "tr"]
    box.element.evaluate("box => { box.query = 'loom' }")
    expect(box.options.locator(".title")).to_have_text("The loom")
    assert box.element.evaluate("box => box.query") == "loom"


def test_a_query_that_an_app_sets_opens_nothing_until_the_reader_comes(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.element.evaluate("box => { box.query = 'loom' }")
    api.wait_for(box.page, "loom")
    box.page.wait_for_timeout(100)
    expect(box.panel).to_be_hidden()
    box.input.click()
    expect(box.options).to_have_count(1)


def test_an_app_hears_and_can_act_itself(open_box: Open, api: FakeApi) -> None:
    box = open_box()
    box.page.evaluate(
        "() => { heard = []; for (const name of ['results', 'select', 'open', 'submit'])"
        " document.addEventListener('kb-search:' + name, (event) => { event.preventDefault();"
        " heard.push([name, event.detail.query, event.detail.position ?? null, event.detail.hit?.id ?? null]) }) }"
    )
    box.type("lamp")
    address = box.page.url
    box.press("ArrowDown", "Enter")
    expect(box.panel).to_be_hidden()
    box.press("Enter")
    assert box.page.evaluate("() => heard") == [
        ["results", "lamp", None, None],
        ["select", "lamp", 1, "en/lamp"],
        ["open", "lamp", 1, "en/lamp"],
        ["submit", "lamp", None, None],
    ]
    assert box.page.url == address


def test_it_can_be_moved_and_taken_away(open_box: Open, api: FakeApi, page: Page) -> None:
    box = open_box()
    box.element.evaluate("box => document.querySelector('#here').append(box)")
    box.type("lamp")
    box.element.evaluate("box => box.remove()")
    page.keyboard.press("Control+k")
    assert page.locator("kb-search").count() == 0


# ── Languages ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("attributes", "html", "placeholder", "dir"),
    [
        ('data-locale="fr"', 'lang="tr"', "Que pouvons-nous faire pour vous\u202f?", "ltr"),
        ("", 'lang="tr"', "Size nasıl yardımcı olabiliriz?", "ltr"),
        ("", "", "How can we help?", "ltr"),  # the browser's own language
        ("", 'lang="xx-nonsense-"', "How can we help?", "ltr"),
        ("", 'lang="ar" dir="rtl"', "How can we help?", "rtl"),
        ('data-locale="he"', 'lang="en"', "How can we help?", "rtl"),
        ('data-placeholder="Ask"', 'lang="en"', "Ask", "ltr"),
    ],
)
def test_language_and_direction(open_box: Open, attributes: str, html: str, placeholder: str, dir: str) -> None:
    box = open_box(attributes, html)
    expect(box.input).to_have_attribute("placeholder", placeholder)
    assert box.input.evaluate("field => getComputedStyle(field).direction") == dir


def test_more_words_come_from_a_file(open_box: Open, api: FakeApi, page: Page) -> None:
    words = {"widget.placeholder": "Cerca", "widget.count.one": "{count} risultato", "widget.language": "in {language}"}
    page.route("**/words.json", lambda route: route.fulfill(json=words))
    box = open_box('data-locale="it" data-strings="/words.json"')
    expect(box.input).to_have_attribute("placeholder", "Cerca")
    box.type("lamp")
    expect(box.status).to_have_text("1 risultato")
    expect(box.options.locator(".tag")).to_have_text("in inglese")


def test_right_to_left_everything_is_mirrored(open_box: Open, api: FakeApi) -> None:
    box = open_box(html='lang="ar" dir="rtl"')
    box.type("lamp")
    icon, field, panel = (
        one.bounding_box() for one in (box.element.locator("svg").first, box.element.locator(".field"), box.panel)
    )
    assert icon and field and panel
    assert icon["x"] > field["x"] + field["width"] / 2
    assert abs(panel["x"] + panel["width"] - field["x"] - field["width"]) < 2
    expect(box.options.first.locator(".title")).to_have_attribute("dir", "auto")


# ── A strict policy ──────────────────────────────────────────────────────────────────────────────────────


def test_another_site_with_a_strict_policy(open_box: Open, page: Page, watch: Watch, small_help_center: str) -> None:
    """The service itself answers. Complaints about the policy are errors in the console, which `watch` sees."""
    policy = f"default-src 'none'; script-src {small_help_center}; connect-src {small_help_center}; style-src 'none'; "
    policy += "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box = open_box('data-open="tab"', headers={"Content-Security-Policy": policy})
    box.type("pasword")
    expect(box.options.first.locator(".title")).to_have_text("Reset your password")
    assert (
        box.element.evaluate("box => getComputedStyle(box.shadowRoot.querySelector('.panel')).position") == "absolute"
    )
    assert box.element.locator("[style]").count() == 0
    with page.context.expect_page() as opened:
        box.press("ArrowDown", "Enter")
    assert opened.value.url == f"{small_help_center}/articles/en/password"
    page.get_by_role("button", name="Yes").click()
    with page.expect_response("**/v1/events") as told:
        page.get_by_role("textbox").fill("Thanks")
        page.get_by_role("button", name="Send").click()
    assert told.value.status == 202
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(page.url).netloc, urlsplit(small_help_center).netloc}


def test_the_script_can_be_held_to_a_digest(open_box: Open, page: Page, small_help_center: str) -> None:
    script = page.request.get(f"{small_help_center}/widget.js").body()
    digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
    expect(open_box(f'integrity="sha384-{digest}" crossorigin="anonymous"').input).to_be_visible()
