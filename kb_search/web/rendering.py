"""Templates → HTML. All is escaped but what is marked as safe HTML; a name that is not there is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from kb_search.web.frame import Frame
from kb_search.web.language import direction, own_name


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Of HTML that the index holds it was made sure, when it was made, that it is safe: see indexer and marking.py.
    environment.filters["safe_html"] = Markup
    environment.filters["direction"] = direction
    environment.filters["own_name"] = own_name
    return environment


def render(template: str, frame: Frame, page: object) -> bytes:
    """Write a page: what all pages have from `frame`, the rest from `page`, a value of the module of that page."""
    language = frame.language
    names = {"frame": frame, "page": page, "say": language.say, "count": language.count, "date": language.date}
    text = _environment().get_template(template).render(names | {"number": language.number})
    # A query can hold half of a surrogate pair, which has no UTF-8.
    return text.encode("utf-8", "replace")
