"""Bytes on a disk: digests, row numbers, and making sure of them. It knows no file of an index by name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_READ_SIZE = 1 << 20


def sha256_file(path: Path) -> str:
    """Hash one file, in pieces."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while data := file.read(_READ_SIZE):
            digest.update(data)
    return digest.hexdigest()


def hash_files(paths: Sequence[Path]) -> list[str]:
    """Hash files, two at a time: hashing lets other threads run."""
    with ThreadPoolExecutor(2, "hash") as pool:
        return list(pool.map(sha256_file, paths))


def digest_of(parts: Iterable[str]) -> str:
    """SHA-256 of a sequence of texts; where one ends and the next begins counts."""
    encoded = (part.encode("utf-8", "surrogatepass") for part in parts)
    return hashlib.sha256(b"".join([len(data).to_bytes(8, "little") + data for data in encoded])).hexdigest()


def write_ordinals(path: Path, ordinals: NDArray[np.int64]) -> None:
    """Write row → ordinal as little-endian uint32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ordinals.astype("<u4").tobytes())


def read_ordinals(path: Path) -> NDArray[np.int64]:
    """Read the file of `write_ordinals`: int64 of shape (rows,)."""
    return np.frombuffer(path.read_bytes(), "<u4").astype(np.int64)


def fsync_path(path: Path) -> None:
    """Force a file's bytes, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
