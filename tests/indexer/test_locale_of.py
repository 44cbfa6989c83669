from __future__ import annotations

import pytest

from indexer.locale_of import is_configured, locale_from_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("fr/faq.md", "fr"),
        ("guide/fr-CA/faq.md", "fr-CA"),
        ("guide/FR_ca/faq.md", "fr-CA"),
        ("faq.tr.md", "tr"),
        ("en/faq.fr.md", "fr"),
        ("fr/en/faq.md", "fr"),
        ("v1.0/en/faq.md", "en"),
        ("faq.md", None),
        ("fr.md", None),
        ("faq.v2.md", None),
        ("it/vpn.md", None),
        ("hr/leave.md", None),
        ("en-office/map.md", None),
        ("fr-team/plan.md", None),
        ("tr-Latn-TR/faq.md", "tr-Latn-TR"),
        ("french/faq.md", None),
    ],
)
def test_only_configured_locales_are_seen_in_a_path(path: str, expected: str | None) -> None:
    assert locale_from_path(path, ["en", "fr", "tr"]) == expected


def test_a_department_is_a_language_where_it_is_configured_as_one() -> None:
    assert locale_from_path("it/vpn.md", ["en", "it"]) == "it"


def test_a_regional_form_is_configured_with_its_language_but_not_the_other_way_round() -> None:
    assert is_configured("fr-CA", ["fr"])
    assert not is_configured("pt", ["pt-BR"])
