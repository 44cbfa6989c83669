"""Long numbers: of identity, insurance, tax, customers, orders, devices. And addresses of machines on the internet."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from kb_search.events.harmless import is_version

_FEWEST = 7
_BETWEEN = r"[ \u00a0\u202f.\-‐‑–()]{0,2}"
_LONG = re.compile(rf"\+?\(?\d(?:{_BETWEEN}\d){{{_FEWEST - 1},}}")
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
        groups = re.findall(r"\d+", match[0])
        pairs = len(groups) in (4, 5) and all(len(group) == 2 for group in groups)
        if pairs or max(map(len, groups)) > 2:  # otherwise a list of small numbers
            yield match.span()


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Find IP addresses of the internet; those of a local network are everybody's."""
    for match in (*_QUAD.finditer(text), *_IPV6.finditer(text)):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        small = sum(len(part) == 1 for part in match[0].split("."))
        if address.is_global and not (small > 1 or (small == 0 and is_version(match[0], text[: match.start()]))):
            yield match.span()
