"""Input made to hurt: any text is read without an error, and in a time that grows with its length only."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.markdown import parse_markdown

# A slow and busy machine reads 20 kB of the worst in well under a second.
_SECONDS = 8

_MARKS = "# |## |- |1. |> |>|`|```|~~~|*|**|_|~~|[|](|]|)|![|[^1]|[^1]: |^[|[!NOTE]|[a]: b|---|===|{#id}|&amp;|\\"
_TAGS = "<|<!--|-->|<div>|</div>|<script>|</script>|<pre>|<td>|<br>|<a href='x'>|<img src=x>|&#xD800;"
_BLOCKS = "::: note|:::|!!! note|!!!|??? tip"
_FRAGMENT = st.sampled_from(
    [*f"{_MARKS}|{_TAGS}|{_BLOCKS}".split("|"), "|", "|-|-|\n", "\n", "\n\n", "    ", "\t", "\r", "\x00"]
)


@given(st.lists(_FRAGMENT | st.text(max_size=3), max_size=40).map("".join), st.none() | st.text(max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_sections_with_anchors_and_lines_of_their_own(markdown: str, title: str | None) -> None:
    sections = parse_markdown(markdown, 3, title).sections
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert sections
    assert len({section.anchor for section in sections}) == len(sections)
    assert all(3 <= section.line < 3 + lines for section in sections)


_UNITS = """> |>|- |1. |[|![|[a](|[^|^[|*a |a**b|_a|`|<|<a |<a '|</a>|<!--|<!-- x|<script>|<div>~<!--~~|<div>~~|&
\\|[a]: b~|[^1]: x~|> a~|> a~b~|- a~|- a~  - b~|::: a~|!!! note~|a~: b~|```~|a~-~|# a~|# {{{{~|# a {#b}~|x~"""


@pytest.mark.parametrize("unit", [*_UNITS.replace("\n", "|").replace("~", "\n").split("|"), "|a", "x|", "~~a", "\t"])
def test_repeating_any_mark_takes_linear_time(unit: str) -> None:
    markdown = unit * (20_000 // len(unit))
    started = time.process_time()
    parse_markdown(markdown, 1)
    assert time.process_time() - started < _SECONDS


@pytest.mark.parametrize(
    "markdown",
    [
        "[" * 5_000 + "]" * 5_000,
        "![" * 5_000 + "](a)" * 5_000,
        "^[" * 5_000 + "]" * 5_000,
        "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "|x|\n" * 500,
        "".join(" " * (2 * level) + "- a\n" for level in range(200)),
        "".join("    " * level + "!!! note\n" for level in range(100)),
        "".join("`" * run + " " for run in range(200)),
    ],
    ids=["brackets", "pictures", "footnotes", "wide table", "lists", "admonitions", "backticks"],
)
def test_nesting_takes_linear_time(markdown: str) -> None:
    started = time.process_time()
    parse_markdown(markdown, 1)
    assert time.process_time() - started < _SECONDS


@pytest.mark.parametrize("unit", ["[", "# a\n"])
def test_ten_megabytes_of_anything_take_seconds(unit: str) -> None:
    started = time.process_time()
    parsed = parse_markdown(unit * (10_000_000 // len(unit)), 1)
    assert parsed.simplified
    assert time.process_time() - started < 2 * _SECONDS


def test_what_is_nested_too_deep_is_reported_with_its_line() -> None:
    parsed = parse_markdown("Shown.\n\n" + "> " * 10_000 + "lost", 1)
    assert [section.text for section in parsed.sections] == ["Shown."]
    assert parsed.cut == 3


def test_thirty_levels_of_quotation_are_read() -> None:
    parsed = parse_markdown("> " * 30 + "kept", 1)
    assert [section.text for section in parsed.sections] == ["kept"]
    assert parsed.cut is None
