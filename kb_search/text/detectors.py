"""Adapters of language detection libraries: text → weight per language. The only importers of these libraries.

`eldc` starts at once and needs 26 MB for its 60 languages; where it has no wheel (Linux on 64-bit ARM), `lingua`
in its low-accuracy mode takes its place: 0.2 s on first use, and two to nine times as many mistakes on queries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping

Detector = Callable[[str], dict[str, float]]
"""Maps a text to a positive weight per language asked for; weights of one text compare, nothing more."""

# weight = (floor + score) ** sharpness, the sharper the more words the score is from. Measured on single words,
# pairs of words and questions of 12 languages: the lowest log loss of simple choices.
_FLOOR, _SHARPNESS_PER_WORD, _SHARPEST = 0.25, 4, 12
# A language the library does not know scores like one that fits badly: it wins a sentence that fits no other one,
# but not a single word, which often fits none.
_UNKNOWN, _WORDS = 0.25, 6

_ELDC_ALIASES = {"nb": "no", "nn": "no", "id": "ms", "bs": "hr", "fil": "tl"}
_LINGUA_ALIASES = {"no": "nb", "fil": "tl"}


def load(languages: Iterable[str]) -> Detector:
    """Make a detector for languages (ISO 639-1), which need not be known to any library; it is thread-safe."""
    try:
        return eldc_detector(languages)
    except ImportError:
        return lingua_detector(languages)


def eldc_detector(languages: Iterable[str]) -> Detector:
    """Detect with `eldc` (n-grams, https://github.com/nitotm/eldc), whose scores are in [0, 1] and do not add up."""
    eldc = importlib.import_module("eldc")
    eldc.init()
    codes = _codes(languages, _ELDC_ALIASES, frozenset(eldc.LANGUAGES))
    known = sorted({code for code in codes.values() if code})
    instance = eldc.instance()
    instance.set_scores(eldc.MAX_SCORES)
    if known:
        instance.set_languages(known)

    def weights(text: str) -> dict[str, float]:
        scores = instance.detect_details(text).scores if known else {}
        words = len(text.split())
        unknown = _UNKNOWN * min(words / _WORDS, 1.0)
        sharpness = min(_SHARPNESS_PER_WORD * (words + 0.5), _SHARPEST)
        return {
            language: (_FLOOR + (scores.get(code, 0.0) if code else unknown)) ** sharpness
            for language, code in codes.items()
        }

    return weights


def lingua_detector(languages: Iterable[str]) -> Detector:
    """Detect with `lingua` (trigrams only), which needs two languages at least."""
    import lingua

    by_code = {language.iso_code_639_1.name.lower(): language for language in lingua.Language.all()}
    codes = _codes(languages, _LINGUA_ALIASES, frozenset(by_code))
    known = sorted({code for code in codes.values() if code})
    builder = lingua.LanguageDetectorBuilder.from_languages(*(by_code[code] for code in known or ["en"]))
    detector = builder.with_low_accuracy_mode().build()

    def weights(text: str) -> dict[str, float]:
        values = detector.compute_language_confidence_values(text)
        shares = {by.language.iso_code_639_1.name.lower(): by.value for by in values}
        return {language: shares.get(code, 0.0) + 0.001 if code else 0.01 for language, code in codes.items()}

    return weights


def _codes(languages: Iterable[str], aliases: Mapping[str, str], known: frozenset[str]) -> dict[str, str | None]:
    codes = {language: language if language in known else aliases.get(language) for language in languages}
    return {language: code if code in known else None for language, code in codes.items()}
