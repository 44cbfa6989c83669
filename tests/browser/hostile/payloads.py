"""The table of hostile texts: each with a number, by which a script that runs, or a request that is made, names it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.hostile import markup, texts


@dataclass(frozen=True, slots=True)
class Payload:
    """`text` calls `pwn(number)` or asks `evil.example/number` for something if any of it is taken for code."""

    number: int
    group: str
    text: str

    @property
    def line(self) -> str:
        """The text on one line, for places that end with it."""
        return " ".join(self.text.split("\n"))


def _armed(text: str, number: int) -> str:
    return text.replace("RUN", f"pwn({number})").replace("EVIL", f"evil.example/{number}").replace("NUM", str(number))


_GROUPS = {**markup.GROUPS, **texts.GROUPS}
_TEXTS = [(group, text) for group, listed in _GROUPS.items() for text in listed]
PAYLOADS = tuple(Payload(number, group, _armed(text, number)) for number, (group, text) in enumerate(_TEXTS))
