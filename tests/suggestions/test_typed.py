"""What is typed so far, read as words."""

from __future__ import annotations

import pytest

from kb_search.suggestions import typed
from kb_search.text.analyzer import tokens


def test_signs_that_are_no_word_in_the_language_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stemmer may leave nothing of `d'`: while somebody types `d'abord` that is all there is."""
    module = "kb_search.suggestions.typed"
    monkeypatch.setattr(f"{module}.tokens", lambda text, language: [] if text[0] == "z" else tokens(text, language))
    assert typed.read("z'", "fr", finished=False) == ()
    (chunk,) = typed.read("feuille z'", "fr", finished=False)
    assert chunk.readings[0][0].folded == "feuille", chunk
