"""The YAML between two `---` at the head of an article. Pure.

Every scalar stays the text that the author typed; dates are dates only in the fields that hold one.
"""

from __future__ import annotations

import re
from typing import Any

from indexer.fields import typed_fields
from indexer.strict_yaml import read_map
from kb_search.errors import KbSearchError
from kb_search.types import Finding

MAX_LENGTH = 64_000
"""Characters."""

_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class FrontMatterError(KbSearchError):
    """Front matter that cannot be read; `line` counts from 1 in the file."""

    def __init__(self, message: str, remedy: str, line: int) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
        self.line = line


def split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Split an article into its YAML (None if it has none), its body, and the line on which the body starts.

    Raises:
        FrontMatterError: if nothing closes the front matter.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None, text.removeprefix("\ufeff"), 1
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise FrontMatterError("The front matter has no end.", "Close it with a line of three dashes: ---", 1)
    body_line = 1 + len(_NEWLINE.findall(text, 0, closing.end()))
    return text[opening.end() : closing.start()], text[closing.end() :], body_line


def parse_front_matter(yaml_text: str, path: str) -> tuple[dict[str, Any], list[Finding]]:
    """Read the fields of an article: those that are known and right, the others under the key `extra`.

    Raises:
        FrontMatterError: if the YAML is broken, names a key twice, or uses what front matter does not need.
    """
    if len(yaml_text) > MAX_LENGTH:
        raise FrontMatterError(
            f"The front matter is longer than {MAX_LENGTH:,} characters.", "Move text below the closing ---.", 1
        )
    values, lines = _load(yaml_text)
    return typed_fields(values, path, lines)


def _load(yaml_text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Give the map that a YAML text is, and the line in the file of each of its keys."""

    def refuse(message: str, remedy: str, line: int) -> None:
        raise FrontMatterError(message, remedy, line)

    if_none = "Write one on each line; if no front matter is meant, put an empty line first."
    values = read_map(yaml_text, "the front matter", refuse, first_line=2, if_none=if_none) or {}
    return {key: node.plain() for key, node in values.items()}, {key: node.line for key, node in values.items()}
