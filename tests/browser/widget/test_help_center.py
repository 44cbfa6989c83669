"""The box in the help center's own pages, where it takes the place of their form."""

import re

from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.widget.conftest import Box


def test_it_takes_the_place_of_the_form(page: Page, small_help_center: str) -> None:
    page.goto(f"{small_help_center}/?locale=tr")
    box = Box(page)
    box.type("pasword")
    expect(box.options.first.locator(".title")).to_have_text("Şifremi unuttum")
    with page.expect_navigation(url=re.compile(r"\?q=pasword&locale=tr$")):
        box.press("Enter")
    expect(box.input).to_have_value("pasword")
    expect(page.locator("main")).to_contain_text("Şifremi unuttum")
    expect(box.panel).to_be_hidden()


def test_an_article_is_opened_from_it(page: Page, small_help_center: str) -> None:
    # Not from the home page: axe-core takes its link to the content for no skip link when the next link that leads
    # elsewhere is in a shadow tree.
    page.goto(f"{small_help_center}/articles/en/password")
    box = Box(page)
    box.press("Control+k")
    box.type("invoice")
    assert violations(page) == []
    with page.expect_navigation(url=f"{small_help_center}/articles/en/invoice"):
        box.press("ArrowDown", "Enter")
    expect(page.locator("h1")).to_have_text("Download an invoice")
