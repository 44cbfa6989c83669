"""The address of a heading inside its article: `## Reset your password` is `#reset-your-password`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote

_LONGEST = 120
_NAMELESS = "section"
_RESERVED = ("kb-", "page:")
_ASCII_PUNCTUATION = re.compile(r"[\x00-\x1f!-,./:-@\[-^`{-\x7f]")
# `## Refunds {#money-back}`, and `{: #money-back }` as Kramdown writes it.
_EXPLICIT = re.compile(r"(?:^|[ \t])\{:?[ \t]*#([\w:.-]+)[^{}\n]*\}[ \t]*$")


def split_explicit(heading: str) -> tuple[str, str | None]:
    """Take the anchor that the author chose off the end of a heading: its text, and the anchor or None."""
    found = _EXPLICIT.search(heading) if heading.rstrip().endswith("}") else None
    return (heading[: found.start()], found[1]) if found else (heading, None)


def slug(heading: str) -> str:
    """Give the anchor GitHub would: lower case, letters and digits of any script, `-` for each space."""
    # Lower-casing İ alone would leave a combining dot, which nobody can type into a link.
    text = unicodedata.normalize("NFC", heading).strip().replace("İ", "i").lower()
    kept = _ASCII_PUNCTUATION.sub("", text)
    if not kept.isascii():
        kept = "".join(letter for letter in kept if letter.isascii() or unicodedata.category(letter)[0] in "LMN")
    return kept.replace(" ", "-")[:_LONGEST] or _NAMELESS


def unique_anchors(headings: Sequence[tuple[str, str | None]]) -> list[str]:
    """Give each heading, a text and perhaps an explicit anchor, an anchor of its own within the document.

    What the author chose comes first; equal ones are numbered `-1`, `-2` in order.
    """
    taken: set[str] = set()
    counters: dict[str, int] = {}
    chosen = {index: _claim(explicit, taken, counters) for index, (_, explicit) in enumerate(headings) if explicit}
    return [chosen.get(index) or _claim(slug(text), taken, counters) for index, (text, _) in enumerate(headings)]


def page_anchor(anchor: str) -> str:
    """Give an anchor as the page has it: ids that begin like these are those of the page around the article."""
    return f"section-{anchor}" if anchor.lower().startswith(_RESERVED) else anchor


def anchor_of(fragment: str) -> str:
    """Give the anchor that the fragment of a link means. GitHub leaves the dot of İ in its anchors; ours have none."""
    return page_anchor(unicodedata.normalize("NFC", unquote(fragment)).replace("i\u0307", "i"))


def _claim(wanted: str, taken: set[str], counters: dict[str, int]) -> str:
    anchor = wanted = page_anchor(wanted)
    while anchor in taken:
        counters[wanted] = counters.get(wanted, 0) + 1
        anchor = f"{wanted}-{counters[wanted]}"
    taken.add(anchor)
    return anchor
