from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.embedding.cpu import available_threads, computes_bf16


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx2 avx512f avx512_bf16", True),
        ("fpu avx2 amx_bf16 amx_tile", True),
        ("fpu avx2 avx512f avx512_vnni", False),
        ("", False),
    ],
)
def test_bfloat16_is_among_the_flags(tmp_path: Path, flags: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: X amx_bf16\nflags\t\t: {flags}\n")
    assert computes_bf16(tmp_path / "cpuinfo") is expected


def test_where_the_system_does_not_say(tmp_path: Path) -> None:
    assert not computes_bf16(tmp_path / "absent")


def test_there_is_a_core() -> None:
    assert available_threads() >= 1
