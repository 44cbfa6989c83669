"""Which bytes are a picture, and how large it is."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.picture_kinds import Kind, kind_of
from tests.pictures import PNG, SVG, png

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04JF"
    + b"\xff\xff\xfe\x00\x03c"
    + b"\xff\xc2\x00\x0b\x08"
    + struct.pack(">HH", 30, 40)
    + b"\x03\x01\x11\x00"
)
AVIF = (
    struct.pack(">I", 24)
    + b"ftypmif1\x00\x00\x00\x00avifmif1"
    + b"\x00\x00\x00\x14ispe\x00\x00\x00\x00"
    + struct.pack(">II", 7, 8)
)


def riff(kind: bytes, data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBP" + kind + struct.pack("<I", len(data)) + data


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, Kind(".png", 2, 1)),
        (png(640, 480), Kind(".png", 640, 480)),
        (PNG[:20], Kind(".png")),
        (b"GIF89a" + struct.pack("<HH", 5, 6) + b"\x00", Kind(".gif", 5, 6)),
        (b"GIF87a", Kind(".gif")),
        (JPEG, Kind(".jpg", 40, 30)),
        (JPEG[:12], Kind(".jpg")),
        (b"\xff\xd8\xff\xda" + b"\x00" * 20, Kind(".jpg")),
        (riff(b"VP8X", b"\x00" * 4 + b"\x09\x00\x00\x13\x00\x00"), Kind(".webp", 10, 20)),
        (riff(b"VP8L", b"\x2f" + (9 | 19 << 14).to_bytes(4, "little")), Kind(".webp", 10, 20)),
        (riff(b"VP8 ", b"\x00" * 6 + struct.pack("<HH", 10, 20)), Kind(".webp", 10, 20)),
        (riff(b"ALPH", b"\x00" * 20), Kind(".webp")),
        (AVIF, Kind(".avif", 7, 8)),
        (AVIF[:24], Kind(".avif")),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1", None),
        (b"BM" + b"\x00" * 30, None),
        (b"<html><script>alert(1)</script>", None),
        (SVG, None),  # not from its bytes alone
        (b"", None),
    ],
)
def test_a_picture_is_told_by_its_bytes(content: bytes, kind: Kind | None) -> None:
    assert kind_of(content, ".png") == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SVG, Kind(".svg", 30, 20)),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b --><!DOCTYPE svg>\n<svg width='12px' height=\"7.5\"/>",
            Kind(".svg", 12, 7),
        ),
        (b"<!DOCTYPE svg [ <!ENTITY a 'b'> ]><svg height='100%' width='100%' viewBox='0,0 4 5'>", Kind(".svg", 4, 5)),
        (b"<svg>", Kind(".svg")),
        (b"<svg stroke-width='3' height='2'>", Kind(".svg")),
        (b"<svg width='0' height='0'>", Kind(".svg")),
        (b"<svgx>", None),
        (b"text <svg>", None),
        (b"<html><svg></svg></html>", None),
        (b"<!-- <svg> -->", None),
    ],
)
def test_an_svg_is_told_by_its_suffix_and_its_root(content: bytes, kind: Kind | None) -> None:
    assert kind_of(content, ".svg") == kind


_STARTS = st.sampled_from(
    [PNG[:12], JPEG[:4], JPEG, AVIF[:24], b"RIFF\x00\x00\x00\x00WEBPVP8X", b"GIF89a", b"<svg ", b"<!--"]
)


@given(_STARTS, st.binary(max_size=60), st.sampled_from([".svg", ".png"]))
def test_any_bytes_are_read_without_an_error(start: bytes, rest: bytes, suffix: str) -> None:
    kind = kind_of(start + rest, suffix)
    assert kind is None or (kind.width is None) == (kind.height is None)
