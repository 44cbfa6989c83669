"""Lists of all pages for search engines (sitemaps.org), with the translations of each, and robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from kb_search.web.links import whole

MOST = 50_000
"""Addresses of one file, by the protocol."""
_HEADER = '<?xml version="1.0" encoding="utf-8"?>'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its address; `alternates` are locale and address of it and its translations."""

    address: str
    updated: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()


def sitemap(pages: Sequence[Page], base: str) -> bytes:
    """Write one file of at most MOST pages, whose addresses are completed with `base`."""
    lines = [_HEADER, f'<urlset xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">']
    for page in pages:
        lines += [" <url>", f"  <loc>{escape(whole(base, page.address))}</loc>"]
        if page.updated:
            lines.append(f"  <lastmod>{escape(page.updated)}</lastmod>")
        for locale, address in page.alternates:
            link = f"hreflang={quoteattr(locale)} href={quoteattr(whole(base, address))}"
            lines.append(f'  <xhtml:link rel="alternate" {link}/>')
        lines.append(" </url>")
    return "\n".join([*lines, "</urlset>\n"]).encode()


def sitemap_index(addresses: Sequence[str], base: str) -> bytes:
    """Write a list of such files, by their addresses."""
    files = [f" <sitemap><loc>{escape(whole(base, address))}</loc></sitemap>" for address in addresses]
    return "\n".join([_HEADER, f'<sitemapindex xmlns="{_SITEMAP}">', *files, "</sitemapindex>\n"]).encode()


def robots(base: str) -> bytes:
    """Write robots.txt. Result pages are not named: a robot has to read one to see that it shall not be listed."""
    lines = ["User-agent: *", "Allow: /v1/changes.atom", "Disallow: /v1/", f"Sitemap: {base}/sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()
