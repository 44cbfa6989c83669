"""Telephone numbers, as libphonenumber knows them: written for abroad, or as at home in one of several countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

REGIONS = ("US", "GB", "FR", "DE", "TR", "BE", "CH", "NL")
"""Where numbers written as at home are recognised; US is Canada too. Those of others are long numbers all the same."""
_FEWEST = 7
_ABROAD = re.compile(r"(?<![\w+])(?:\+|00) ?[1-9](?:[ \u00a0\u202f.\-/()]{0,3}\d){6,14}(?!\w)")


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Find them: (start, end) in the text, none over another."""
    if sum(sign.isdecimal() for sign in text) < _FEWEST:
        return
    found = {match.span() for match in _ABROAD.finditer(text)}  # also those of a country that gave out no such number
    for region in REGIONS:
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
            if sum(sign.isdecimal() for sign in match.raw_string) >= _FEWEST:
                found.add((match.start, match.end))
    end = 0
    for start, stop in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end:
            yield start, stop
            end = stop
