"""What the letters of a text say about its language, for texts too short for statistics.

Scripts by language (Unicode blocks), and the letters beside a-z of languages in Latin script (CLDR's main
exemplar characters, plus the ones that loan words need). A language that is not listed is neither helped nor harmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_HAN = r"\u3400-\u9fff"
_SCRIPTS = {
    language: letters
    for letters, languages in {
        r"\u0600-\u06ff\ufb50-\ufefc": "ar fa ur ps ug ckb sd",
        r"\u0400-\u052f": "ru uk be bg mk kk ky tg mn",
        r"\u0900-\u097f": "hi mr ne sa",
        _HAN: "zh",
        _HAN + r"\u3041-\u30ff": "ja",
        _HAN + r"\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3": "ko",
        r"\u0370-\u03ff\u1f00-\u1fff": "el",
        r"\u0590-\u05ff": "he yi",
        r"\u0530-\u058f": "hy",
        r"\u10a0-\u10ff\u1c90-\u1cbf": "ka",
        r"\u0980-\u09ff": "bn as",
        r"\u0a00-\u0a7f": "pa",
        r"\u0a80-\u0aff": "gu",
        r"\u0b80-\u0bff": "ta",
        r"\u0c00-\u0c7f": "te",
        r"\u0c80-\u0cff": "kn",
        r"\u0d00-\u0d7f": "ml",
        r"\u0d80-\u0dff": "si",
        r"\u0e00-\u0e7f": "th",
        r"\u0e80-\u0eff": "lo",
        r"\u1000-\u109f": "my",
        r"\u1200-\u139f": "am ti",
        r"\u1780-\u17ff": "km",
    }.items()
    for language in languages.split()
}
_LATIN = r"A-Za-z\u00aa-\u02af\u1e00-\u1eff"
_LATIN_LETTERS = {
    "az": "çəğıöşü", "bs": "čćđšž", "ca": "àçéèíïóòúü", "cs": "áčďéěíňóřšťúůýž", "da": "æøåé", "de": "äöüß",
    "en": "é", "es": "áéíñóúü", "et": "äõöüšž", "eu": "ñç", "fi": "äöåšž", "fr": "àâæçéèêëîïôœùûüÿ",
    "ga": "áéíóú", "hr": "čćđšž", "hu": "áéíóöőúüű", "id": "é", "is": "áðéíóúýþæö", "it": "àéèìíîòóùú",
    "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "ms": "é", "nb": "æøåéòô", "nl": "áäéëèíïóöúü", "nn": "æøåéòô",
    "no": "æøåéòô", "pl": "ąćęłńóśźż", "pt": "áâãàçéêíóôõúü", "ro": "ăâîșțşţ", "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž", "sq": "çë", "sv": "åäöéà", "tr": "çğıöşüâîû",
}  # fmt: skip
_LETTER = re.compile(r"[^\W\d_]")
_MISSING_LETTER = 0.1
_OTHER_SCRIPT = 0.01


def evidence(text: str, languages: Iterable[str]) -> dict[str, float]:
    """Give a factor per language in (0, 1]: small if the text has letters that it lacks and another one has."""
    # 'İ' is its own witness; its lower case would be a plain i.
    letters = {letter for letter in text.replace("İ", "ı").lower() if letter > "\x7f"}
    alphabets = {language: _LATIN_LETTERS.get(language, "") for language in languages}
    telling = letters.intersection(*["".join(alphabets.values())])
    count = max(len(_LETTER.findall(text)), 1)
    factors = {}
    for language, alphabet in alphabets.items():
        share = min(len(_script(language).findall(text)) / count, 1.0)
        missing = sum(letter not in alphabet for letter in telling) if alphabet else 0
        factors[language] = max(share, _OTHER_SCRIPT) * _MISSING_LETTER**missing
    return factors


@cache
def _script(language: str) -> re.Pattern[str]:
    return re.compile(f"[{_SCRIPTS.get(language, _LATIN)}]")
