"""docs/widget.md names every attribute, property, part, event and word of the search box, with its default."""

import re
from pathlib import Path

import pytest

from kb_search.web import bundle
from kb_search.web.bundle import bundled_words

FOLDER = Path(bundle.__file__).parent / "widget"
TEXT = (Path(__file__).parents[2] / "docs" / "widget.md").read_text("utf-8")
SCRIPTS = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js"))
STYLE = (FOLDER / "style.css").read_text("utf-8")


def test_every_attribute() -> None:
    (listed,) = re.findall(r'const ATTRIBUTES =\s*"([^"]+)"', SCRIPTS)
    assert set(re.findall(r"`data-([a-z-]+)`(?=[,\s|])", TEXT.split("## In place")[0])) == {*listed.split(), "target"}


@pytest.mark.parametrize(("name", "default"), re.findall(r"var\((--kb-[a-z-]+), (.+?)\)[;/ ]", STYLE))
def test_every_property_and_its_default(name: str, default: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|.*", TEXT, re.MULTILINE)
    both = re.fullmatch(r"light-dark\((\S+), (\S+)\)?", default)
    for value in both.groups() if both else [default]:
        assert name == "--kb-shadow" or f"`{value.rstrip(')')}`" in row


def test_every_part_and_event() -> None:
    for part in set(re.findall(r'part: "([a-z]+)"', SCRIPTS)):
        assert f"part({part})" in TEXT or f"`{part}`" in TEXT, part
    for event in set(re.findall(r'this\.#emit\("([a-z]+)"', SCRIPTS)):
        assert f"| `kb-search:{event}` |" in TEXT, event


def test_every_word() -> None:
    assert re.findall(r"^\| `(widget\.\S+)` \| (.*) \|$", TEXT, re.MULTILINE) == list(bundled_words()["en"].items())
