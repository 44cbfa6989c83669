"""Locale tags."""

from __future__ import annotations

import pytest

from kb_search.errors import ConfigError
from kb_search.text.locales import canonical, matches, primary


def test_primary_is_the_language_alone() -> None:
    assert [primary(locale) for locale in ("fr", "fr-CA", "FR_ca", "zh-Hant-TW")] == ["fr", "fr", "fr", "zh"]


@pytest.mark.parametrize(
    ("locale", "wanted", "expected"),
    [
        ("fr", "fr", True),
        ("fr-CA", "fr", True),
        ("fr_ca", "FR", True),
        ("fr-CA", "fr-CA", True),
        ("fr", "fr-CA", False),
        ("fr-FR", "fr-CA", False),
        ("frp", "fr", False),
    ],
)
def test_matches(locale: str, wanted: str, expected: bool) -> None:
    assert matches(locale, wanted) is expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("FR_ca", "fr-CA"),
        (" tr ", "tr"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ca-valencia", "ca-valencia"),
    ],
)
def test_canonical(locale: str, expected: str) -> None:
    assert canonical(locale) == expected


@pytest.mark.parametrize("nonsense", ["english!", "english", "", "f", "fr--CA", "fr-", "fr CA", "tr\n-TR"])
def test_canonical_refuses_what_is_no_locale_and_names_it(nonsense: str) -> None:
    with pytest.raises(ConfigError) as error:
        canonical(nonsense)
    assert f"'{nonsense}'" in str(error.value)
