"""The benchmark `typing` measures what it says, on a small service."""

from playwright.sync_api import Page

from benchmarks.as_you_type import open_box, type_query


def test_the_clock_runs_from_the_last_key_to_the_drawn_answer(page: Page, small_help_center: str) -> None:
    opened = open_box(page, small_help_center)
    for text in ("pasword", "invoice"):
        drawn, request = type_query(opened, text, 20)
        assert 0 < request < drawn - 60, "the box waits 60 ms for further keys"
        assert drawn < 5_000
