"""The API as the box sees it, played by the test: answers that are known, late, refused or hostile."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, Route

ANYONE = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}


def hit(name: str, **more: Any) -> dict[str, Any]:
    """An article called `name` at /articles/en/NAME, with a passage that marks the name."""
    passage = {"text": f"About {name}.", "html": f"About <mark>{name}</mark>.", "heading": "How", "anchor": "how"}
    return {
        "id": f"en/{name}",
        "title": f"The {name}",
        "url": f"/articles/en/{name}",
        "locale": "en",
        "score": 0.9,
        "passage": passage,
        "passages": [],
        "translations": [],
        **more,
    }


def answer(text: str, *hits: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer of these hits; its query_id is the text in hexadecimal."""
    return {
        "query_id": text.encode().hex().ljust(32, "0")[:32],
        "query": text,
        "corrected": None,
        "locale": "en",
        "outcome": "ok" if hits else "none",
        "total": len(hits),
        "total_is_lower_bound": False,
        "hits": list(hits),
        **more,
    }


class FakeApi:
    """Answers each query with one hit of its name unless told otherwise, and remembers what it was asked and told."""

    def __init__(self, context: BrowserContext) -> None:
        self.answers: dict[str, dict[str, Any] | int] = {}
        self.suggestions: list[dict[str, Any]] = []
        self.begun: dict[str, list[dict[str, Any]]] = {}
        self.held: dict[str, Route] = {}
        self.hold: set[str] = set()
        self.searches: list[dict[str, str]] = []
        self.events: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        context.route("**/v1/search?*", self._search)
        context.route("**/v1/suggest?*", self._suggest)
        context.route("**/v1/events", self._event)
        context.route("**/articles/**", lambda route: route.fulfill(body="<title>An article</title>"))

    @property
    def queries(self) -> list[str]:
        return [search["q"] for search in self.searches]

    def wait_for(self, page: Page, query: str) -> None:
        """Wait until the box has asked this."""
        for _ in range(500):
            if query in self.queries:
                return
            page.wait_for_timeout(10)
        raise AssertionError(f"{query!r} was not asked, but {self.queries}")

    def release(self, query: str) -> None:
        """Give the answer that was held back. A request that was given up cannot be answered any more."""
        self._give(self.held.pop(query), query)

    def _search(self, route: Route) -> None:
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        self.searches.append(parameters)
        self.headers.append(route.request.headers)
        query = parameters["q"]
        if query in self.hold:
            self.held[query] = route
        else:
            self._give(route, query)

    def _give(self, route: Route, query: str) -> None:
        given = self.answers.get(query, answer(query, hit(query)))
        if given == 0:
            route.abort("connectionrefused")
        elif isinstance(given, int):
            route.fulfill(status=given, json={"type": "about:blank", "status": given}, headers=ANYONE)
        else:
            route.fulfill(json=given, headers=ANYONE)

    def _suggest(self, route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query).get("q", [""])[0]
        route.fulfill(json={"suggestions": self.begun.get(query, []) if query else self.suggestions}, headers=ANYONE)

    def _event(self, route: Route) -> None:
        self.events.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=202, json={"status": "accepted"}, headers=ANYONE)
