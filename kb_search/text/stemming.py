"""Snowball stemmers by language (https://snowballstem.org), one set per thread."""

from __future__ import annotations

import threading
from typing import Protocol

import Stemmer

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# Snowball takes one layer off a Turkish word: faturalar → fatura, but fatura → fatur. Stemmed until nothing more comes
# off, the forms of a noun meet. Below three letters, nouns of all kinds would.
_IN_LAYERS = frozenset({"tr"})
_SHORTEST_AGAIN = 3
# Snowball's French knows no œ, which most keyboards do not have either.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


class _PerThread(threading.local):
    """Stemmers are not thread-safe and keep a cache of their own, so each thread has its set."""

    def __init__(self) -> None:
        self.stemmers: dict[str, _Stemmer | None] = {}


_local = _PerThread()
_available = frozenset(Stemmer.algorithms())


def stems_language(language: str) -> bool:
    """Tell whether words of this language (ISO 639-1) are stemmed at all."""
    return _ALGORITHMS.get(language) in _available


def stem(word: str, language: str) -> str:
    """Stem one lower-cased word; a word of a language without a stemmer comes back as it is.

    French ligatures are written out (`cœur` → `coeur`), and Turkish words are stemmed again and again.
    """
    try:
        stemmer = _local.stemmers[language]
    except KeyError:
        stemmer = Stemmer.Stemmer(_ALGORITHMS[language]) if stems_language(language) else None
        _local.stemmers[language] = stemmer
    if stemmer is None:
        return word
    if language == "fr":
        word = word.translate(_LIGATURES)
    # A few suffix rules can eat a whole word, and an empty term would match everything.
    found = stemmer.stemWord(word) or word
    if language in _IN_LAYERS:
        while len(shorter := stemmer.stemWord(found)) >= _SHORTEST_AGAIN and shorter != found:
            found = shorter
    return found
