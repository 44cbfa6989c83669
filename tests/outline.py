"""A page as its reader's programs see it: tags that close in order, attributes, text, links."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its text. Raises AssertionError where tags do not close in order.

    SVG writes empty elements as <path/>, which closes at once.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self._titled: dict[str, str] = {}
        self.feed(text)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attributes}) == len(attributes), f"an attribute twice in <{tag}>"
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> within {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in self._open[-2:]:
            self._titled[tag] = self._titled.get(tag, "") + data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """List the attributes of all tags of a name with these attributes; `class_` is class, rel_ is rel."""
        asked = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            attributes
            for found, attributes in self.tags
            if found == tag and all(attributes.get(name) == value for name, value in asked.items())
        ]

    def words(self) -> str:
        """Give the text with its white space made one."""
        return re.sub(r"\s+", " ", self.text)

    def said(self, tag: str) -> str:
        """Give the text of the elements of a name, one after the other."""
        return re.sub(r"\s+", " ", self._titled.get(tag, "")).strip()

    def links(self, at: str) -> set[str]:
        """List the addresses on this host that links and files of the page lead to, without fragments."""
        given = [a.get("href") for tag in ("a", "link") for a in self.all(tag)]
        given += [a.get("src") for tag in ("img", "script") for a in self.all(tag)]
        whole = {urljoin(at, address) for address in given if address is not None}
        host = urlsplit(at).netloc
        return {address.partition("#")[0] for address in whole if urlsplit(address).netloc == host}
