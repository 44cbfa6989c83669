"""Queries for the articles that debian.py writes: what somebody might type who knows a package only by what it does.

Half of them are made of a sentence of a later paragraph, which is in no article; half of a synopsis with words dropped.
In lower case, short words dropped more often than long ones. Every choice is drawn from the package's own name, so the
same descriptions give the same queries. Pure.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.descriptions import Described

FEWEST, MOST = 3, 12
"""Words of a query."""
LONG = 4
"""Letters from which on a word is more often kept than dropped."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý])")
_EDGES = " \t\n.,;:!?()[]<>\"'`´‘’“”«»*-–—"
# What nobody types, and what half of the packages begin with.
_BEGINNINGS = re.compile(
    r"(?:this|the) (?:meta)?package (?:also )?(?:contains?|provides?|includes?|ships|installs|is) "
    r"|ce (?:méta)?paquet (?:contient|fournit|inclut|procure|installe|est|propose) (?:également |aussi )?",
    re.IGNORECASE,
)
_ABOUT_PACKAGING = re.compile(r"package|paquet", re.IGNORECASE)


class Asked(NamedTuple):
    """A query made of one package's description; `kind` is `paragraph` or `synopsis`."""

    package: str
    locale: str
    kind: str
    text: str


def make_queries(described: Sequence[Described], count: int) -> list[Asked]:
    """Make `count` queries, as many of each locale, locales in turn; fewer where the descriptions give no more.

    No two are alike and none is a synopsis (capitals aside). None is made of a sentence or synopsis that several
    packages of its locale share, so that one package is what was meant.
    """
    locales = list(dict.fromkeys(one.locale for one in described))
    share = [count // len(locales) + (row < count % len(locales)) for row in range(len(locales))] if locales else []
    taken = {_key(one.synopsis) for one in described}
    made = [
        _made([one for one in described if one.locale == locale], wanted, taken)
        for locale, wanted in zip(locales, share, strict=True)
    ]
    longest = max(map(len, made), default=0)
    return [queries[row] for row in range(longest) for queries in made if row < len(queries)]


def _made(described: Sequence[Described], wanted: int, taken: set[str]) -> list[Asked]:
    """Make the queries of one locale, none of them in `taken`, and add them to it."""
    shared = Counter(key for one in described for key in {_key(one.synopsis), *map(_key, _later_sentences(one))})
    queries: list[Asked] = []
    # In the order of a digest: neither the alphabet nor families of packages with one name come in rows.
    for one in sorted(described, key=lambda one: hashlib.sha256(one.package.encode()).digest()):
        if len(queries) == wanted:
            break
        kind = ("paragraph", "synopsis")[len(queries) % 2]
        for text in _texts(one, kind, shared):
            if _key(text) not in taken:
                taken.add(_key(text))
                queries.append(Asked(one.package, one.locale, kind, text))
                break
    return queries


def _texts(one: Described, kind: str, shared: Mapping[str, int]) -> Iterator[str]:
    chance = random.Random(f"{one.locale}/{one.package}")
    for source in (one.synopsis,) if kind == "synopsis" else _later_sentences(one):
        text = shorten(source, chance)
        if shared[_key(source)] == 1 and text:
            yield text


def _later_sentences(one: Described) -> Iterable[str]:
    """Give the sentences of the later paragraphs; lists and code, which are indented, have none."""
    for paragraph in one.paragraphs[1:]:
        if not re.search(r"^[ \t*-]|://", paragraph, re.MULTILINE):
            yield from _SENTENCE.split(" ".join(paragraph.split()))


def shorten(sentence: str, chance: random.Random) -> str:
    """Make a query of a sentence: 3 to 12 words in their order, at least one dropped.

    Empty where too little is left, or where the sentence is about packages rather than about what is in this one.
    """
    rest = _BEGINNINGS.sub("", sentence, count=1)
    words = [word for word in (word.strip(_EDGES).lower() for word in rest.split()) if word]
    kept = [word for word in words if chance.random() > (1 / 8 if len(word) >= LONG else 3 / 5)]
    if kept and len(kept) == len(words):
        del kept[chance.randrange(len(kept))]
    del kept[chance.randint(FEWEST + 2, MOST) :]
    while kept and len(kept[-1]) < LONG:  # nobody ends with "of the"
        kept.pop()
    enough = sum(len(word) >= LONG for word in kept) >= FEWEST
    return " ".join(kept) if enough and not _ABOUT_PACKAGING.search(rest) else ""


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
