"""A stored page and a view → HTML with its links and pictures, as a reader of the view sees them.

A link to an article that the view does not show is text, as one to an article that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from kb_search.catalogue import address, catalogue
from kb_search.hydrate import article_url
from kb_search.snapshot import Snapshot, ViewSnapshot
from kb_search.stores.articles import StoredPage
from kb_search.stores.pages import EndMark, LinkMark, Page, Picture, PictureMark, escaped, path_from

ASSETS = "/assets/"
"""Where pictures are served, see assets.py."""


def resolved(stored: StoredPage, page: Page, snapshot: Snapshot, view: ViewSnapshot, template: str) -> str:
    """Write the HTML of a page. `template` makes the addresses of articles."""
    addresses = _addresses(stored.file, page, snapshot, view, template)
    open_links: set[int] = set()
    parts = [page.pieces[0]]
    for number, (mark, piece) in enumerate(zip(page.marks, page.pieces[1:], strict=True)):
        match mark:
            case LinkMark():
                if href := _href(mark, addresses.get(_key(stored.file, mark))):
                    open_links.add(number)
                    parts.append(f'<a href="{escaped(href)}"{_attribute("title", mark.title)}>')
            case EndMark():
                parts.append("</a>" if mark.link in open_links else "")
            case PictureMark():
                parts.append(_picture(mark, stored.pictures.get(mark.path)))
        parts.append(piece)
    return "".join(parts)


def _addresses(
    file: str, page: Page, snapshot: Snapshot, view: ViewSnapshot, template: str
) -> Mapping[tuple[bool, str], str]:
    """Find where the links of a page lead that lead to articles of the view: kind and path → address."""
    keys = {_key(file, mark) for mark in page.marks if isinstance(mark, LinkMark)}
    if not keys:
        return {}
    store = snapshot.store
    rows = {
        (False, path): row
        for path, row in store.of_files(path for alias, path in keys if not alias)
        if view.members[row]
    }
    if any(alias for alias, _ in keys):
        old = catalogue(snapshot, view).addresses
        rows |= {(True, path): old[address(path)] for alias, path in keys if alias and address(path) in old}
    records = store.records(set(rows.values()))
    return {key: article_url(template, records[row]) for key, row in rows.items()}


def _key(file: str, mark: LinkMark) -> tuple[bool, str]:
    return (True, mark.path) if mark.href else (False, path_from(file, mark.path))


def _href(mark: LinkMark, address: str | None) -> str:
    if address is None:
        return mark.href
    return f"{address}#{mark.fragment}" if mark.fragment else address


def _picture(mark: PictureMark, picture: Picture | None) -> str:
    if picture is None:
        return escaped(mark.alt)
    width, height = picture.width, picture.height
    if mark.width and width and height:
        width, height = mark.width, max(1, round(height * mark.width / width))
    size = f' width="{width}" height="{height}"' if width and height else ""
    title = _attribute("title", mark.title)
    return f'<img src="{ASSETS}{picture.name}" alt="{escaped(mark.alt)}"{title}{size} loading="lazy">'


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escaped(value)}"' if value else ""
