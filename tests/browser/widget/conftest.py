"""The search box on a page of another site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page

from tests.browser.serving import Site
from tests.browser.widget.fake_api import FakeApi

PAGE = """<!doctype html><html {html}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A shop</title>{head}</head><body><main><h1>A shop</h1>
<div id="here"></div>
<script async src="{api}/widget.js" {attributes}></script>
{body}</main></body></html>"""


class Box:
    """The box on a page, and what a reader finds of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element = page.locator("kb-search")
        self.input: Locator = page.get_by_role("combobox")
        self.list: Locator = page.get_by_role("listbox")
        self.options: Locator = page.get_by_role("option")
        self.panel: Locator = self.element.locator(".panel")
        self.status: Locator = self.element.get_by_role("status")

    def type(self, text: str) -> None:
        """Type into the field, and wait for the answer."""
        self.input.fill(text)
        self.panel.wait_for(state="visible")
        self.page.wait_for_function(
            "text => document.querySelector('kb-search').shadowRoot.querySelector('.busy') === null", arg=text
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def active(self) -> str | None:
        """The title of the option that aria-activedescendant names."""
        name = self.input.get_attribute("aria-activedescendant")
        return self.element.locator(f"#{name} .title").text_content() if name else None


Open = Callable[..., Box]
"""Open a page of another origin with the box on it: attributes of the script tag, and parts of the page."""


@pytest.fixture
def api(context: BrowserContext) -> FakeApi:
    """The API, played by the test."""
    return FakeApi(context)


@pytest.fixture
def open_box(page: Page, site: Site, other_origin: str, small_help_center: str) -> Open:
    def opened(
        attributes: str = "",
        html: str = 'lang="en"',
        head: str = "",
        body: str = "",
        headers: dict[str, str] | None = None,
        service: str = small_help_center,
    ) -> Box:
        text = PAGE.format(attributes=attributes, html=html, head=head, body=body, api=service)
        site.put("/", text, headers)
        page.goto(other_origin)
        box = Box(page)
        box.input.first.wait_for()
        return box

    return opened
