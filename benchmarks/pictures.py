"""Pictures of the help center and the search box, for the documentation: over an index of `corpus/`, in Chromium.

`python -m benchmarks pictures --index INDEX --out docs/pictures` overwrites those that README.md and docs/ show.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.browser import MISSING, browser, program
from benchmarks.serving import serving

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of an index of corpus/")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"), metavar="DIR", help="default: docs/pictures")
    parser.set_defaults(needs=("index",))


def run(options: argparse.Namespace) -> str:
    """Draw all, and say so; a sentence where there is no browser. Raises KbSearchError."""
    if program() is None:
        return f"skipped: {MISSING}."
    options.out.mkdir(parents=True, exist_ok=True)
    with serving(options.index) as server, browser() as chromium:
        for name, (path, size, scheme, act) in PICTURES.items():
            _draw(chromium, options.out / f"{name}.png", server.address + path, size, scheme, act)
    return f"{len(PICTURES)} pictures in {options.out}."


def _draw(
    chromium: Browser, file: Path, address: str, size: dict[str, int], scheme: str, act: Callable[[Page], None]
) -> None:
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="en-GB",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    act(page)
    page.screenshot(path=file)
    context.close()


def _nothing(page: Page) -> None:
    page.wait_for_selector("kb-search")


def _typing(text: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        box = page.get_by_role("combobox").first
        box.click()
        box.press_sequentially(text, delay=30)
        page.wait_for_timeout(1_500)

    return act


def _voting(page: Page) -> None:
    page.locator("form[action*='/feedback'] button").first.click()
    page.wait_for_load_state()


PICTURES: dict[str, tuple[str, dict[str, int], str, Callable[[Page], None]]] = {
    "home": ("/?locale=en", WIDE, "light", _nothing),
    "results": ("/?q=lamp+is+offline&locale=en", WIDE, "light", _nothing),
    "article": ("/articles/en/accounts/reset-password", WIDE, "light", _nothing),
    "article-dark": ("/articles/fr/accounts/reset-password", WIDE, "dark", _nothing),
    "voted": ("/articles/en/accounts/reset-password#feedback", WIDE, "light", _voting),
    "typing": ("/?locale=tr", WIDE, "light", _typing("sifremi unutum")),
    "typing-narrow": ("/?locale=fr", NARROW, "light", _typing("rembourcement")),
    "nothing-found": ("/?locale=en", WIDE, "light", _typing("quantum banana helicopter")),
}
"""File → address, size, colours, and what is done before it is drawn."""
