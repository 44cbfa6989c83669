"""How much of what is personal is found, and how much else: `python -m tests.events.redaction_table`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb_search.events.redaction import redact
from tests.events.redaction_examples import TUNED
from tests.events.redaction_held_out import HELD_OUT, SECOND

_MARKED = re.compile(r"\{(\w+)\|([^}]*)\}")
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class Example:
    """`text` as typed, `expected` as it may be stored, `personal` what must not be left."""

    text: str
    expected: str
    personal: tuple[str, ...]

    @classmethod
    def parse(cls, marked: str) -> Example:
        found = tuple(match[2] for match in _MARKED.finditer(marked))
        return cls(_MARKED.sub(r"\2", marked), _MARKED.sub(r"[\1]", marked), found)

    def left(self, output: str) -> list[str]:
        """List the words and numbers of what is personal that are still there."""
        plain = set(_TOKEN.findall(_without(self.text, self.personal)))
        words = {word for one in self.personal for word in _TOKEN.findall(one)} - plain
        return sorted(words & set(_TOKEN.findall(re.sub(r"\[\w+\]", " ", output))))

    def lost(self, output: str) -> list[str]:
        """List the words and numbers of the rest that are gone."""
        plain = set(_TOKEN.findall(_without(self.text, self.personal)))
        return sorted(plain - set(_TOKEN.findall(output)))


@dataclass(frozen=True)
class Score:
    """Counts of strings. `found`: nothing personal is left; `spared`: nothing else is gone; `exact`: as expected."""

    strings: int
    personal: int
    found: int
    touched: int
    rightly: int
    exact: int

    @property
    def recall(self) -> float:
        """Of the strings with something personal, the share in which nothing of it is left."""
        return self.found / self.personal

    @property
    def precision(self) -> float:
        """Of the strings in which something was replaced, the share in which nothing else was."""
        return self.rightly / self.touched


def _without(text: str, personal: Sequence[str]) -> str:
    for one in personal:
        text = text.replace(one, " ")
    return text


def score(examples: Sequence[Example]) -> Score:
    outputs = [(one, redact(one.text)) for one in examples]
    touched = [(one, output) for one, output in outputs if output != one.text]
    return Score(
        strings=len(examples),
        personal=sum(bool(one.personal) for one in examples),
        found=sum(bool(one.personal) and not one.left(output) for one, output in outputs),
        touched=len(touched),
        rightly=sum(bool(one.personal) and not one.lost(output) for one, output in touched),
        exact=sum(output == one.expected for one, output in outputs),
    )


def main() -> None:
    for name, table in {"TUNED": TUNED, "SECOND": SECOND, "HELD_OUT": HELD_OUT}.items():
        examples = [Example.parse(one) for one in table]
        found = score(examples)
        print(
            f"{name}: {found.strings} strings, {found.personal} with something personal; recall {found.recall:.3f}, "
            f"precision {found.precision:.3f}, exact {found.exact}/{found.strings}"
        )
        for one in examples:
            output = redact(one.text)
            if output != one.expected:
                print(f"  {one.text}\n    → {output}\n    ≠ {one.expected}")


if __name__ == "__main__":
    main()
