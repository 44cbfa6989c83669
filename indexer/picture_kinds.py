"""Bytes → what kind of picture they are and how large it is, None if they are none that every browser shows. Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})


class Kind(NamedTuple):
    """The suffix that says what the bytes are, and the size in pixels where it is known."""

    suffix: str
    width: int | None = None
    height: int | None = None


# What may stand before the root of an SVG: a declaration, comments, a document type.
_SVG = re.compile(
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*+<svg(?=[\s>])([^>]*)>", re.DOTALL
)
_SVG_SIZE = re.compile(rb"""(?<![\w-])(width|height|viewBox)\s*=\s*["']([^"']{1,99})["']""")
_PIXELS = re.compile(rb"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*")
_BOM = b"\xef\xbb\xbf"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind_of(content: bytes, suffix: str) -> Kind | None:
    """Look at the bytes; `suffix` is that of the file, in lower case, and says no more than that it may be an SVG."""
    for magic, read in _READERS:
        if content.startswith(magic) and (found := read(content)):
            return found
    return _svg(content) if suffix == ".svg" else None


def _png(content: bytes) -> Kind:
    return Kind(".png", *_unpacked(">II", content, 16))


def _gif(content: bytes) -> Kind:
    return Kind(".gif", *_unpacked("<HH", content, 6))


def _jpeg(content: bytes) -> Kind:
    """Walk the segments up to the one that describes the frame."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Kind(".jpg", *_sized(width, height))
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    return Kind(".jpg")


def _webp(content: bytes) -> Kind | None:
    if content[8:12] != b"WEBP":
        return None
    form = content[12:16]
    if form == b"VP8X" and len(content) >= 30:
        width = 1 + int.from_bytes(content[24:27], "little")
        return Kind(".webp", width, 1 + int.from_bytes(content[27:30], "little"))
    if form == b"VP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return Kind(".webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if form == b"VP8 " and len(content) >= 30:
        width, height = struct.unpack_from("<HH", content, 26)
        return Kind(".webp", *_sized(width & 0x3FFF, height & 0x3FFF))
    return Kind(".webp")


def _avif(content: bytes) -> Kind | None:
    """Read the size from the first box that tells one; what it is, from the brands it says it is compatible with."""
    length = struct.unpack_from(">I", content)[0] if len(content) >= 16 else 0
    if content[4:8] != b"ftyp" or not {b"avif", b"avis"} & {
        content[at : at + 4] for at in range(8, min(length, 256), 4)
    }:
        return None
    at = content.find(b"ispe", 0, 65_536)
    return Kind(".avif", *_unpacked(">II", content, at + 8)) if at > 0 else Kind(".avif")


def _svg(content: bytes) -> Kind | None:
    found = _SVG.match(content.removeprefix(_BOM))
    if found is None:
        return None
    said = dict(_SVG_SIZE.findall(found[1]))
    sizes = [_PIXELS.fullmatch(said.get(name, b"")) for name in (b"width", b"height")]
    if not all(sizes):
        box = re.split(rb"[\s,]+", said.get(b"viewBox", b"").strip())
        sizes = [_PIXELS.fullmatch(value) for value in box[2:4]] if len(box) == 4 else []
    width, height = (int(size[1]) for size in sizes if size) if len(sizes) == 2 and all(sizes) else (0, 0)
    return Kind(".svg", *_sized(width, height))


def _unpacked(form: str, content: bytes, at: int) -> tuple[int | None, int | None]:
    if len(content) < at + struct.calcsize(form):
        return None, None
    width, height = struct.unpack_from(form, content, at)
    return _sized(width, height)


def _sized(width: int, height: int) -> tuple[int | None, int | None]:
    """Believe a size that a picture can have."""
    return (width, height) if 0 < width < 100_000 and 0 < height < 100_000 else (None, None)


_READERS: tuple[tuple[bytes, Callable[[bytes], Kind | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"RIFF", _webp),
    (b"\x00\x00\x00", _avif),
)
