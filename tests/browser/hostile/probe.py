"""A page that notices everything a hostile text might do, and says which text it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Dialog, Frame, Page, Request

from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.serving import HALL
from tests.browser.watching import Watch

_HERE = Path(__file__).parent
_NUMBER = re.compile(r"(?:payload |evil\.example/)(\d+)")
AT_ONCE = 50
"""Pages that are handed to the browser together."""


class Probe:
    """`page` is watched; what else no page may do (dialogs, windows, downloads, journeys) is kept too.

    `foreign` are the foreign addresses that were asked for, `stopped` those that the browser kept back, by the
    policy or since they are of another origin.
    """

    def __init__(self, context: BrowserContext, watch: Watch) -> None:
        context.add_init_script(path=_HERE / "alarm.js")
        self._events: list[str] = []
        self._gone_to: list[str] = []
        self._watch = watch
        self._named: set[int] = set()
        self.foreign: set[str] = set()
        self.stopped: set[str] = set()
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("console", lambda message: self._note(message.text))
        context.on("dialog", self._dialog)
        self.page: Page = context.new_page()
        self.page.on("framenavigated", self._navigated)
        self.page.on("download", lambda download: self._events.append(f"download of {download.url}"))
        context.on("page", lambda page: self._events.append(f"window of {page.url}"))

    @property
    def faults(self) -> list[str]:
        """What went wrong so far, each with the payload that it names."""
        return [_explained(fault) for fault in [*self._events, *self._watch.faults]]

    @property
    def named(self) -> set[int]:
        """The numbers of the payloads that ran, or asked for something, whether that was allowed or not."""
        return self._named

    def go(self, address: str) -> None:
        """Open a page, and see that it stays the page."""
        self._gone_to.clear()
        self.page.goto(address)

    def enter(self, base: str) -> None:
        """Open the page in which `sweep` works."""
        self.go(base + HALL)
        self.page.evaluate((_HERE / "sweep.js").read_text("utf-8"))

    def sweep(self, pages: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Read HTML as pages, touch everything there, and give what each said; `pages` are HTML by address.

        An element or attribute that no page of ours has is a fault.
        """
        said: dict[str, dict[str, Any]] = {}
        listed = list(pages.items())
        for some in (listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE)):
            results = self.page.evaluate("(pages) => hostile.sweep(pages)", [html for _, html in some])
            said |= {address: result for (address, _), result in zip(some, results, strict=True)}
        self._events += [f"{address}: {found}" for address, result in said.items() for found in result["found"]]
        return said

    def touch(self) -> None:
        """Touch everything on the page that is open, and look at what it became."""
        self.page.evaluate((_HERE / "sweep.js").read_text("utf-8"))
        self._events += [f"{self.page.url}: {found}" for found in self.page.evaluate("() => hostile.here()")]

    def allow(self, pattern: str) -> None:
        """Let faults pass in which this is found."""
        self._watch.expect(pattern)

    def check(self) -> None:
        """Fail if anything happened."""
        self.page.wait_for_timeout(20)
        assert not self.faults, "\n".join(self.faults)
        assert len(self._gone_to) == 1, f"the page went on: {self._gone_to}"

    def _asked(self, request: Request) -> None:
        if "evil.example" in request.url:
            self.foreign.add(request.url)
            self._note(request.url)

    def _note(self, text: str) -> None:
        self._named |= {int(number) for number in _NUMBER.findall(text)}

    def _failed(self, request: Request) -> None:
        if request.failure in ("csp", "origin"):
            self.stopped.add(request.url)

    def _dialog(self, dialog: Dialog) -> None:
        self._events.append(f"dialog {dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _navigated(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._gone_to.append(frame.url)


def _explained(fault: str) -> str:
    number = _NUMBER.search(fault)
    return f"{fault}: {PAYLOADS[int(number[1])].text!r}" if number and int(number[1]) < len(PAYLOADS) else fault
