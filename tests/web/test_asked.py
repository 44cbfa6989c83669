from urllib.parse import parse_qsl, urlsplit

import pytest

from kb_search.web.asked import LAST_PAGE, Asked, read_asked


def read(query: str, *values: str) -> Asked:
    return read_asked(parse_qsl(query, keep_blank_values=True), "en", lambda _, value: value in values)


def test_an_address_is_read_as_it_is_written() -> None:
    asked = Asked("lost & found", "fr", {"tags": ("a", "b"), "updated.gte": ("2026-01",)}, 3)
    written = asked.address()
    assert written == "/?q=lost+%26+found&locale=fr&filter.tags=a&filter.tags=b&filter.updated.gte=2026-01&page=3"
    assert read_asked(parse_qsl(urlsplit(written).query), "fr", lambda *_: False) == asked


def test_commas_separate_values_unless_an_article_has_them() -> None:
    assert read("filter.tags=a,b&filter.tags=c").filters == {"tags": ("a", "b", "c")}
    assert read("filter.category=Orders, returns", "Orders, returns").filters == {"category": ("Orders, returns",)}


def test_ranges_are_given_to_the_searcher_together() -> None:
    asked = read("filter.updated.gte=2026-01&filter.updated.lte=2026-03&filter.locale=fr")
    assert asked.for_searcher() == {"locale": ["fr"], "updated": {"gte": "2026-01", "lte": "2026-03"}}


@pytest.mark.parametrize(
    "bad",
    [
        "filter.colour=red",
        "filter.updated=soon",
        "filter.tags.gte=a",
        "filter.locale=!",
        "filter.updated.gte=2026&filter.updated.gte=2027",
    ],
)
def test_what_is_no_filter_is_passed_over_and_named(bad: str) -> None:
    asked = read(f"q=a&filter.area=x&{bad}")
    assert asked.filters == {"area": ("x",)}
    assert asked.ignored == tuple(part.removeprefix("filter.") for part in bad.split("&"))


def test_of_a_field_with_values_and_a_range_the_values_count() -> None:
    asked = read("filter.updated.gte=2026-01&filter.updated=2025")
    assert (asked.filters, asked.ignored) == ({"updated": ("2025",)}, ("updated.gte=2026-01",))


def test_parameters_of_other_people_do_not_matter() -> None:
    assert read("q=a&utm_source=mail&fbclid=1&limit=3") == Asked("a", "en", {})


@pytest.mark.parametrize(
    ("text", "page"), [("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("999", LAST_PAGE), ("9" * 5000, 1)]
)
def test_pages(text: str, page: int) -> None:
    assert read(f"q=a&page={text}").page == page


def test_filters_come_and_go_one_by_one_and_begin_at_the_first_page() -> None:
    asked = read("q=a&filter.tags=x&page=2")
    more = asked.adding("category", "Billing")
    assert (more.active, more.page) == ((("category", "Billing"), ("tags", "x")), 1)
    assert more.removing("tags", "x").active == (("category", "Billing"),)
    assert more.unfiltered() == Asked("a", "en", {})


def test_only_so_many_values_are_looked_up() -> None:
    """Each asks the index whether some article has it."""
    asked: list[str] = []

    def is_value(_: str, value: str) -> bool:
        asked.append(value)
        return False

    pairs = [("filter.tags", ",".join(f"{start}x{number}" for number in range(500))) for start in range(50)]
    found = read_asked(pairs, "en", is_value)
    assert len(found.filters["tags"]) == 100
    assert len(asked) == len(pairs)
