"""What an author wrote as the target of a link or picture: an address, a path, or nothing to follow. Pure."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from indexer.anchors import anchor_of
from kb_search.types import Link

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\\", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://[^/]|mailto:.|tel:.)", re.IGNORECASE)
# Browsers drop these from an address before they read it.
_DROPPED = re.compile(r"[\t\n\r]")
_AROUND = "".join(map(chr, range(33)))
_UNSAFE = re.compile(r"[\x00-\x20\"<>`%\x7f]")
_KEPT = "/:?#[]@!$&()*+,;=%~"


def leads_elsewhere(link: Link) -> bool:
    """Tell whether a target is an address or an absolute path, and so no file beside the article."""
    return _ELSEWHERE.match(link.target.strip()) is not None


def parts_of(link: Link) -> tuple[str, str]:
    """Split a target into its path, decoded and without a query, and its fragment; either may be empty."""
    return _parts(link.target.strip())


class Kind(Enum):
    """Where a target leads: to an address of the web, the root of this site, a file, this very page, or nowhere."""

    ADDRESS = "address"
    ROOT = "root"
    FILE = "file"
    HERE = "here"
    NOWHERE = "nowhere"


class Target(NamedTuple):
    """`href` is what a page may say, `path` is decoded, `fragment` an anchor as an address writes it."""

    kind: Kind
    href: str = ""
    path: str = ""
    fragment: str = ""


def read_target(target: str) -> Target:
    """Read a target as a browser would, and keep what a page may lead to."""
    text = _DROPPED.sub("", target).strip(_AROUND)
    start = text[:2].replace("\\", "/")
    if start == "//":
        text = "https://" + text[2:]
    if _SCHEME.match(text):
        return Target(Kind.ADDRESS, text) if _ADDRESS.match(text) and _is_address(text) else Target(Kind.NOWHERE)
    path, written = _parts(text)
    fragment = _UNSAFE.sub(lambda found: quote(found[0]), anchor_of(written))
    if text.startswith("/"):
        return Target(Kind.ROOT, quote(text, safe=_KEPT), path, fragment)
    if path and not start.startswith("/"):
        return Target(Kind.FILE, "", path, fragment)
    return Target(Kind.HERE, "", "", fragment) if text.startswith("#") else Target(Kind.NOWHERE)


def _parts(target: str) -> tuple[str, str]:
    address, _, fragment = target.partition("#")
    return unquote(address.partition("?")[0]), fragment


def _is_address(text: str) -> bool:
    try:
        return bool(urlsplit(text).scheme)
    except ValueError:
        return False
