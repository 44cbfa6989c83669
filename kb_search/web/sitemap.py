"""Lists of all pages for search engines (sitemaps.org), with the translations of each, and robots.txt."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 50_000
"""Addresses of one file, by the protocol."""
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its whole address; `alternates` are locale and whole address of it and its translations."""

    address: str
    updated: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()


def sitemap(pages: Sequence[Page]) -> bytes:
    """Write one file of at most MOST pages."""
    root = ET.Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for page in pages:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = page.address
        if page.updated:
            ET.SubElement(entry, "lastmod").text = page.updated
        for locale, address in page.alternates:
            ET.SubElement(entry, "xhtml:link", {"rel": "alternate", "hreflang": locale, "href": address})
    return _written(root)


def sitemap_index(addresses: Sequence[str]) -> bytes:
    """Write a list of such files, by their whole addresses."""
    root = ET.Element("sitemapindex", {"xmlns": _SITEMAP})
    for address in addresses:
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = address
    return _written(root)


def robots(base: str) -> bytes:
    """Write robots.txt. Result pages are not named: a robot has to read one to see that it shall not be listed."""
    lines = ["User-agent: *", "Allow: /v1/changes.atom", "Disallow: /v1/", f"Sitemap: {base}/sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()


def _written(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"
