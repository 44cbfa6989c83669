"""A Chromium that is on the machine, driven by Playwright: headless, with an empty profile, asking nobody outside."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no browser, none of {', '.join(PROGRAMS)} is on the PATH"
_WITHOUT = (
    # Two pages of the address bar, which has no use here: they cost as much of every new profile as all the rest of it.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # A browser hears the last list only. These are the ones that Playwright gives.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
)
_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    f"--disable-features={','.join(_WITHOUT)}",
    # Nothing leaves the machine, whatever a page or the browser itself tries.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def program() -> str | None:
    """Find the browser; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser and stop it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program(), headless=True, args=list(_FLAGS))
        try:
            yield opened
        finally:
            opened.close()
