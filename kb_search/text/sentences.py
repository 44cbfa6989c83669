"""Where sentences begin and end, by punctuation and short lists of abbreviations.

It errs towards longer sentences: an initial (`J. Smith`) never ends one. It knows nothing of Markdown, of Thai, or
of quotes that span sentences. (The `sentencex` library is faster, but has no Turkish and ends a sentence at `M.`.)
"""

from __future__ import annotations

import re
import unicodedata

from kb_search.text.locales import primary

_CLOSERS = r"\"'”’»)\]"
_END = re.compile(
    rf"(?P<newline>\n+)"
    rf"|[。！？｡]+[」』）】〉》”’]*"
    rf"|(?P<mark>[.!?…؟۔।॥։።။។]+)(?P<closers>(?:[ \u00a0\u202f]»|[{_CLOSERS}])*)(?=\s|\Z)"
)
_OPENERS = "\"'“‘«(["
_NEXT = re.compile(rf"\s*[{re.escape(_OPENERS)}]*\s?(\w{{0,2}})")
_LAST_WORD = re.compile(rf"[^\s{re.escape(_OPENERS)}]*\Z")
_LONGEST_ABBREVIATION = 12

# Never the end of a sentence, whatever follows.
_ABBREVIATIONS = {
    language: frozenset(words.split())
    for language, words in {
        "": "dr prof st mr mrs ms e.g i.e eg ie vs cf ca approx",
        "fr": "mm mme mmes mlle mlles pr me ste p.ex ex c.-à-d env av bd",
        "tr": "doç av sn yrd öğr uzm örn bkz mah cad sok hz",
        "az": "prof məs bax",
        "de": "hr fr z.b d.h u.a bzw ggf evtl vgl inkl exkl sog",
        "es": "sr sra srta dra ud uds p.ej ej avda",
        "it": "sig dott ing avv p.es es",
        "pt": "sr sra dra p.ex ex av",
        "nl": "dhr mevr bijv d.w.z o.a m.b.t",
    }.items()
}
# The end of a sentence unless a number follows ("I said no." but "no. 5").
_BEFORE_NUMBER = frozenset(
    "no nr num art fig p pp pg pag pág sec ch chap cap vol ver tel tél ref abb tab md böl".split()
)
_ORDINAL_DOT = frozenset("cs da de et fi hr hu is nb nn no sk sl sr".split())


def sentences(text: str, locale: str) -> list[tuple[int, int]]:
    """Give the (start, end) of each sentence, in order; every character that is not a space is in exactly one.

    A line end always ends a sentence. Abbreviations, decimals, versions, addresses and list numbers do not.
    """
    language = primary(locale)
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match["newline"] or _ends(text, start, match, language):
            spans += _trimmed(text, start, match.end())
            start = match.end()
    return spans + _trimmed(text, start, len(text))


def truncate(text: str, limit: int, locale: str) -> str:
    """Give at most `limit` characters, cut at the last sentence end that fits, else at the last word, else hard."""
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    window = text[: limit + _LONGEST_ABBREVIATION]
    ends = [end for _, end in sentences(window, locale)[:-1] if end <= limit]
    if ends:
        return text[: ends[-1]]
    if text[limit].isspace() or text[limit - 1].isspace():
        words = text[:limit].rstrip()
    else:
        words = "".join(text[:limit].rsplit(None, 1)[:-1])
    if words.strip():
        return words
    while limit > 1 and unicodedata.combining(text[limit]):
        limit -= 1
    return text[:limit]


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return []
    first = start + len(piece) - len(piece.lstrip())
    return [(first, first + len(stripped))]


def _ends(text: str, start: int, match: re.Match[str], language: str) -> bool:
    mark, following = match["mark"], _NEXT.match(text, match.end())
    ahead = following[1] if following else ""
    if mark is None or not ahead:
        return True
    # "iPhone" begins a sentence as well as "Phone" does.
    continues = ahead[0].islower() and not ahead[1:].isupper()
    if mark != ".":
        return not (continues and (match["closers"] or mark[-1] in ".…"))
    return not (continues or _is_abbreviation(text, start, match.start(), ahead, language))


def _is_abbreviation(text: str, start: int, dot: int, ahead: str, language: str) -> bool:
    found = _LAST_WORD.search(text, max(start, dot - _LONGEST_ABBREVIATION), dot)
    word = found[0] if found else ""
    if word.isdecimal():
        return not text[start : dot - len(word)].strip() or (language in _ORDINAL_DOT and len(word) < 3)
    if len(word) == 1 or (word.isupper() and "." in word):
        return word.isalpha() or "." in word
    word = word.lower()
    if word in _BEFORE_NUMBER:
        return ahead[0].isdecimal()
    return word in _ABBREVIATIONS[""] or word in _ABBREVIATIONS.get(language, ())
