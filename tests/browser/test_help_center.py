"""The pages in a browser: for everybody, at every width, in the dark, on paper, by keyboard, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kb_search.events.state import open_state
from kb_search.service.app import create_app
from kb_search.service.holder import SearcherHolder
from tests import fakes, help_center
from tests.browser.accessibility import violations
from tests.browser.serving import serving
from tests.browser.watching import Watch

RICH = """Words with `code`, **bold** ones and a [link](password.md) about a password.

> [!NOTE]
> A note with a [link](password.md) in it.

> [!WARNING]
> Do not give your password to anybody.

## Steps

1. First
2. Second: `a-very-long-line-of-code-that-cannot-be-broken-anywhere-and-is-wider-than-a-phone`

![A picture](../pictures/a.svg)

### A part of it

| Plan | Price of the plan | What is in it | Where |
| --- | --- | --- | --- |
| One | 1 | Everything that one could want | Anywhere |

## Code

```
a line of code that is much longer than a phone is wide, so that it has to scroll within its own box
```

> Somebody said this.

## averyverylongwordwithoutanyplacewhereitcouldbebrokenintotwopieces
"""
FILES = {
    **help_center.FILES,
    "en/rich.md": fakes.article("Everything about a password", RICH, category="account", updated="2026-04-01"),
    "pictures/a.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect/></svg>',
    **{
        f"en/tips/{number:02}.md": fakes.article(f"Phone tip {number:02}", "About your phone.", category="Tips")
        for number in range(32)
    },
}
PAGES = {
    "front": "/?locale=en",
    "results": "/?q=password&locale=en",
    "filtered": "/?q=phone&locale=en&filter.category=Tips&filter.status=published",
    "nothing": "/?q=qqqq&locale=en&filter.colour=red",
    "category": "/categories/Tips?locale=en",
    "article": "/articles/en/rich",
    "translated": "/articles/en/error?locale=tr",
    "voted": "/articles/en/rich?voted=no",
    "missing": "/nowhere",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    index = fakes.build(tmp_path_factory.mktemp("pages"), FILES)
    settings = fakes.settings(site__contact_url="https://acme.example/contact?q={query}", site__name="Acme Help")
    with (
        open_state(settings, index) as state,
        serving(create_app(SearcherHolder(index, settings, fakes.FakeEmbedder()), state)) as address,
    ):
        yield address


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [320, 1280])
@pytest.mark.parametrize("kind", PAGES)
def test_every_page_is_for_everybody(page: Page, watch: Watch, pages: str, kind: str, wide: int, scheme: str) -> None:
    watch.expect("status of 404")
    page.set_viewport_size({"width": wide, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.goto(pages + PAGES[kind])
    page.wait_for_function("document.querySelector('kb-search').shadowRoot")
    assert violations(page) == []
    assert width(page) <= wide
    box = page.locator("kb-search").bounding_box()
    assert box and box["x"] + box["width"] <= wide - 16


@pytest.mark.parametrize("kind", PAGES)
def test_pages_whose_script_did_not_come(
    page: Page, context: BrowserContext, watch: Watch, pages: str, kind: str
) -> None:
    watch.expect("status of 404|ERR_FAILED")
    context.route("**/widget.js", lambda route: route.abort())
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(pages + PAGES[kind])
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert violations(page) == []
    assert width(page) <= 320


def test_the_whole_way_by_keyboard_without_a_script(plain: Page, pages: str) -> None:
    plain.goto(pages)
    plain.keyboard.press("Tab")
    assert plain.evaluate("document.activeElement.className") == "skip"
    plain.get_by_role("searchbox").focus()
    plain.keyboard.type("pasword")
    plain.keyboard.press("Enter")
    expect(plain).to_have_title("Results for “pasword” · Acme Help")
    expect(plain.get_by_text("Also searched for “password”.")).to_be_visible()
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")  # past the header
    for _ in range(60):
        plain.keyboard.press("Tab")
        if "/articles/" in plain.evaluate("document.activeElement.getAttribute('href') || ''"):
            break
    title = plain.evaluate("document.activeElement.textContent")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=1)).to_have_text(title)
    plain.get_by_role("button", name="No").focus()
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", name="Thank you for your answer.")).to_be_in_viewport()
    plain.get_by_label("What was missing or unclear?").focus()
    plain.keyboard.type("The picture")
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", name="Your comment helps us")).to_be_in_viewport()
    expect(plain.locator("form[action='/feedback']")).to_have_count(0)


def test_filters_and_pages_without_a_script(plain: Page, pages: str) -> None:
    plain.goto(f"{pages}/?locale=en&filter.status=published")
    plain.get_by_role("link", name=re.compile("^Tips")).click()
    expect(plain.get_by_text("32 results")).to_be_visible()
    plain.get_by_role("link", name="Next page").click()
    expect(plain.get_by_text("Page 2 of 4").first).to_be_visible()
    plain.get_by_role("group", name="Active filters").get_by_role("link", name="Remove the filter Topic").click()
    expect(plain).to_have_url(f"{pages}/?q=&locale=en&filter.status=published")


def test_the_language_is_switched_without_a_script(plain: Page, pages: str) -> None:
    plain.goto(f"{pages}/articles/en/password")
    plain.locator("details.languages summary").click()
    plain.locator("details.languages").get_by_role("link", name="Türkçe").click()
    expect(plain.locator("html")).to_have_attribute("lang", "tr")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Şifremi unuttum")
    plain.get_by_role("link", name="Acme Help").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Size nasıl yardımcı olabiliriz?")


def test_nothing_moves_when_the_script_comes(page: Page, pages: str) -> None:
    for address in ("/?locale=en", "/articles/en/rich"):
        for wide in (320, 1280):
            page.set_viewport_size({"width": wide, "height": 800})
            with page.context.expect_event("requestfinished", lambda request: request.url.endswith("/widget.js")):
                page.goto(pages + address)
            page.wait_for_function("document.querySelector('kb-search').shadowRoot")
            assert (
                page.evaluate(
                    """() => new Promise(told => new PerformanceObserver(list => {
                    told(list.getEntries().reduce((sum, one) => sum + one.value, 0))
                }).observe({type: "layout-shift", buffered: true}) || setTimeout(() => told(0), 300))"""
                )
                < 0.02
            )


def test_a_dark_page_is_dark_and_a_theme_changes_it(page: Page, pages: str) -> None:
    def background() -> str:
        found: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return found

    page.emulate_media(color_scheme="light")
    page.goto(f"{pages}/?locale=en")
    assert background() == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert background() == "rgb(18, 22, 29)"


def test_on_paper_there_is_the_article_and_nothing_to_click(page: Page, pages: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{pages}/articles/en/rich")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Somebody said this.")).to_be_visible()
    for gone in ("kb-search", ".contents", ".crumbs", ".feedback", ".contact", "footer.site", ".languages"):
        expect(page.locator(gone)).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_from_right_to_left(page: Page, pages: str, tmp_path: Path) -> None:
    fakes.write(tmp_path, {"ar.json": '{"home.title": "كيف يمكننا المساعدة؟"}'})
    files = {"ar/a.md": fakes.article("كلمة المرور", "كلمات عن كلمة المرور.", locale="ar", category="حساب")}
    settings = fakes.settings(site__strings=str(tmp_path), sources__locales="ar,en")
    index = fakes.build(tmp_path, files, sources__locales="ar,en")
    with serving(create_app(SearcherHolder(index, settings, fakes.FakeEmbedder()))) as address:
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"{address}/?locale=ar")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.get_by_role("heading", level=1)).to_have_text("كيف يمكننا المساعدة؟")
        brand, box = page.locator(".brand").bounding_box(), page.locator("kb-search").bounding_box()
        assert brand and box
        assert brand["x"] + brand["width"] > 290
        assert width(page) <= 320
        assert violations(page) == []
        page.goto(f"{address}/articles/ar/a")
        assert width(page) <= 320
        assert violations(page) == []
