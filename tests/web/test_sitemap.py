import xml.etree.ElementTree as ET

from kb_search.web.sitemap import Page, robots, sitemap, sitemap_index

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_pages_with_their_translations() -> None:
    alternates = (("en", "/a"), ("fr", "/b"))
    root = ET.fromstring(
        sitemap([Page("/a?b=1&c=2", "2026-01-31", alternates), Page("https://h.example/<")], "https://h.example")
    )
    assert [entry.text for entry in root.findall("s:url/s:loc", NAMES)] == [
        "https://h.example/a?b=1&c=2",
        "https://h.example/<",
    ]
    assert [entry.text for entry in root.findall("s:url/s:lastmod", NAMES)] == ["2026-01-31"]
    links = [(link.get("hreflang"), link.get("href")) for link in root.findall("s:url/x:link", NAMES)]
    assert links == [("en", "https://h.example/a"), ("fr", "https://h.example/b")]


def test_a_list_of_lists() -> None:
    root = ET.fromstring(sitemap_index(["/sitemap-1.xml", "/sitemap-2.xml"], "https://h.example"))
    found = [entry.text for entry in root.findall("s:sitemap/s:loc", NAMES)]
    assert found == ["https://h.example/sitemap-1.xml", "https://h.example/sitemap-2.xml"]


def test_robots_are_told_where_the_site_map_is() -> None:
    assert robots("https://h.example").decode().splitlines()[-1] == "Sitemap: https://h.example/sitemap.xml"
