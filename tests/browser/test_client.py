"""client.js in a browser, as a module of another site: every call, against the service itself."""

from typing import Any

import pytest
from playwright.sync_api import Page

from kb_search.events.state import State
from tests.browser.serving import Site
from tests.browser.watching import Watch

IMPORT = (
    "const { Client, ApiError } = await import('{service}/client.js');"
    "const client = new Client('{service}', {options});"
)


@pytest.fixture
def ask(page: Page, site: Site, other_origin: str, small_help_center: str) -> Any:
    """Run code with `client` in a page; give what it returns, or [status, type, message] of an ApiError."""
    site.put("/", "<!doctype html><title>A shop</title>")
    page.goto(other_origin)

    def run(code: str, options: str = "{}") -> Any:
        start = IMPORT.replace("{service}", small_help_center).replace("{options}", options)
        caught = "if (error instanceof ApiError) return [error.status, error.type, error.message]; return error.name"
        return page.evaluate(f"async () => {{ {start} try {{ {code} }} catch (error) {{ {caught} }} }}")

    return run


def test_search_by_address_and_by_body(ask: Any) -> None:
    found = ask("return await client.search('pasword', {limit: 2, locale: 'tr'})")
    assert found["hits"][0]["id"] == "tr/password"
    found = ask("return await client.search('password', {filters: {locale: ['en']}, fold_translations: false})")
    assert {hit["locale"] for hit in found["hits"]} == {"en"}


def test_suggest_article_and_similar(ask: Any) -> None:
    assert ask("return await client.suggest('inv', {limit: 1})")["suggestions"][0]["text"] == "Download an invoice"
    assert ask("return await client.article('en/invoice')")["title"] == "Download an invoice"
    assert ask("return (await client.similar('en/invoice', {limit: 1})).hits.length") == 1


def test_events_and_flags(ask: Any, small_state: State) -> None:
    event = "{type: 'helpful', article_id: 'en/invoice', helpful: true}"
    assert ask(f"return await client.sendEvent({event})")["status"] == "accepted"
    secret = small_state.keys.create("test", ("search", "events"), "agents").secret
    flag = "{article_id: 'en/refund-limits', reason: 'outdated'}"
    answer = ask(f"return await client.flag({flag})", f"{{key: '{secret}'}}")
    assert answer["status"] == "accepted"
    assert answer["id"]


def test_problems_are_errors(ask: Any, watch: Watch) -> None:
    watch.expect("status of 4")
    status, kind, message = ask("return await client.article('en/vault')")
    assert (status, kind) == (404, "urn:kb-search:problem:article-not-found")
    assert "en/vault" in message
    assert ask("return await client.search('x', {limit: -1})")[0] == 400
    assert ask("return await client.flag({})", "{key: 'kbs_nobody'}")[0] == 401


def test_a_service_that_is_not_there(ask: Any, watch: Watch) -> None:
    watch.expect("ERR_UNSAFE_PORT")
    nowhere = "return await new Client('http://127.0.0.1:1/help').search('x')"
    assert ask(nowhere) == [0, "about:blank", "There is no answer from http://127.0.0.1:1."]


def test_a_call_can_be_given_up(ask: Any) -> None:
    assert ask("return await client.search('x', {signal: AbortSignal.abort()})") == "AbortError"


def test_an_endpoint_below_a_path(ask: Any, page: Page) -> None:
    with page.expect_request("**/help/v1/articles/a%20b/c%3Fd") as asked:
        page.route("**/help/**", lambda route: route.fulfill(json={}, headers={"Access-Control-Allow-Origin": "*"}))
        ask("return await new Client(location.origin + '/help').article('a b/c?d')")
    assert asked.value.method == "GET"
