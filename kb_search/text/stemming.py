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
    """Stem one lower-cased word; a word of a language without a stemmer comes back as it is."""
    try:
        stemmer = _local.stemmers[language]
    except KeyError:
        stemmer = Stemmer.Stemmer(_ALGORITHMS[language]) if stems_language(language) else None
        _local.stemmers[language] = stemmer
    # A few suffix rules can eat a whole word, and an empty term would match everything.
    return word if stemmer is None else stemmer.stemWord(word) or word
