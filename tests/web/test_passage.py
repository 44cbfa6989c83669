"""Passages on the page of results: lines as the article has them, with signs that readers know."""

import html
import re
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from kb_search.marking import mark
from kb_search.web.passage import Line, passage_lines

BAR = ' <span class="cells">|</span> '
INSIDE = rf"(?:[^<]|{re.escape(BAR.strip())})*"
WHOLE = re.compile(f"{INSIDE}(?:<mark>{INSIDE}</mark>{INSIDE})*")


def shown(passage: str) -> list[tuple[str, str]]:
    return [(line.kind, line.html) for line in passage_lines(passage)]


def test_items_have_a_dot_or_their_number() -> None:
    assert shown("Before:\n\n- the <mark>lamp</mark>\n- the cable\n\n12. Plug it in.") == [
        ("", "Before:"),
        ("item", "• the <mark>lamp</mark>"),
        ("item", "• the cable"),
        ("item", "12. Plug it in."),
    ]


def test_tasks_have_a_box() -> None:
    assert shown("- [ ] Export\n- [x] Pay\n- [X] Leave") == [
        ("item", "☐ Export"),
        ("item", "☑ Pay"),
        ("item", "☑ Leave"),
    ]


def test_bars_between_cells_are_set_apart_from_the_words() -> None:
    assert shown("Code | Cause\nE-1 |  | <mark>Late</mark>") == [
        ("row", f"Code{BAR}Cause"),
        ("row", f"E-1{BAR}{BAR}<mark>Late</mark>"),
    ]


def test_paragraphs_are_apart_and_lines_are_not() -> None:
    assert passage_lines("\none\ntwo\n \n\nthree\n") == (
        Line("one", "", False),
        Line("two", "", False),
        Line("three", "", True),
    )


def test_a_minus_a_dash_and_a_bar_in_words_stay() -> None:
    assert shown("-5 degrees\na - b, a|b") == [("", "-5 degrees"), ("", "a - b, a|b")]


def test_a_mark_across_lines_is_one_in_each() -> None:
    assert shown("a <mark>b\nc</mark> d") == [("", "a <mark>b</mark>"), ("", "<mark>c</mark> d")]


@given(st.text("ab-|[] x1.\n<&", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_no_word_is_lost_and_every_line_is_whole_html(text: str, spans: list[tuple[int, int]]) -> None:
    lines = passage_lines(mark(text, [(start, min(end, len(text))) for start, end in spans if start < end]))
    for line in lines:
        assert WHOLE.fullmatch(line.html)

    def words(written: str) -> str:
        return re.sub(r"[^ab1.<&]", "", written)

    assert words("".join(html.unescape(re.sub("<[^>]*>", "", line.html)) for line in lines)) == words(text)


def test_its_parts_are_styled_as_parts_of_a_passage_alone() -> None:
    """A class that means something elsewhere on the page too would take its looks from there."""
    folder = files("kb_search") / "web" / "static"
    sheets = "\n".join(sheet.read_text("utf-8") for sheet in folder.iterdir() if sheet.name.endswith(".css"))
    for name in ("line", "item", "row", "apart", "cells"):
        rules = [selector.strip() for selector in re.findall(rf"[^,{{}}]*\.{name}\b[^,{{}}]*", sheets)]
        assert rules and all(selector.startswith(".passage ") for selector in rules), name
