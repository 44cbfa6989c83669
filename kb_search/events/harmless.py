"""Digits that are nobody's: codes, versions, dates, times, prices, ranges. Only what could pass for a long number."""

from __future__ import annotations

import re
from collections.abc import Iterator

_YEAR = r"(?:19|20)\d\d"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_ALONE, _ENDS = r"(?<![\w.,/-])(?<!\d[ \u00a0\u202f])", r"(?!\w)(?![.,/-]\d)(?![ \u00a0\u202f]\d)"
"""Nothing before or after that would make it part of a longer number."""

_HEX = re.compile(
    r"(?<!\w)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a GUID
    r"|0x[0-9a-f]+"
    r"|(?=\d*[a-f])(?=[a-f]*\d)(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}))(?!\w)",  # a digest
    re.IGNORECASE | re.ASCII,
)

_DATE = re.compile(
    rf"(?<![\w./-])(?:{_YEAR}([-/.]){_MONTH}\1{_DAY}(?:T\d\d:\d\d\S*)?|{_DAY}([-/.]){_MONTH}\2{_YEAR}"
    rf"|{_MONTH}/{_DAY}/{_YEAR})(?!\w)(?![./-]\d)"
)
_SPACED_DATE = re.compile(rf"{_ALONE}{_DAY} {_MONTH} {_YEAR}(?!\w)(?![./-]\d)(?! \d(?!\d?:))")
_TIME = re.compile(r"(?<![\w:])\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?![\w:])")
_YEARS = re.compile(rf"{_ALONE}{_YEAR}(?: ?[ –/-] ?{_YEAR})+{_ENDS}")

_SYMBOL = r"[€$£₺¥₹₽₩]"
_CURRENCY = (
    rf"(?:{_SYMBOL}|(?:EUR|USD|GBP|CHF|TRY|TL|CAD|AUD|JPY|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK|HUF|kr|zł|euros?|dollars?"
    r"|lira|pounds?)(?!\w))"
)
_GROUP = r"[ \u00a0\u202f.,'’]"
_AMOUNT = rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+(?:[.,]\d{{1,2}})?|\d{{1,8}}(?:[.,]\d{{1,2}})?"
_PRICE = re.compile(
    rf"(?:{_CURRENCY}[ \u00a0\u202f]?(?:{_AMOUNT})(?![\d])|{_ALONE}(?:{_AMOUNT})[ \u00a0\u202f]?{_CURRENCY})",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(
    rf"{_ALONE}(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:[ \u00a0\u202f]\d{3})+,\d{1,2}|\d{1,9},\d{1,2}"
    rf"|[1-9]\d?(?:[ \u00a0\u202f.]\d{{3}})*[ \u00a0\u202f.]000|[1-9]\d\d(?:[ \u00a0\u202f.]000)+){_ENDS}"
)
_DECIMAL = re.compile(rf"{_ALONE}(?:0|[1-9]\d{{0,4}})\.\d+{_ENDS}")

_DOTTED = re.compile(r"(?<![\w.-])v?(\d{1,5}(?:\.\d{1,6}){2,3})(?![\d])(?!\.\d)", re.IGNORECASE)
_VERSION_WORD = re.compile(r"(?<!\w)(?:version|versiyon|sürüm|build|release|firmware|driver|v)[ .:]*$", re.IGNORECASE)
_RANGE = re.compile(rf"{_ALONE}(\d{{1,5}}) ?[-–] ?(\d{{1,5}}){_ENDS}")
_LOCAL_NUMBER = (3, 4)
"""How Americans group a telephone number without its area: `555-0123` is no range."""

_MIXED = re.compile(r"(?<!\w)(?=\w*\d)(?=\w*[^\W\d_])\w+(?!\w)")
_HYPHENED = re.compile(r"(?<!\w)[^\W\d_]+[-_/]\d{1,7}(?!\d)")
_LONGEST_IN_CODE = 7


def identifiers(text: str) -> Iterator[tuple[int, int]]:
    """Find what is hexadecimal: identifiers of machines, digests, error codes."""
    yield from (match.span() for match in _HEX.finditer(text))


def harmless(text: str) -> Iterator[tuple[int, int]]:
    """Find dates, times, years, prices, amounts, decimals, versions and ranges."""
    for pattern in (_DATE, _SPACED_DATE, _TIME, _YEARS, _PRICE, _THOUSANDS, _DECIMAL):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _DOTTED.finditer(text):
        if is_version(match[1], text[: match.start()]):
            yield match.span()
    for match in _RANGE.finditer(text):
        if _is_range(match[1], match[2]):
            yield match.span()


def codes(text: str) -> Iterator[tuple[int, int]]:
    """Find digits that stand with letters, as in model names, unless they are as many as in a number of a person."""
    for match in _MIXED.finditer(text):
        longest = max(len(run) for run in re.findall(r"\d+", match[0]))
        if longest <= _LONGEST_IN_CODE:
            yield match.span()
    yield from (match.span() for match in _HYPHENED.finditer(text))


def is_version(dotted: str, before: str) -> bool:
    """Tell whether three or four numbers with dots between are a version: nobody writes a telephone number so."""
    parts = dotted.split(".")
    if _VERSION_WORD.search(before):
        return True
    return not dotted.startswith("0") and any(len(part) == 1 for part in parts[1:])


def _is_range(low: str, high: str) -> bool:
    if (len(low), len(high)) == _LOCAL_NUMBER or low.startswith("0"):
        return False
    if len(low) == len(high) == 4:  # half of all Norwegian numbers would be one
        return int(low) < int(high) and int(low) % 10 == int(high) % 10 == 0
    return int(low) < int(high)
