"""Where words are: one pattern that cuts a text into chunks, and pairs of characters for scripts without spaces.

A chunk is a run without spaces that may hold several terms (`E-1042`, `l'adresse`, `user@example.com`);
`kb_search.text.terms` takes it apart.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Han, kana, Hangul, Bopomofo, Yi; Thai, Lao, Myanmar, Khmer, Tai. Korean has spaces, but glues particles to nouns.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1100-\u11ff\u1780-\u17d3"
    "\u17d7\u17dc\u17dd\u1950-\u19cf\u1a20-\u1a7c\u3005-\u3007\u3021-\u3029\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\ua960-\ua97c"
    "\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
# Signs written on or after the character they belong to: a bigram must not begin with one.
_ATTACHED = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u1056-\u1059\u105e-\u1060"
    r"\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u1160-\u11ff\u17b4-\u17d3\u17dd"
    r"\u3099\u309a\uff9e\uff9f"
)
# Combining marks and joiners inside words; whole blocks where nearly everything in them is one.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d\u0859-\u085b"
    r"\u0898-\u0963\u0971-\u0df3\u0f18\u0f19\u0f35-\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86-\u0fbc\u0fc6\u135d-\u135f"
    r"\u1712-\u1734\u1752-\u1773\u180b-\u180d\u18a9\u1920-\u193b\u1a17-\u1a1b\u1ab0-\u1b4c\u1b6b-\u1bf3\u1c24-\u1c37"
    r"\u1cd0-\u1cfa\u1dc0-\u1dff\u200c\u200d\u20d0-\u20dc\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\ua66f"
    r"\ua674-\ua67d\ua69e-\ua69f\ua6f0\ua6f1\ua802-\ua827\ua880-\ua8ff\ua926-\ua953\ua980-\ua9e5\uaa29-\uaa4d"
    r"\uaa7b-\uaa7d\uaab0-\uaac1\uaaeb-\uaaf6\uabe3-\uabed\ufb1e\ufe20-\ufe2f\U00010a01-\U00011fff\U0001e000-\U0001e94a"
)
_LETTER = rf"[^\W_{_UNSPACED}]"
_JOINT = r"[-.@'’‘＇‐‑－．＠_＿]_*+"
_DOT_NAME = rf"(?<![\w.\u0300-\u036f\u3099\u309a])\.[A-Za-z][A-Za-z0-9]{{1,9}}(?![-.@_]?{_LETTER}|[\u0300-\u036f])"

# Possessive, and with a single loop: twice as fast as the same pattern written as word, joint, word. No group is: up to
# Python 3.11.4 one that fails half-way takes with it what it had read (CPython issue 106052), here a joint.
CHUNK = re.compile(
    rf"{_LETTER}++(?:(?:[{_MARKS}]|{_JOINT}(?=[^\W_])){_LETTER}*+)*(?:\+\+|#)?|[{_UNSPACED}]++|{_DOT_NAME}"
)
_CLUSTER = re.compile(rf".[{_ATTACHED}]*", re.DOTALL)
_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LONE_HAN = re.compile(rf"(?<![{_HAN}])[{_HAN}](?![{_HAN}])")
_PARTICLES = (
    "을 를 이 가 은 는 에 의 도 로 와 과 만 들 들을 들이 들은 으로 에서 에는 에도 에서는 에게 까지 부터 마다 처럼 보다 "
    "하고 이나 이랑 이란 이면 이라 이라고 라고"
)
_SYLLABLE_AND_PARTICLE = re.compile(rf"[\uac00-\ud7a3](?:{'|'.join(_PARTICLES.split())})")
_LETTER_WITH_MARKS = re.compile(rf".[{_ATTACHED}{_MARKS}]*", re.DOTALL)
_BEGINS_UNSPACED = re.compile(rf"[{_UNSPACED}]")


def is_unspaced(chunk: str) -> bool:
    """Tell whether a chunk is of a script that is written without spaces."""
    return _BEGINS_UNSPACED.match(chunk) is not None


def bigrams(run: str) -> list[tuple[int, int]]:
    """Give the spans of all pairs of neighbouring characters of a run; of the character itself when it is alone."""
    clusters = [found.span() for found in _CLUSTER.finditer(run)]
    if len(clusters) == 1:
        return clusters
    return [(left[0], right[1]) for left, right in pairwise(clusters)]


def singles(run: str) -> list[tuple[int, int]]:
    """Give the spans of the words of one character that a run of several shows by its writing.

    They are a Japanese stem or noun of one Han character beside kana (`届` in `が届かない`, `鍵` in `鍵を`), and a
    Korean noun of one syllable before a particle (`앱` in `앱을`): no pair of characters has them alone.
    """
    spans = [found.span() for found in _LONE_HAN.finditer(run)] if len(run) > 1 else []
    if _SYLLABLE_AND_PARTICLE.fullmatch(run):
        spans.append((0, 1))
    return spans


def composed(chunk: str) -> tuple[str, list[int]]:
    """Compose the letters of a chunk (NFC), and give where each began in it, with its length at the end."""
    letters: list[str] = []
    starts: list[int] = []
    for found in _LETTER_WITH_MARKS.finditer(chunk):
        letter = unicodedata.normalize("NFC", found[0])
        letters.append(letter)
        starts += range(*found.span()) if len(letter) == len(found[0]) else [found.start()] * len(letter)
    return "".join(letters), [*starts, len(chunk)]
