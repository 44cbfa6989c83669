"""What the panel shows of an answer: rows, labels, what was understood, and what to do when nothing fits."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.widget.conftest import Open
from tests.browser.widget.fake_api import FakeApi, answer, hit


def passage(html: str) -> dict[str, str]:
    return {"text": "", "html": html, "heading": "", "anchor": ""}


def test_a_row_has_title_passage_heading_and_address(open_box: Open, api: FakeApi, small_help_center: str) -> None:
    box = open_box()
    box.type("lamp")
    row = box.options.first
    expect(row.locator(".title")).to_have_text("The lamp")
    expect(row.locator(".text")).to_have_text("About lamp.")
    expect(row.locator("mark")).to_have_text("lamp")
    expect(row.locator(".where")).to_have_text("How")
    expect(row).to_have_attribute("href", f"{small_help_center}/articles/en/lamp#how")


def test_only_text_and_marks_come_of_a_passage(open_box: Open, api: FakeApi) -> None:
    html = "a &lt;b&gt; &amp;amp; &#x27;c&#39; <mark>d &quot;e&quot;</mark> <i>f</i> &nope; &#xFFFFFF;"
    api.answers["lamp"] = answer("lamp", hit("lamp", passage=passage(html)))
    box = open_box()
    box.type("lamp")
    text = box.options.first.locator(".text")
    expect(text).to_have_text("a <b> &amp; 'c' d \"e\" <i>f</i> &nope; &#xFFFFFF;")
    assert text.locator("*").count() == text.locator("mark").count() == 1


def test_what_is_marked_is_in_the_two_lines_that_are_shown(open_box: Open, api: FakeApi) -> None:
    html = f"{'word ' * 100}and then the <mark>lamp</mark> glows."
    api.answers["lamp"] = answer("lamp", hit("lamp", passage=passage(html)))
    box = open_box()
    box.type("lamp")
    text = box.options.first.locator(".text").text_content() or ""
    assert re.fullmatch(r"… (word ){5,12}and then the lamp glows\.", text)


LIST = "Before you start:\n\n- plug in the <mark>lamp</mark>,\n- [ ] a - b\n- press"


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (LIST, "Before you start:\n• plug in the lamp,\n☐ a - b\n• press"),
        ("Code | Fix\nE-1 | Call\nE-2 | <mark>Lamp</mark> off | a|b", "E-2 | Lamp off | a|b"),
        (f"{'E-1 | ' + 'word ' * 18}\nE-2 | {'word ' * 16}<mark>lamp</mark>", f"E-2 | {'word ' * 16}lamp"),
        (f"E-1\nE-2 | {'word ' * 20}<mark>lamp</mark>", f"… {'word ' * 11}lamp"),
        ("<mark>Lamp</mark>- or lamps", "Lamp- or lamps"),
        (f"- {'word ' * 20}\n- the <mark>lamp</mark>\n- on", "• the lamp\n• on"),
    ],
)
def test_lines_stay_lines_and_the_one_with_a_mark_is_seen(open_box: Open, api: FakeApi, html: str, shown: str) -> None:
    api.answers["lamp"] = answer("lamp", hit("lamp", passage=passage(html)))
    box = open_box()
    box.type("lamp")
    text = box.options.first.locator(".text")
    assert text.inner_text() == shown
    lines = shown.count("\n") + 1
    height = text.evaluate("text => Math.round(text.clientHeight / parseFloat(getComputedStyle(text).lineHeight))")
    assert height == min(lines, 3) or "word " in shown
    bar = text.locator(".bar")
    assert bar.count() == shown.count(" | ")
    if bar.count():
        paler = "bar => getComputedStyle(bar).color !== getComputedStyle(bar.parentElement).color"
        assert bar.first.evaluate(paler)


@pytest.mark.parametrize(
    ("reader", "label"),
    [("en", None), ("en-US", None), ("fr", "en anglais"), ("tr", "İngilizce"), ("de", "in English")],
)
def test_a_hit_in_another_language_is_labelled(open_box: Open, api: FakeApi, reader: str, label: str | None) -> None:
    box = open_box(f'data-locale="{reader}"')
    box.type("lamp")
    row = box.options.first
    assert row.locator(".tag").all_text_contents() == ([label] if label else [])
    expect(row.locator(".title")).to_have_attribute("lang", "en")


def test_other_languages_of_an_article_are_named(open_box: Open, api: FakeApi) -> None:
    others = [{"id": f"{tag}/lamp", "title": "x", "locale": tag, "url": "/x"} for tag in ("fr", "tr")]
    api.answers["lamp"] = answer("lamp", hit("lamp", translations=others))
    box = open_box()
    box.type("lamp")
    expect(box.options.first.locator(".where")).to_have_text("HowAlso in French, Turkish")


def test_what_was_understood_is_said(open_box: Open, api: FakeApi) -> None:
    api.answers["lmap"] = answer("lmap", hit("lamp"), corrected="lamp")
    box = open_box()
    box.type("lmap")
    expect(box.panel.locator(".notice")).to_have_text("Results for “lamp”")


def test_a_weak_answer_is_called_one(open_box: Open, api: FakeApi) -> None:
    api.answers["lamp"] = answer("lamp", hit("loom"), outcome="weak")
    box = open_box('data-contact-url="https://shop.example/contact?about={query}"')
    box.type("lamp")
    expect(box.panel.locator(".notice")).to_have_text("No article answers this exactly. These come closest.")
    expect(box.options).to_have_count(1)
    expect(box.page.get_by_role("link", name="Contact us")).to_be_visible()


def test_nothing_found_has_next_steps(open_box: Open, api: FakeApi) -> None:
    api.suggestions = [
        {"kind": "query", "text": "dim the lamp", "url": None},
        {"kind": "article", "text": "The loom", "url": "/articles/en/loom"},
        {"kind": "article", "text": "Bad", "url": "javascript:alert(1)"},
    ]
    api.answers["xyz & co"] = answer("xyz & co", *(hit(name) for name in ("a", "b", "c", "d")), outcome="none")
    box = open_box('data-contact-url="https://shop.example/contact?about={query}"')
    box.type("xyz & co")
    expect(box.panel).to_contain_text("Nothing found for “xyz & co”")
    expect(box.panel).to_contain_text("Describe the problem in other words")
    expect(box.status).to_have_text("Nothing found for “xyz & co”")
    expect(box.options).to_have_text([re.compile(f"The {name}") for name in ("a", "b", "c")])
    contact = box.page.get_by_role("link", name="Contact us")
    expect(contact).to_have_attribute("href", "https://shop.example/contact?about=xyz%20%26%20co")
    expect(box.panel.locator("li")).to_have_text(["dim the lamp", "The loom"])
    box.page.get_by_role("button", name="dim the lamp").click()
    expect(box.options).to_have_count(1)
    expect(box.options).to_contain_text("The dim the lamp")
    expect(box.input).to_have_value("dim the lamp")


def test_the_beginning_of_a_title_is_no_dead_end(open_box: Open, api: FakeApi) -> None:
    """While one types, half a word finds nothing: what it may become is offered before what others ask."""
    api.suggestions = [{"kind": "query", "text": "dim the lamp"}]
    api.begun["hol"] = [
        {"kind": "article", "text": "Holidays", "url": "/articles/en/holidays", "locale": "en"},
        {"kind": "article", "text": "Holding a spool", "url": "/articles/tr/hold", "locale": "tr"},
    ]
    api.answers["hol"] = answer("hol", outcome="none")
    box = open_box()
    box.type("hol")
    expect(box.panel.locator(".aside .over")).to_have_text("Do you mean one of these?")
    expect(box.panel.locator(".aside li")).to_have_text(["Holidays", "Holding a spoolin Turkish"])
    expect(box.page.get_by_role("link", name="Holidays")).to_have_attribute(
        "href", re.compile("/articles/en/holidays$")
    )


@pytest.mark.parametrize(
    ("suggestions", "heading"),
    [
        ([{"kind": "query", "text": "dim the lamp"}], "Others ask"),
        ([{"kind": "article", "text": "The loom", "url": "/articles/en/loom"}], "Articles to start with"),
    ],
)
def test_what_nobody_asked_is_not_said_to_be_asked(
    open_box: Open, api: FakeApi, suggestions: list[dict[str, str]], heading: str
) -> None:
    api.suggestions = list(suggestions)
    api.answers["xyz"] = answer("xyz", outcome="none")
    box = open_box()
    box.type("xyz")
    expect(box.panel.locator(".aside .over")).to_have_text(heading)


def test_without_a_hit_there_is_no_list(open_box: Open, api: FakeApi) -> None:
    api.answers["xyz"] = answer("xyz")
    box = open_box()
    box.type("xyz")
    expect(box.panel).to_be_visible()
    expect(box.input).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    assert box.active is None


@pytest.mark.parametrize(
    ("scheme", "kept"), [("mailto:help@shop.example?body={query}", True), ("javascript:alert(1)", False)]
)
def test_the_contact_link_may_be_mail_but_no_script(open_box: Open, api: FakeApi, scheme: str, kept: bool) -> None:
    api.answers["xyz"] = answer("xyz")
    box = open_box(f'data-contact-url="{scheme}"')
    box.type("xyz")
    assert (box.page.get_by_role("link", name="Contact us").count() == 1) is kept


def test_all_results_are_a_link_away(open_box: Open, api: FakeApi, other_origin: str) -> None:
    box = open_box('data-results-url="/results?q={query}"')
    box.type("lamp")
    link = box.page.get_by_role("link", name="See all results")
    expect(link).to_have_attribute("href", f"{other_origin}/results?q=lamp")


# ── Hostile answers ──────────────────────────────────────────────────────────────────────────────────────

EVIL = '<img src=x onerror="hacked=1"><script>hacked=1</script><svg onload=hacked=1>{{hacked=1}}'
URLS = [
    "javascript:hacked=1",
    " JaVaScRiPt:hacked=1",
    "java\nscript:hacked=1",
    "data:text/html,<script>opener.hacked=1</script>",
    "vbscript:hacked",
    "blob:http://localhost/1",
    "file:///etc/passwd",
    "http://[broken",
]


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_is_none_is_not_shown(open_box: Open, api: FakeApi, url: str) -> None:
    api.answers["lamp"] = answer("lamp", hit("bad", url=url), hit("good"), hit("worse", url=url))
    box = open_box()
    box.type("lamp")
    assert [row.locator(".title").text_content() for row in box.options.all()] == ["The good"]
    box.press("ArrowDown")
    assert box.active == "The good"


def test_no_script_of_an_answer_runs(open_box: Open, api: FakeApi) -> None:
    evil = {
        "text": EVIL,
        "html": f"<mark>{EVIL}</mark>{EVIL}",
        "heading": EVIL,
        "anchor": '"><script>hacked=1</script>',
    }
    translation = {"id": EVIL, "title": EVIL, "locale": EVIL, "url": "javascript:hacked=1"}
    bad = hit(
        "bad", id=EVIL, title=EVIL, locale='"><script>hacked=1</script>', passage=evil, translations=[translation]
    )
    api.answers["lamp"] = answer("lamp", bad, corrected=EVIL, query=EVIL)
    api.answers["none"] = answer("none")
    api.suggestions = [{"kind": "query", "text": EVIL}, {"kind": "article", "text": EVIL, "url": "javascript:hacked=1"}]
    policy = "require-trusted-types-for 'script'"
    box = open_box(headers={"Content-Security-Policy": policy})
    for text in ("lamp", "none", EVIL):
        box.type(text)
        box.page.wait_for_timeout(100)
        assert box.element.locator("img, script, svg[onload]").count() == 0
    assert box.page.evaluate("() => 'hacked' in window") is False
