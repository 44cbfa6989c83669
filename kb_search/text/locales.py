"""Locale tags as the rest of the project uses them: `fr`, `fr-CA`, `zh-Hant-TW` (BCP 47, RFC 5646)."""

from __future__ import annotations

import re

from kb_search.errors import ConfigError

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.ASCII,
)


def primary(locale: str) -> str:
    """Give the language of a locale without script, region or variant: `fr-CA` → `fr`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def matches(locale: str, wanted: str) -> bool:
    """Tell whether `locale` is `wanted` or a kind of it: `fr-CA` matches `fr`, `fr` does not match `fr-CA`."""
    have, want = (tag.replace("_", "-").lower() for tag in (locale, wanted))
    return have == want or have.startswith(f"{want}-")


def canonical(locale: str) -> str:
    """Write a locale the one way it is stored: `FR_ca` → `fr-CA`.

    Raises:
        ConfigError: if the value is not shaped like a locale. Whether the language exists is not checked.
    """
    found = _TAG.fullmatch(locale.strip().replace("_", "-").lower())
    if found is None:
        raise ConfigError(f"'{locale}' is not a locale. Write a language code, with a region if needed: en, fr-CA.")
    script, region = found["script"] or "", found["region"] or ""
    parts = [found["language"], script.title(), region.upper(), found["variants"].removeprefix("-")]
    return "-".join(part for part in parts if part)
