"""The browser of these tests sees faults: a test on it can fail."""

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import violations
from tests.browser.serving import Site
from tests.browser.watching import Watch

GOOD = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1></main></html>'


def test_a_good_page_has_no_fault(page: Page, site: Site, other_origin: str) -> None:
    site.put("/", GOOD)
    page.goto(other_origin)
    assert violations(page) == []


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('broken')", "console error: broken"),
        ("setTimeout(() => { throw new Error('broken') })", "page error: broken"),
        ("fetch('http://elsewhere.example/').catch(() => 0)", "foreign host: http://elsewhere.example/"),
    ],
)
def test_faults_are_seen(page: Page, watch: Watch, site: Site, other_origin: str, script: str, fault: str) -> None:
    site.put("/", f"{GOOD}<script>{script}</script>")
    page.goto(other_origin)
    page.wait_for_timeout(50)
    assert [found for found in watch.faults if fault in found]
    watch.expect("broken|elsewhere|ERR_NAME_NOT_RESOLVED")


def test_axe_sees_what_is_wrong(page: Page, site: Site, other_origin: str) -> None:
    site.put("/", GOOD.replace("</main>", "<img src='data:,'><input></main>"))
    page.goto(other_origin)
    assert {found.split(" ")[0] for found in violations(page)} == {"image-alt", "label"}


def test_a_service_can_be_reached(page: Page, small_help_center: str) -> None:
    answer = page.goto(f"{small_help_center}/v1/search?q=password&locale=tr")
    assert answer is not None
    assert answer.json()["hits"][0]["id"] == "tr/password"


@pytest.mark.model
def test_the_sample_can_be_reached(page: Page, sample_help_center: str) -> None:
    answer = page.goto(f"{sample_help_center}/v1/search?q=şifremi unuutum mail gelmyor")
    assert answer is not None
    assert answer.json()["hits"][0]["id"] == "tr/accounts/reset-password"
