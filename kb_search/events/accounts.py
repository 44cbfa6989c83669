"""Numbers with a check of their own: payment cards (Luhn) and bank accounts (IBAN, mod 97)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CARD = re.compile(r"(?<!\w)(?<!\d[ -])\d(?:[ -]?\d){12,18}(?!\w)(?![ -]\d)")
_IBAN = re.compile(r"(?<![^\W_])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}(?![^\W_])", re.IGNORECASE | re.ASCII)
_BEFORE_A_WORD = re.compile(r"[ -](?=[a-z]+(?![^\W_]))", re.IGNORECASE)
_SHORTEST_IBAN = 15


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Find numbers of 13 to 19 digits with the check digit of a card."""
    for match in _CARD.finditer(text):
        if _luhn([int(sign) for sign in match[0] if sign.isdecimal()]):
            yield match.span()


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Find account numbers, also in small letters; what stands behind one in the same breath is no part of it."""
    for match in _IBAN.finditer(text):
        gaps = [match.start() + gap.start() for gap in _BEFORE_A_WORD.finditer(match[0])]
        ends = [match.end(), *reversed(gaps)]
        for end in ends:  # the longest that is right
            if _mod_97(text[match.start() : end]):
                yield match.start(), end
                break


def _luhn(digits: list[int]) -> bool:
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod_97(text: str) -> bool:
    signs = re.sub("[ -]", "", text)
    turned = signs[4:] + signs[:4]
    return len(signs) >= _SHORTEST_IBAN and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
