"""Changes → an Atom feed (RFC 4287). Pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin
from xml.etree import ElementTree as Xml

from kb_search.answers import Change, ChangesAnswer

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped."""
_NEVER = "1970-01-01"
"""When a feed without entries was updated: it has to say something."""


def feed(answer: ChangesAnswer, title: str, base: str, address: str) -> bytes:
    """Write a feed. `base` is the address of the service, without a slash at its end, `address` that of the feed."""
    Xml.register_namespace("", _NAMESPACE)
    root = Xml.Element(_name("feed"))
    _text(root, "id", address)
    _text(root, "title", title)
    _text(root, "updated", _time(max((change.day for change in answer.changes), default=_NEVER)))
    Xml.SubElement(root, _name("link"), {"rel": "self", "type": "application/atom+xml", "href": address})
    Xml.SubElement(root, _name("link"), {"rel": "alternate", "type": "text/html", "href": f"{base}/"})
    author = Xml.SubElement(root, _name("author"))
    _text(author, "name", title)
    for change in answer.changes:
        root.append(_entry(change, base))
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(change: Change, base: str) -> Xml.Element:
    entry = Xml.Element(_name("entry"))
    url = urljoin(f"{base}/", change.url)
    # The day makes it another entry each time: feed readers show it again.
    _text(entry, "id", f"{url}#{change.kind}-{change.day}")
    _text(entry, "title", change.title)
    _text(entry, "updated", _time(change.day))
    Xml.SubElement(entry, _name("link"), {"rel": "alternate", "href": url, "hreflang": change.locale})
    terms = {"kind": change.kind, "area": change.area, "category": change.category}
    for scheme, term in terms.items():
        if term:
            Xml.SubElement(
                entry, _name("category"), {"scheme": f"urn:kb-search:{scheme}", "term": _NO_XML.sub("", term)}
            )
    return entry


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, _name(name)).text = _NO_XML.sub("", text)


def _name(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"
