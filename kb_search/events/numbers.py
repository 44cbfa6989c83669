"""Long numbers: of identity, insurance, tax, customers, orders, devices. And addresses of machines on the internet."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from kb_search.events.harmless import before, is_version

_FEWEST = 7
_APART = r"[ \u00a0\u202f.\-‐‑–()_·]{0,2}"
_BETWEEN = rf"(?:{_APART}|[ .)-]?/[ .(-]?|,)"
_LONG = re.compile(rf"\+?\(?\d(?:{_BETWEEN}\d){{{_FEWEST - 1},}}")
_PLAIN = re.compile(rf"\+?\(?\d(?:{_APART}\d){{{_FEWEST - 1},}}")
_LISTED = re.compile("[,/]")
_DIALLED = re.compile(r"\+|\(?0\d|\d{3}/\d{3}/\d{4}$")
"""How telephone numbers begin, or are written in America."""
_LETTERED = re.compile(
    r"(?<!\w)(?:[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]"  # National Insurance, United Kingdom
    r"|[a-z]{6}\d{2}[a-ehlmprst]\d{2}[a-z]\d{3}[a-z]"  # codice fiscale, Italy
    r"|[12] ?\d{2} ?\d{2} ?2[ab] ?\d{3} ?\d{3}(?: ?\d{2})?"  # sécurité sociale of Corsica
    r"|[a-z] ?\d{7,9}|\d{7,9}[ -]?[a-z]|[a-z]\d{7}[a-z])(?!\w)",  # passports, Spain's DNI and NIE
    re.IGNORECASE | re.ASCII,
)
_QUAD = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w)(?!\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE | re.ASCII)


def lettered(text: str) -> Iterator[tuple[int, int]]:
    """Find what some countries write with letters."""
    yield from (match.span() for match in _LETTERED.finditer(text))


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Find seven digits or more, also in groups."""
    for match in _LONG.finditer(text):
        for start, end in _parts(match):
            groups = re.findall(r"\d+", text[start:end])
            pairs = len(groups) in (4, 5) and all(len(group) == 2 for group in groups)
            if pairs or max(map(len, groups)) > 2:  # otherwise a list of small numbers
                yield start, end


def _parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Give a long number whole; but what commas and slashes part as in a list or a path, part by part."""
    if not _LISTED.search(match[0]) or _DIALLED.match(match[0]):
        yield match.span()
    else:
        yield from (part.span() for part in _PLAIN.finditer(match.string, *match.span()))


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Find IP addresses of the internet; those of a local network are everybody's."""
    for match in (*_QUAD.finditer(text), *_IPV6.finditer(text)):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        small = sum(len(part) == 1 for part in match[0].split("."))
        if address.is_global and not (small > 1 or (small == 0 and is_version(match[0], before(text, match.start())))):
            yield match.span()
