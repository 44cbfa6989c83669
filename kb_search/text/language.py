"""Which of an index's languages a text is in; made for queries of a few words, good for articles."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kb_search.errors import ConfigError
from kb_search.text.detectors import Detector, load
from kb_search.text.letters import evidence
from kb_search.text.locales import primary

# Codes, addresses and numbers are no language, yet every detector finds one in them.
_NO_LANGUAGE = re.compile(r"\S*[\d@_/\\\x00]\S*|[\ud800-\udfff]")
_SLICE = 300
_SLICES = 8


class Detected(NamedTuple):
    """The most probable locale, the first of equals (None: no letter), and language → probability; they add up to 1.

    A text that says nothing, such as a code, is as probable in every language.
    """

    locale: str | None
    probabilities: Mapping[str, float]


UNKNOWN = Detected(None, {})
"""Of a text that is blank, or where there is no language to choose from."""


class LanguageIdentifier:
    """Tells apart the languages of the given locales, and of these only. Thread-safe, and light until it is used."""

    def __init__(self, locales: Iterable[str]) -> None:
        """Take the locales, the default first: it gets the texts that say nothing.

        Raises:
            ConfigError: if there is no locale.
        """
        self.locales = tuple(dict.fromkeys(locales))
        if not self.locales:
            raise ConfigError("There is no locale to choose from. Name one at least, such as en.")
        self._languages = tuple(dict.fromkeys(primary(locale) for locale in self.locales))
        self._detector: Detector | None = None
        self._lock = threading.Lock()

    def detect(self, text: str) -> Detected:
        """Tell the language of a text, once for all who ask."""
        by_language = {language: 1.0 for language in self._languages}
        if len(self._languages) > 1:
            by_language = self._weights(_NO_LANGUAGE.sub(" ", text))
        total = sum(by_language.values())
        probabilities = {language: weight / total for language, weight in by_language.items()}
        if not any(letter.isalpha() for letter in text):
            return Detected(None, probabilities)
        # By language: a locale must not lose because its language has others.
        return Detected(max(self.locales, key=lambda locale: probabilities[primary(locale)]), probabilities)

    def identify(self, text: str) -> str | None:
        """Give the most probable locale, the first of equals; None if the text has no letter."""
        return self.detect(text).locale

    def _weights(self, text: str) -> dict[str, float]:
        slices = _sample(text)
        if not slices:
            return dict.fromkeys(self._languages, 1.0)
        detect = self._loaded()
        found = [detect(piece) for piece in slices]
        # A short text is judged by its letters too; in a long one a foreign name would weigh too much.
        letters = evidence(slices[0], self._languages) if len(slices) == 1 else dict.fromkeys(self._languages, 1.0)
        return {
            language: letters[language] * sum(weights[language] for weights in found) / len(found)
            for language in self._languages
        }

    def _loaded(self) -> Detector:
        with self._lock:
            if self._detector is None:
                self._detector = load(self._languages)
            return self._detector


def _sample(text: str) -> list[str]:
    """Cut a text into a few pieces of one paragraph's length, spread over all of it; none if it has no letters."""
    if not any(letter.isalpha() for letter in text):
        return []
    step = max(len(text) // _SLICES, _SLICE)
    return [piece for start in range(0, len(text), step) if (piece := text[start : start + _SLICE]).strip()]
