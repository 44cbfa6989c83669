"""axe-core on a page: every rule that is on by default, best practices included."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """Name what axe-core finds wrong with the page as it is now: rule, element, and what it says."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} at {_place(node['target'])}: {_words(node)} {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]


def _place(target: list[Any]) -> str:
    """A place inside of shadow trees is a list in the list."""
    return " > ".join(" >> ".join(part) if isinstance(part, list) else str(part) for part in target)


def _words(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
